"""Every committed lesson is clean, listed, and checked cell by cell."""

import re

import nbformat
import pytest

from tools import hygiene
from tools.environment import ROOT, notebooks

LESSONS = notebooks()
NAMES = [path.relative_to(ROOT).as_posix() for path in LESSONS]


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_is_clean(path):
    faults = hygiene.faults(path)
    assert not faults, "\n".join(faults)


def test_the_table_of_contents_and_the_disk_agree():
    assert LESSONS, "no lesson under book/"
    assert not list(hygiene.toc_faults())


def test_every_lesson_is_where_make_looks_for_it():
    assert LESSONS == sorted((ROOT / "book").glob("*/*.ipynb"))


def test_every_code_cell_is_collected(request):
    """No cell escapes: as many tests per notebook as code cells on disk."""
    collected = request.session.items
    for path in {item.path for item in collected if item.path.suffix == ".ipynb"}:
        nb = nbformat.read(path, as_version=4)
        cells = sum(cell.cell_type == "code" for cell in nb.cells)
        assert sum(item.path == path for item in collected) == cells, path


def test_the_chapters_are_in_their_order():
    numbers = [int(n) for e in hygiene.toc_entries() for n in re.findall(r"book/(\d+)_", e)]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_says_what_it_is_for_and_what_came_out(path):
    """Objectives and time at the top; what was seen and the sources at the end."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for word in ("You will build", "You will learn", "You need", "Time"):
        assert f"**{word}**" in cells[0].source, word
    heads = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert heads[-2:] == ["What we have seen", "Sources"]
    assert "{cite}" in text.rpartition("## Sources")[2]
    assert "**Predict first.**" in text and "assert" in "\n".join(cell.source for cell in cells)
