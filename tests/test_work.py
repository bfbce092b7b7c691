"""A learner's copies: named in order, kept by an update, counted by what passes."""

import copy
import shutil
import subprocess

from lessons_kit import exercises
from tools import editions
from tools.editions import work
from tools.editions.rewrite import with_function, write
from tools.environment import ROOT
from tools.grading.progress import progress

LESSONS = {"why": "rnn.forward", "loop": "rnn.backward"}  # in the order of the course
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")


def cell(source, kind="code", **more):
    own = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": f"c{abs(hash(source)):x}"[:12], "metadata": {},
            "source": source, **own, **more}  # fmt: skip


def exercise(id, body=""):
    source = exercises.starter(id)
    source = exercises.find(id).source if body == "right" else source
    return f'{source}\n\n\ncheck("{id}", {exercises.find(id).name})'


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def course(root, order=tuple(LESSONS), prose="As it was."):
    """A course of two lessons, each with an exercise and a link to the other."""
    chapters = "".join(f"      - file: book/1_rnn/{name}\n" for name in order)
    root.mkdir(exist_ok=True)
    toc = f"format: jb-book\nroot: book/index\nparts:\n  - chapters:\n{chapters}"
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    shutil.copy(ROOT / ".gitignore", root)
    for name, id in LESSONS.items():
        other = [n for n in LESSONS if n != name][0]
        cells = (
            cell(f"# Ask {name}\n\nSee [it](../1_rnn/{other}.ipynb#x), [this]({other}.ipynb).",
                 "markdown"),
            cell(prose, "markdown"),
            cell("import numpy as np\n\nfrom lessons_kit.exercises import check"),
            cell(exercise(id)),
        )  # fmt: skip
        write(root / f"book/1_rnn/{name}.ipynb", notebook(*cells))
    return root


def opened(root, name):
    return editions.read(root / "work/1_rnn" / name)


def answered(root, name, extra="mine = 1"):
    """Answer the exercise of a copy, and write a cell of one's own in front of it."""
    mine = opened(root, name)
    (where, id), *_ = editions.exercise_cells(mine)
    where["source"] = with_function(where["source"], id, exercises.find(id).source)
    mine["cells"].insert(3, cell(extra))
    write(root / "work/1_rnn" / name, mine)


def test_the_copies_have_the_order_of_the_course_and_links_among_them(tmp_path):
    root = course(tmp_path / "course")
    assert list(work.refresh(root)) == [
        "work/1_rnn/01_why.ipynb: new",
        "work/1_rnn/02_loop.ipynb: new",
    ]
    text = opened(root, "01_why.ipynb")["cells"][0]["source"]
    assert text.endswith("See [it](02_loop.ipynb#x), [this](02_loop.ipynb).")
    welcome = editions.read(root / "work/welcome.ipynb")["cells"][0]["source"]
    assert "- [1.1 Ask why](1_rnn/01_why.ipynb)\n- [1.2 Ask loop](1_rnn/02_loop.ipynb)" in welcome
    assert list(work.refresh(root)) == [], "nothing has changed"


def git(folder, *arguments):
    run = subprocess.run([*GIT, *arguments], cwd=folder, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_pull_with_a_changed_lesson_keeps_a_changed_answer(tmp_path):
    """Also where the lesson has another number now."""
    origin = course(tmp_path / "origin")
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "First")
    git(tmp_path, "clone", "-q", "origin", "mine")
    mine = tmp_path / "mine"
    list(work.refresh(mine))
    answered(mine, "01_why.ipynb")
    course(origin, order=("loop", "why"), prose="Corrected.")
    git(origin, "commit", "-qam", "Second")
    assert git(mine, "status", "--short") == "", "the copies are git's business"
    git(mine, "pull", "-q", "--ff-only")
    assert list(work.refresh(mine)) == [
        "work/1_rnn/01_loop.ipynb: a new edition, with 0 cells of yours",
        "work/1_rnn/02_why.ipynb: a new edition, with 2 cells of yours",
    ]
    assert sorted(p.name for p in (mine / "work/1_rnn").iterdir()) == [
        "01_loop.ipynb",
        "02_why.ipynb",
    ]
    sources = [one["source"] for one in opened(mine, "02_why.ipynb")["cells"]]
    assert sources[1] == "Corrected." and sources[3] == "mine = 1"
    assert sources[4] == exercise("rnn.forward", "right") and len(sources) == 5
    assert list(work.refresh(mine)) == []


def test_whatever_else_a_learner_changed_stays_beside_the_new_cell():
    old = notebook(cell("a = 1"), cell("b = 1"), cell(exercise("rnn.forward")))
    mine = copy.deepcopy(old)
    mine["cells"][0]["source"] = "a = 7"  # a cell of the lesson, tried with another number
    mine["cells"].append(copy.deepcopy(mine["cells"][2]))  # the exercise, once more
    mine["cells"][3]["source"] = exercise("rnn.forward", "right")
    new = notebook(cell("a = 2"), cell("b = 1"))  # the exercise is no more
    assert work.merged(old, mine, new) == 2
    sources = [one["source"] for one in new["cells"]]
    assert sources == ["a = 7", "a = 2", "b = 1", exercise("rnn.forward", "right")]
    assert len({one["id"] for one in new["cells"]}) == 4


def test_a_copy_that_is_no_notebook_is_left_alone(tmp_path):
    root = course(tmp_path / "course")
    list(work.refresh(root))
    broken = root / "work/1_rnn/01_why.ipynb"
    broken.write_text("{", encoding="utf-8")
    course(root, prose="Corrected.")
    said = list(work.refresh(root))
    assert "01_why.ipynb: not a notebook" in said[0] and "make update" in said[0]
    assert broken.read_text(encoding="utf-8") == "{" and "a new edition" in said[1]


def test_progress_says_which_exercises_pass(tmp_path):
    root = course(tmp_path / "course")
    list(work.refresh(root))
    assert dict(progress(root))["1_rnn/01_why.ipynb"] == {"rnn.forward": None}
    answered(root, "01_why.ipynb")
    stops = opened(root, "02_loop.ipynb")
    stops["cells"][3]["source"] = "1 / 0\n" + stops["cells"][3]["source"]
    write(root / "work/1_rnn/02_loop.ipynb", stops)
    assert dict(progress(root)) == {
        "1_rnn/01_why.ipynb": {"rnn.forward": True},
        "1_rnn/02_loop.ipynb": {"rnn.backward": False},
    }
