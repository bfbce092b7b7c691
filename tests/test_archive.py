"""The offline edition: complete, the same each time, readable from the disk, offline."""

import json
import zipfile
from urllib.parse import unquote, urlsplit

import pytest

from lessons_lib import __version__
from tools.editions import archive, packing
from tools.environment import notebooks
from tools.site.markup import Page

TOP = f"memory-in-sequences-{__version__}"
OPENED = [
    "index.html",
    "book/index.html",
    "book/glossary.html",
    "book/2_long_term_dependencies/vanishing_gradient.html",
    "book/3_lstm/inside_a_cell.html",
]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(archive.write(folder)) as file:
        file.extractall(folder)
    return folder / TOP


def test_the_name_says_the_version_and_the_bytes_are_the_same_each_time(tmp_path):
    first = archive.write(tmp_path)
    assert first.name == f"{TOP}.zip"
    bytes_ = first.read_bytes()
    assert archive.write(tmp_path).read_bytes() == bytes_
    with zipfile.ZipFile(first) as file:
        names = [entry.filename for entry in file.infolist()]
        assert names == sorted(names) and {e.date_time for e in file.infolist()} == {packing.DATE}


def test_an_archive_among_the_published_pages_is_not_packed_again(tmp_path, monkeypatch):
    for name in ("index.html", f"{TOP}.zip", "student.zip"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    monkeypatch.setattr(archive, "SITE", tmp_path)
    names = [name for name, _ in archive.contents() if name.startswith("pages/")]
    assert names == ["pages/index.html"]


def test_it_holds_every_lesson_twice_and_what_runs_them(unpacked):
    lessons = {f"{path.parent.name}/{path.name}" for path in notebooks()}
    for edition in ("notebooks", "student"):
        found = {
            p.relative_to(unpacked / edition).as_posix() for p in unpacked.glob(f"{edition}/*/*")
        }
        assert found == lessons
    student = [
        json.loads(path.read_text(encoding="utf-8")) for path in unpacked.glob("student/*/*.ipynb")
    ]
    sources = ["".join(cell["source"]) for nb in student for cell in nb["cells"]]
    assert any("check(" in source for source in sources)
    assert not [source for source in sources if source.startswith("solution(")]
    for name in (
        "pyproject.toml",
        "constraints.txt",
        "LICENSE",
        "src/lessons_lib/cells/__init__.py",
    ):
        assert (unpacked / name).is_file(), name


def test_the_readme_names_what_is_there(unpacked):
    text = (unpacked / "README.txt").read_text(encoding="utf-8")
    assert __version__ in text
    for name in ("pages/index.html", "notebooks", "student", "LICENSE", "LICENSE-TEXT"):
        assert name in text and (unpacked / name).exists(), name


def test_every_link_of_its_pages_stays_inside_and_arrives(unpacked):
    broken = []
    for path in sorted((unpacked / "pages").rglob("*.html")):
        page = Page(path)
        for link in page.links + page.loads:
            url = urlsplit(link)
            if url.scheme or url.netloc or not url.path:
                continue
            target = (path.parent / unquote(url.path)).resolve()
            if not target.is_file() or unpacked not in target.parents:
                broken.append(f"{path.relative_to(unpacked)}: {link}")
    assert not broken


def failed(request):
    """What could not be loaded; the first page moves on at once and breaks off its own icon."""
    return "" if request.failure == "net::ERR_ABORTED" else f"{request.failure}: {request.url}"


@pytest.fixture
def offline(chromium):
    """A tab without a network, and the list of what went wrong in it."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    tab, errors = context.new_page(), []
    tab.on("console", lambda m: m.type == "error" and errors.append(m.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("requestfailed", lambda request: failed(request) and errors.append(failed(request)))
    yield tab, errors
    context.close()


def test_its_pages_open_from_the_disk_without_an_error(unpacked, offline):
    tab, errors = offline
    for name in OPENED:
        tab.goto((unpacked / "pages" / name).as_uri(), wait_until="load")
        tab.wait_for_function("document.readyState === 'complete' && document.querySelector('h1')")
        assert tab.evaluate("document.documentElement.dataset.theme") == "light"
        assert tab.evaluate("getComputedStyle(document.body).display") == "flex"
        assert not errors, f"{name}: {errors}"
    assert tab.url.startswith("file:")


def test_it_brings_the_python_of_the_exercises_once_with_its_licences(unpacked):
    names = {path.name for path in (unpacked / "pages" / "_static" / "run").iterdir()}
    assert names == {"run.js", "python.js", "LICENSES.txt"}


def test_its_search_finds_a_word_from_the_disk(unpacked, offline):
    tab, errors = offline
    tab.goto((unpacked / "pages" / "search.html").as_uri() + "?q=forget+gate")
    tab.wait_for_selector("#search-results li a")
    hrefs = tab.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    assert any("3_lstm/four_steps.html" in href for href in hrefs)
    tab.click("#search-results li a >> nth=0")
    tab.wait_for_selector("article h1")
    assert not errors
