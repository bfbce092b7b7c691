"""Student, solved and synchronised editions: whole files, right cells, nothing overwritten."""

import json
import subprocess
import sys

import pytest

from lessons_kit import exercises
from tools import editions
from tools.environment import notebooks

GRU = exercises.ALL["gru.step"]
TAIL = '\n\n\ncheck("gru.step", gru_step)'


def code(source, *outputs, count=1):
    return {"cell_type": "code", "id": f"c{count}", "metadata": {}, "execution_count": count,
            "outputs": list(outputs), "source": source.splitlines(keepends=True)}  # fmt: skip


def lesson(folder, function=GRU.starter, name="lesson.ipynb"):
    """A small notebook: imports, an exercise, its solution, one cell more."""
    cells = [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Lesson – ünïcode"]},
        code("import numpy as np\nfrom lessons_kit.exercises import check, solution"),
        code(f"# a remark above\n{function}{TAIL}", count=2),
        code('solution("gru.step")', {"output_type": "execute_result", "execution_count": 3,
             "metadata": {}, "data": {"text/html": "<details>secret</details>"}}, count=3),
        code("1 + 1", {"output_type": "execute_result", "execution_count": 4, "metadata": {},
             "data": {"text/plain": "2"}}, count=4),
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def sources(path):
    return ["".join(c["source"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def test_the_solved_edition_holds_the_reference_and_the_printed_pass(tmp_path):
    path = lesson(tmp_path / "4_gru")
    assert editions.main(["solve", str(path), "--to", str(tmp_path / "solved")]) == 0
    cells = json.loads((tmp_path / "solved/4_gru/lesson.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
    assert "".join(cells[2]["source"]) == f"# a remark above\n{GRU.source}{TAIL}"
    assert cells[2]["outputs"][0]["text"] == ["✓ gru.step: right, on 2 cases.\n"]


def test_the_solved_cell_runs_and_prints_what_is_stored(tmp_path):
    path = lesson(tmp_path / "4_gru")
    editions.main(["solve", str(path), "--to", str(tmp_path / "solved")])
    out = tmp_path / "solved/4_gru/lesson.ipynb"
    program = "\n".join(sources(out)[1:3]).replace(
        "import numpy as np", "import numpy as np\nfrom lessons_lib.functional import sigmoid"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "✓ gru.step: right, on 2 cases.\n", run.stderr


def test_the_student_edition_has_starters_and_no_solutions(tmp_path):
    path = lesson(tmp_path / "4_gru", function=GRU.source)
    assert editions.main(["strip", str(path), "--to", str(tmp_path / "student")]) == 0
    out = tmp_path / "student/4_gru/lesson.ipynb"
    text = out.read_text(encoding="utf-8")
    assert "secret" not in text and "solution(" not in text.replace("check, solution", "")
    assert sources(out)[2] == f"# a remark above\n{GRU.starter}{TAIL}"
    cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in cells] == [1, 2, 3]
    assert cells[2]["outputs"][0]["execution_count"] == 3


def test_sync_restores_the_starter_and_nothing_else(tmp_path):
    clean, solved = lesson(tmp_path / "a"), lesson(tmp_path / "b", function=GRU.source)
    before = clean.read_bytes()
    assert editions.main(["sync", "--check", str(clean), str(solved)]) == 1
    assert solved.read_bytes() != before
    assert editions.main(["sync", "--force", str(clean), str(solved)]) == 0
    assert clean.read_bytes() == before and sources(solved) == sources(clean)
    cell = json.loads(solved.read_text(encoding="utf-8"))["cells"][2]
    assert cell["outputs"][0]["text"][0].startswith("gru.step: not attempted yet.")
    assert editions.main(["sync", "--check", str(clean), str(solved)]) == 0


def test_an_edition_of_a_started_exercise_is_whole(tmp_path):
    half = GRU.starter.replace("raise NotImplementedError", "r = 1\n    return r")
    path = lesson(tmp_path / "x", function=half)
    editions.main(["sync", "--force", str(path)])
    assert sources(path)[2] == f"# a remark above\n{GRU.starter}{TAIL}"


def test_nothing_is_written_where_one_notebook_is_broken(tmp_path, capsys):
    good, bad = lesson(tmp_path / "a"), tmp_path / "bad.ipynb"
    bad.write_text("{", encoding="utf-8")
    out = tmp_path / "out"
    assert editions.main(["solve", str(good), str(bad), "--to", str(out)]) == 2
    assert "bad.ipynb: not a notebook" in capsys.readouterr().err and not out.exists()
    bad.write_text(
        good.read_text(encoding="utf-8").replace("gru.step", "gru.gone"), encoding="utf-8"
    )
    for command in (["solve", str(good), str(bad), "--to", str(out)], ["sync", str(bad)]):
        assert editions.main(command) == 2
        assert "older than the notebook" in capsys.readouterr().err and not out.exists()


def test_an_edition_never_overwrites_its_notebook_or_another(tmp_path, capsys):
    path = lesson(tmp_path / "4_gru")
    before = path.read_bytes()
    assert editions.main(["solve", str(path), "--to", str(tmp_path)]) == 2
    assert "give another folder" in capsys.readouterr().err and path.read_bytes() == before
    twin = lesson(tmp_path / "other/4_gru")
    assert editions.main(["strip", str(path), str(twin), "--to", str(tmp_path / "s")]) == 2
    assert "give them in two calls" in capsys.readouterr().err and not (tmp_path / "s").exists()


def test_the_command_runs_as_a_module(tmp_path):
    path = lesson(tmp_path / "4_gru")
    command = [sys.executable, "-m", "tools.editions", "sync", "--check", str(path)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", notebooks(), ids=lambda p: p.stem)
def test_no_committed_exercise_is_solved(path):
    """If this fails: make sync, or ``editions sync --force`` where a cell holds an answer."""
    assert editions.started(editions.read(path)) == []


def test_sync_leaves_an_answer_alone_unless_it_is_forced(tmp_path, capsys):
    path = lesson(tmp_path, function=GRU.source)
    before = path.read_bytes()
    assert editions.main(["sync", str(path)]) == 1
    assert path.read_bytes() == before and "--force" in capsys.readouterr().out
    assert editions.main(["sync", "--force", str(path)]) == 0
    assert sources(path)[2].startswith("# a remark above") and GRU.starter in sources(path)[2]


def test_an_outdated_starter_is_renewed_beside_an_answer(tmp_path):
    answer = lesson(tmp_path / "a", function=GRU.source)
    old = lesson(tmp_path / "b", function=GRU.starter.replace("One step", "A step"))
    assert editions.main(["sync", str(answer), str(old)]) == 1
    assert GRU.starter in sources(old)[2] and GRU.source in sources(answer)[2]


def test_what_stands_below_the_function_stays(tmp_path):
    path = lesson(tmp_path / "c", function=GRU.starter + "\n\n\nBELOW = 1")
    editions.main(["solve", str(path), "--to", str(tmp_path / "s")])
    assert "BELOW = 1" in sources(tmp_path / "s/c/lesson.ipynb")[2]


@pytest.mark.parametrize(
    "tail", ["check('gru.step', gru_step)", 'check("gru.step", gru_step)\nsolution("gru.step")']
)
def test_strip_refuses_an_exercise_in_another_form(tmp_path, capsys, tail):
    path = lesson(tmp_path / "a", function=GRU.source)
    text = path.read_text(encoding="utf-8")
    wanted = json.dumps('check("gru.step", gru_step)')[1:-1]
    path.write_text(text.replace(wanted, json.dumps(tail)[1:-1]), encoding="utf-8")
    assert editions.main(["strip", str(path), "--to", str(tmp_path / "s")]) == 2
    assert "must end with" in capsys.readouterr().err and not (tmp_path / "s").exists()


def test_an_edition_does_not_replace_a_file_that_is_none(tmp_path, capsys):
    path, other = lesson(tmp_path / "x/4_gru"), lesson(tmp_path / "book/4_gru")
    before = other.read_bytes()
    assert editions.main(["strip", str(path), "--to", str(tmp_path / "book")]) == 2
    assert other.read_bytes() == before and "no edition made here" in capsys.readouterr().err
    for _ in range(2):  # an edition may be made anew
        assert editions.main(["strip", str(path), "--to", str(tmp_path / "s")]) == 0


def test_a_cell_without_its_function_is_refused(tmp_path, capsys):
    path = lesson(tmp_path / "a", function="gru_step = lambda *a: 0")
    assert editions.main(["sync", str(path)]) == 2
    assert "must define gru_step once" in capsys.readouterr().err
