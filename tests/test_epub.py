"""`make epub`: a file that a strict reader opens, with the lessons and nothing of a browser."""

import os
import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat import v4

from tools.environment import METADATA, ROOT

BUILD = "from jupyter_book.cli.main import main; main()"
LESSON = "book/1_rnn/lesson"
# Mark-up that browsers take and XHTML does not.
LOOSE = '<input type="radio" checked> one<br>two <svg viewBox="0 0 9 9"><path d="M0,0"/></svg>'


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two pages with the configuration of the course  →  its archive."""
    root = tmp_path_factory.mktemp("epub")
    (root / "tools").symlink_to(ROOT / "tools")
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "references.bib").write_text("", encoding="utf-8")
    (root / "book" / "index.md").write_text("# A book\n\nIts first page.\n", encoding="utf-8")
    toc = f"format: jb-book\nroot: book/index\nchapters:\n  - file: {LESSON}\n"
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    cell = v4.new_code_cell("1 + 1 < 3", execution_count=1)
    cell.outputs = [v4.new_output("display_data", {"text/html": f"<script>1 < 2</script>{LOOSE}"})]
    nb = v4.new_notebook(metadata=METADATA)
    nb.cells = [v4.new_markdown_cell("# A lesson\n\nOne sum, $x_t < 1$."), cell]
    (root / LESSON).parent.mkdir()
    nbformat.write(nb, root / f"{LESSON}.ipynb")
    command = [sys.executable, "-c", BUILD, "build", ".", "-W", "-n", "--keep-going",
               "--builder", "custom", "--custom-builder", "epub"]  # fmt: skip
    run = subprocess.run(command, cwd=root, env=os.environ | {"NO_COLOR": "1"},
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    with zipfile.ZipFile(root / "_build" / "epub" / "memory_in_sequences.epub") as archive:
        yield archive


def test_every_page_is_xhtml_and_the_contents_list_the_lessons(book):
    pages = {name: book.read(name).decode() for name in book.namelist() if ".xhtml" in name}
    for text in pages.values():
        ElementTree.fromstring(text)
    assert f"{LESSON}.xhtml" in pages and f'href="{LESSON}.xhtml"' in pages["nav.xhtml"]


def test_a_lesson_has_its_formulas_its_code_and_its_drawings_and_no_script(book):
    text = book.read(f"{LESSON}.xhtml").decode()
    assert "<math" in text and "katex-html" not in text and 'viewBox="0 0 9 9"' in text
    assert "<script" not in text and "One sum" in text and 'class="highlight' in text
    assert not [name for name in book.namelist() if "katex" in name.lower()]


def test_an_archive_of_this_kind_says_so_first(book):
    first = book.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
    assert book.read(first) == b"application/epub+zip"
