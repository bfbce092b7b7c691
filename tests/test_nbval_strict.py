"""Tests of the tests: damaged lessons must turn them red, each for the right reason."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from tools.environment import METADATA, ROOT
from tools.notebooks import compare, hygiene

PLOT = """import base64, io
from IPython.display import SVG, display
from PIL import Image
picture = io.BytesIO()
Image.new("RGB", (8, 8), "white").save(picture, "png")
display({"image/png": base64.b64encode(picture.getvalue()).decode()}, raw=True)
svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>0.5</text></svg>'
display(SVG(svg))"""
ALT = {"mystnb": {"image": {"alt": "a white square"}}}
RAISES = {"tags": ["raises-exception"]}


def edit(nb, n, **changes):
    nb.cells[n].update(changes)


def output(nb, n, **changes):
    nb.cells[n].outputs[0].update(changes)


def swap_counts(nb):
    edit(nb, 0, execution_count=2)
    edit(nb, 1, execution_count=1)


def strip(nb):
    for cell in nb.cells:
        cell.update(outputs=[], execution_count=None)


def stale_svg(nb):
    drawing = nb.cells[3].outputs[1].data
    drawing["image/svg+xml"] = drawing["image/svg+xml"].replace("0.5", "0.7")


def skip_in_a_string(nb):
    edit(nb, 1, source='"""\n# NBVAL_SKIP\n"""\nprint(41 + 1)')
    output(nb, 1, text="false\n")


# Lesson → what was done to it: (how, the cells that must fail for it, what hygiene says or None).
# Several damages share a lesson, because a kernel costs a second and a cell does not.
SKIP, IGNORE = {"tags": ["nbval-skip"]}, {"tags": ["nbval-ignore-output"]}
DAMAGES = {
    "only_the_last_digit": [(lambda nb: output(nb, 2, text="0.334, 0.95 ± 0.02\n"), [], None)],
    "beyond_the_promise": [(lambda nb: output(nb, 2, text="0.333, 0.94 ± 0.02\n"), [2], None)],
    "false_outputs": [
        (lambda nb: output(nb, 1, text="43\n"), [1], None),
        (lambda nb: output(nb, 2, text="0.33, 0.97 ± 0.02\n"), [2], None),
        (stale_svg, [3], None),
        (lambda nb: edit(nb, 4, source="1 / 1"), [4], None),
    ],
    "hidden_cells": [
        (lambda nb: edit(nb, 0, execution_count=None), [0], "execution counts"),
        (skip_in_a_string, [1], None),
        (lambda nb: edit(nb, 2, metadata=IGNORE), [2], "nbval-ignore-output"),
        (lambda nb: output(nb, 3, data={"image/png": "bm90IGEgcGljdHVyZQ=="}), [3], None),
        (lambda nb: edit(nb, 4, outputs=[]), [4], "stored error: False"),
    ],
    "stale_outputs": [
        (lambda nb: edit(nb, 1, source="print(41 + 2)"), [1], None),
        (lambda nb: edit(nb, 2, metadata=SKIP), [2], "nbval-skip"),
        (lambda nb: nb.cells[3].outputs.pop(0), [3], None),
    ],
    "stripped": [(strip, [0, 1, 2, 3, 4], "execution counts")],
}
CLEAN = ["only_the_last_digit", "beyond_the_promise", "false_outputs"]


@pytest.fixture(scope="module")
def sound():
    """A small lesson, executed: text, a rounded number, two pictures, an expected error."""
    sources = ["x = 41", "print(41 + 1)", "print(f'{1 / 3:.3f}, 0.97 ± 0.02')", PLOT, "1 / 0"]
    cells = [v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    cells[3].metadata.update(ALT)
    cells[4].metadata.update(RAISES)
    return v4.new_notebook(cells=cells, metadata=METADATA)


@pytest.fixture(scope="module")
def lessons(sound, tmp_path_factory):
    """Folder with a damaged copy of the sound lesson for each name in DAMAGES."""
    folder = tmp_path_factory.mktemp("lessons")
    nbformat.write(sound, folder / "sound.ipynb")
    tool = [sys.executable, "-m", "tools.notebooks.execute", folder / "sound.ipynb"]
    run = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "cell 2: + 42\n" in run.stdout, f"it does not say what it changed: {run.stdout}"
    executed = nbformat.read(folder / "sound.ipynb", as_version=4)
    for name, damages in DAMAGES.items():
        nb = copy.deepcopy(executed)
        for damage, _, _ in damages:
            damage(nb)
        nbformat.write(nb, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def outcomes(lessons):
    """Lesson → numbers of the cells that failed under strict nbval."""
    (lessons / "conftest.py").write_text(
        'pytest_plugins = ["tools.notebooks.nbval_strict"]\n', encoding="utf-8"
    )
    (lessons / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    files = [lessons / f"{name}.ipynb" for name in DAMAGES]
    tool = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-n0", "-rA"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    run = subprocess.run(
        [*tool, *files], cwd=lessons, env=environment, capture_output=True, text=True
    )
    lines = [line.split(" - ")[0] for line in run.stdout.splitlines()]
    failed = [line.removeprefix("FAILED ") for line in lines if line.startswith("FAILED ")]
    passed = [line for line in lines if line.startswith("PASSED ")]
    assert len(failed) + len(passed) == 5 * len(DAMAGES), run.stdout[-3000:] + run.stderr
    cells = [(line.split(".ipynb::Cell ")) for line in failed]
    return {name: [int(n) for lesson, n in cells if lesson == name] for name in DAMAGES}


@pytest.mark.parametrize("name", DAMAGES)
def test_strict_nbval_finds_every_damaged_cell_and_no_other(name, outcomes):
    assert outcomes[name] == sorted(n for _, cells, _ in DAMAGES[name] for n in cells)


@pytest.mark.parametrize("name", DAMAGES)
def test_hygiene_finds_what_can_be_seen_without_running(name, lessons):
    faults = "\n".join(hygiene.faults(lessons / f"{name}.ipynb"))
    missing = [words for _, _, words in DAMAGES[name] if words and words not in faults]
    assert not missing, f"not found by hygiene.faults, which says: {faults}"
    assert not faults or name not in CLEAN


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda nb: nb.metadata.update(authors=[]), "exact set"),
        (swap_counts, "execution counts"),
        (lambda nb: nb.cells[1].metadata.update(execution={}), "cell metadata"),
        (lambda nb: nb.cells[3].metadata.clear(), "alt text"),
        (lambda nb: edit(nb, 0, source="x = 41\n" * 26), "lines, limit"),
        (lambda nb: edit(nb, 0, source=""), "empty"),
        (lambda nb: output(nb, 1, name="stderr"), "stderr"),
        (lambda nb: output(nb, 1, text="<C object at 0x7f12aa>"), "address"),
        (lambda nb: output(nb, 1, text="/tmp/x.csv"), "a path"),
        (lambda nb: output(nb, 1, text="12.3it/s"), "progress rate"),
        (lambda nb: output(nb, 1, text="x" * 2_000_001), "MB"),
        (lambda nb: nb.cells[0].pop("id"), "not a valid notebook"),
    ],
)
def test_hygiene_names_the_fault(damage, words, lessons, tmp_path):
    nb = nbformat.read(lessons / "sound.ipynb", as_version=4)
    damage(nb)
    (tmp_path / "lesson.ipynb").write_text(
        json.dumps(nb), encoding="utf-8"
    )  # without nbformat's own repairs
    faults = hygiene.faults(tmp_path / "lesson.ipynb")
    assert [fault for fault in faults if words in fault], f"{words!r} is not among {faults}"


def test_a_failing_notebook_is_reported_and_left_untouched(sound, tmp_path):
    nb = copy.deepcopy(sound)
    nb.cells[1].source = "raise KeyError('lost')"
    path = tmp_path / "lesson.ipynb"
    nbformat.write(nb, path)
    before = path.read_bytes()
    tool = [sys.executable, "-m", "tools.notebooks.execute", path]
    run = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "code cell 2: KeyError: 'lost'" in run.stdout
    assert path.read_bytes() == before
    path.write_text("not json", encoding="utf-8")
    run = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and "not a valid notebook" in run.stdout


def test_a_lesson_outside_the_contents_and_a_missing_one_are_found(tmp_path):
    (tmp_path / "book" / "1_rnn").mkdir(parents=True)
    (tmp_path / "book" / "1_rnn" / "lost.ipynb").touch()
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nchapters:\n- file: book/gone\n", encoding="utf-8"
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert not [fault for fault in hygiene.toc_faults(tmp_path) if "lost" in fault], "a reader's"
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    faults = "\n".join(hygiene.toc_faults(tmp_path))
    assert "book/1_rnn/lost.ipynb is not in _toc.yml" in faults
    assert "book/gone is in _toc.yml, but there is no such file" in faults


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        ("loss 0.1234", "loss 0.1235", True),
        ("loss 0.1234", "loss 0.1236", False),
        ("[ 0.10 -0.00]", "[0.10 0.00]", True),
        ("1.00e-10", "9.99e-11", True),
        ("1.0e-10", "1.0e-09", False),
        ("5 of 5", "4 of 5", False),
        ("solved at 0.9", "Solved at 0.9", False),
        ("torch 2.13.0", "torch 2.14.0", False),
        ("[0. 1.]", "[0.  1.]", True),
        ("[1. 0. 1.]", "[0. 1. 0.]", False),
        ("loss 3.", "loss 4.", False),
        ("nan", "0.0", False),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: 0.95 ± 0.02 (above 0.9)", True),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: 0.94 ± 0.02 (above 0.9)", False),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: 0.97 ± 0.03 (above 0.9)", False),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: 0.97 ± 0.02 (above 0.8)", False),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: 0.97 (above 0.9)", False),
        ("✓ won: 0.97 ± 0.02 (above 0.9)", "✓ won: nan ± 0.02 (above 0.9)", False),
        ("✓ won: 0.97 ± 0.02", "✓ won: -0.97 ± 0.02", False),
        ("✓ won: 4 ± 1 of 5 (at least 3)", "✓ won: 5 ± 1 of 5 (at least 3)", True),
        ("✓ won: 4 ± 1 of 5 (at least 3)", "✓ won: 4 ± 1 of 6 (at least 3)", False),
        ("✓ b: 0.10 ± 0.03 (0.08 to 0.13, 5 s", "✓ b: 0.12 ± 0.03 (0.10 to 0.15, 5 s", True),
        ("✓ b: 0.10 ± 0.03 (0.08 to 0.13, 5 s", "✓ b: 0.10 ± 0.03 (0.04 to 0.13, 5 s", False),
        ("✓ b: 0.10 ± 0.03 (0.08 to 0.13, 5 s", "✓ b: 0.10 ± 0.03 (0.08 to 0.17, 5 s", False),
        ("✓ b: 0.10 ± 0.03 (0.08 to 0.13, 5 s", "✓ b: 0.10 ± 0.03 times (0.08 to 0.13, 5 s", False),
        ("✓ b: 0.10 (0.08 to 0.13, 5 seeds)", "✓ b: 0.10 (0.06 to 0.13, 5 seeds)", False),
        ("✓ e: largest of 4: 3e-10 (below 1e-7)", "✓ e: largest of 4: 9e-12 (below 1e-7)", True),
        ("✓ e: largest of 4: 3e-10 (below 1e-7)", "✓ e: largest of 4: 0 (below 1e-7)", True),
        ("✓ e: largest of 4: 3e-10 (below 1e-7)", "✓ e: largest of 5: 3e-10 (below 1e-7)", False),
        ("✓ e: largest of 4: 3e-10 (below 1e-7)", "✓ e: largest of 4: 3e-7 (below 1e-7)", False),
        ("✓ e: largest of 4: 3e-10 (below 1e-7)", "✓ e: largest of 4: 3e-10 (below 1e-6)", False),
        ("✓ e: 3e-10 (below 1e-7)", "✓ e: -3e-10 (below 1e-7)", False),
        ("✓ e: 3e-10 (below 1e-7)", "✓ f: 4e-10 (below 1e-7)", False),
        ("✓ e: 3e-4 (below 1e-3)", "✓ e: 4e-4 (below 1e-3)", False),
        ("✓ e: 0.123 (below 0.5)", "✓ e: 0.124 (below 0.5)", True),
        ("✓ e: 3.10e-26 (below 1e-20)", "✓ e: 3.11e-26 (below 1e-20)", True),
        ("✓ e: 3.10e-26 (below 1e-20)", "✓ e: 3.12e-26 (below 1e-20)", False),
        ("✓ e: 0.4 (above 0.2)", "✓ e: 0.4 (above 0.1)", False),
        ("✓ e: 4 (between 2 and 0.5)", "✓ e: 4 (between 2 and 0.6)", False),
    ],
)
def test_numbers_may_differ_in_their_last_place_only(old, new, equal):
    assert compare.same_text(old, new) is equal


def book(folder, text):
    """A two-page book with the course's own configuration."""
    for name in ("_config.yml", "tools", "book/_static"):
        source = ROOT / name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: book/two\n", encoding="utf-8"
    )
    (folder / "book" / "references.bib").touch()
    (folder / "book" / "index.md").write_text(
        "# One\n\nThe [second page](two.md).\n", encoding="utf-8"
    )
    (folder / "book" / "two.md").write_text(f"(sec-two)=\n# Two\n\n{text}\n", encoding="utf-8")
    tool = [Path(sys.executable).parent / "jupyter-book", "build", "."]
    return subprocess.run(
        [*tool, "-W", "-n", "--keep-going", "-q"], cwd=folder, capture_output=True, text=True
    )


def test_a_sound_book_builds_without_a_word_of_warning(tmp_path):
    text = f"Two ($x$, long), one $y$-axis, ${'a + ' * 20}b$. Back to {{ref}}`sec-two` and $a_t$."
    run = book(tmp_path, text + "\n\n$$\na \\\\ b\n$$ (eq)\n\n{eq}`eq`")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "WARNING" not in run.stdout + run.stderr
    page = (tmp_path / "_build" / "html" / "book" / "two.html").read_text(encoding="utf-8")
    assert page.count('class="katex"') == 5 and 'href="#equation-eq"' in page
    # marks stay with a short formula; a line may still end within a long one
    glued = re.findall(r'(\S?)<span class="glued">(\S?)<span.*?</span></span>(\W)</span>', page)
    assert glued == [("", "(", ","), ("", "", "-"), ("", "", ".")]


def test_broken_references_and_formulas_turn_the_build_red(tmp_path):
    run = book(tmp_path, "{ref}`nowhere`, {cite}`nobody`, [gone](gone.md) and $\\foo$.")
    said = run.stdout + run.stderr
    assert run.returncode != 0, f"a book with broken references builds: {said}"
    for words in ("undefined label: 'nowhere'", "nobody", "gone.md", r"formula '\\foo'"):
        assert words in said, said
