"""A part of the course: built strictly, with nothing in it that leads to what is absent."""

import os
import subprocess
import sys

import pytest

from tools import editions
from tools.editions import part
from tools.environment import ROOT, notebooks

BUILD = "from jupyter_book.cli.main import main; main()"
ABSENT = ["1_rnn", "3_lstm", "4_gru", "5_attention"]  # what others need, and what follows


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course without four of its chapters  →  its folder."""
    to = tmp_path_factory.mktemp("a") / "part"
    part.make(ABSENT, to)
    return to


def test_a_part_builds_without_a_word_of_warning(course):
    command = [sys.executable, "-c", BUILD, "build", ".", "-W", "-n", "--keep-going", "-q"]
    run = subprocess.run(command, cwd=course, env=os.environ | {"NO_COLOR": "1"},
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    pages = course / "_build" / "html" / "book"
    assert sorted(path.name for path in pages.iterdir() if path.is_dir()) == [
        "2_long_term_dependencies"
    ]


def test_maps_schedules_and_exercises_name_only_lessons_that_are_there(course):
    ids = {id for path in notebooks() for _, id in editions.exercise_cells(editions.read(path))}
    here = {
        id for path in notebooks(course) for _, id in editions.exercise_cells(editions.read(path))
    }
    assert here and ids - here
    page = (course / "book" / "teaching.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    named = set(part.CODE.findall("\n".join(rows))) & ids
    assert named and named <= here
    for name in ("README.md", "book/index.md", "book/teaching.md", "book/glossary.md"):
        text = (course / name).read_text(encoding="utf-8")
        links = [target for _, target in part.LINK.findall(text)]
        assert [link for link in links if "sky_and_france.ipynb" in link], name
        assert not [link for link in links if set(ABSENT) & set(link.split("/"))], name


def test_a_link_to_what_is_absent_becomes_its_words():
    text = "[a $[b]$](../5_attention/x.ipynb#y), {ref}`far <label>`, {ref}`near <other>`, [c](x.md)"
    short = part.plain(text, {"5_attention"}, {"label"})
    assert short == "a $[b]$, far, {ref}`near <other>`, [c](x.md)"


def test_a_row_of_a_table_goes_when_all_its_exercises_are_gone():
    page = "| a | `x.a` |\n| b | `x.a`, `y.b` | `x.a` |\ntext `x.a`"
    assert part.assigned(page, {"x.a"}) == "| b | `y.b` | – |\ntext `x.a`"


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("9_none", "WITHOUT=9_none: no such chapter. There are: 1_rnn, 2_long"),
        ("1_rnn 2_long_term_dependencies 3_lstm 4_gru 5_attention", "every chapter: nothing"),
    ],
)
def test_what_is_no_chapter_is_refused_in_one_line(names, says, tmp_path):
    command = [sys.executable, "-m", "tools.editions.part", *names.split(), "--to", tmp_path / "to"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and says in run.stderr and run.stderr.count("\n") == 1
    assert not (tmp_path / "to").exists()


def test_make_says_which_commands_know_a_part():
    command = ["make", "--no-print-directory", "doctor", "WITHOUT=5_attention"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 2 and "WITHOUT goes with make book make student" in run.stderr
