"""README and CONTRIBUTING are true: what they name exists, and the picture is of these results."""

import re
import subprocess

import nbformat
import pytest

from tools.environment import PACKAGES, ROOT, notebooks
from tools.notebooks import hygiene
from tools.upkeep import readme_picture

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)]+)\)", text(page))
    missing = [link for link in links if not (ROOT / link.split("#")[0]).exists()]
    assert not missing, f"{page}: no such file"


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)\b", " ".join(re.findall(r"`([^`]+)`", text(page)))))
    assert named <= targets, f"{page}: {named - targets}"


def test_make_alone_prints_ten_commands_and_the_way_to_the_others():
    make = ["make", "--no-print-directory"]
    few, all_ = (
        subprocess.check_output([*make, *goal], text=True, cwd=ROOT).splitlines()
        for goal in ([], ["help-all"])
    )
    assert len(few) == 11 and few[-1].split()[1] == "help-all"
    assert set(few) < set(all_)


def test_the_picture_is_drawn_from_the_stored_results():
    assert readme_picture.PICTURE.read_bytes() == readme_picture.draw(), "run: make picture"


def test_the_chapter_map_names_the_lessons_by_their_titles():
    rows = re.findall(r"\| \[([^]]+)\]\((book/\S+\.ipynb)\)", text("README.md"))
    lessons = [path.relative_to(ROOT).with_suffix("").as_posix() for path in notebooks()]
    in_order = [entry for entry in hygiene.toc_entries() if entry in lessons]
    assert [path.removesuffix(".ipynb") for _, path in rows] == in_order
    for title, path in rows:
        first = nbformat.read(ROOT / path, as_version=4).cells[0].source.splitlines()[0]
        assert first == f"# {title}"


def test_the_paths_and_commands_in_the_table_of_derived_files_exist():
    rows = text("CONTRIBUTING.md").partition("## Derived files")[2].partition("\n## ")[0]
    places = re.findall(
        r"`((?:src|book|tools|benchmarks|sweeps|_toc|constraints|pyproject)[^`]*)`", rows
    )
    lost = [place for place in places if not list(ROOT.glob(place.rstrip("/")))]
    assert len(places) > 8 and not lost


def test_the_map_of_the_tree_names_every_room():
    rooms = text("CONTRIBUTING.md").partition("## Where things are")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_./]+)/`", rooms))
    top = {"book", "tests", "tools", "benchmarks", *(f"src/{name}" for name in PACKAGES)}
    top |= {path.parent.name for path in ROOT.glob("sweeps/__init__.py")}
    inside = {path.parent.name for path in ROOT.glob("tools/*/__init__.py")}
    assert top | inside <= named
