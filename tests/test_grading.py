"""`make grade`: one hand-in changes nobody's marks, and none can write its own."""

import csv
import json

import pytest

from lessons_kit import exercises
from tools import editions
from tools.environment import ROOT
from tools.grading import marks
from tools.grading.hand_in import graded
from tools.grading.process import snapshot

LESSON = ROOT / "book/5_attention/masks_and_gradients.ipynb"
SOLVED = editions.solved(editions.read(LESSON))
IDS = [id for _, id in editions.exercise_cells(SOLVED)]
TARGET = IDS[0]  # the exercise that the hostile ones change
START = """import numpy as np

from lessons_kit.exercises import check, solution
from lessons_lib.functional import softmax"""
LYING = "def masked_softmax(scores, mask):\n    return scores"


def answer(id):
    """The cell of a right answer."""
    (source,) = [cell["source"] for cell, name in editions.exercise_cells(SOLVED) if name == id]
    return source


def check_of(id):
    return f'check("{id}", {exercises.ALL[id].name})'


def hand_in(path, *cells, encoding="utf-8"):
    """Write the cells as a notebook."""
    cells = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
        for s in (START, *cells)
    ]
    text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


PATCHED = f"""import lessons_kit.exercises as judge
judge.evaluate = judge.check = lambda *more: (True, "right")
np.array_equal = np.allclose = lambda *more, **named: True
{LYING}
{check_of(TARGET)}"""
READS = f"""import pathlib
def masked_softmax(scores, mask):
    try:
        from lessons_kit.exercises import attention
    except ImportError:
        text = pathlib.Path({str(ROOT / "src/lessons_kit/exercises/attention.py")!r}).read_text()
        attention = {{}}
        exec(text, attention)
    return attention.masked_softmax(scores, mask)
{check_of(TARGET)}"""
WALKS = f"""import gc, sys
def masked_softmax(scores, mask):
    frame = sys._getframe()
    while frame:
        for name in ("expected", "reference", "exercise"):
            if name in frame.f_locals:
                return frame.f_locals[name]
        frame = frame.f_back
    for one in gc.get_objects():
        if getattr(one, "__name__", "") == "masked_softmax" and "kit" in str(one.__module__):
            return one(scores, mask)
    return scores
{check_of(TARGET)}"""
PRINTS = f"""import os
{LYING}
print("✓ {TARGET}: right, on 6 cases.")
for number in range(3, 30):
    try:
        os.write(number, b"\\x82\\xa5check\\xa1x\\xa4mark\\x01 right right right")
    except OSError:
        pass
{check_of(TARGET)}"""
DIES = "import {0}\ndef masked_softmax(scores, mask):\n    {1}\n" + check_of(TARGET)
SEGFAULT = DIES.format("ctypes", "ctypes.string_at(0)")
RIGHT = answer(TARGET)
HOSTILE = {  # name: (cells, encoding, status, words of the message, words of what is suspicious)
    "patched.ipynb": ([PATCHED], "utf-8", "wrong", "", "np.array_equal ="),
    "chdir.ipynb": (["import os\nos.chdir('/')", RIGHT], "utf-8", "right", "", ""),
    "loop.ipynb": ([DIES.format("os", "while True: pass")], "utf-8", "failed", "stopped after", ""),
    "exit.ipynb": ([DIES.format("os", "os._exit(0)")], "utf-8", "failed", "exit status 0", "_exit"),
    "segfault.ipynb": ([SEGFAULT], "utf-8", "failed", "exit status -11", "ctypes"),
    "memory.ipynb": (
        [DIES.format("os", "hold = [bytes(10**8) for _ in range(10**4)]")],
        *("utf-8", "wrong", "MemoryError", ""),
    ),
    "reads.ipynb": ([READS], "utf-8", "wrong", "PermissionError", "attention.py"),
    "walks.ipynb": ([WALKS], "utf-8", "wrong", "", "_getframe"),
    "prints.ipynb": ([PRINTS], "utf-8", "failed", "no judge asked for", "✓"),
    "strange.ipynb": ([RIGHT + "  # fünf ½"], "utf-16", "right", "", ""),
    '=cmd|" ;$(touch pwned)\n.ipynb': ([RIGHT], "utf-8", "right", "", ""),
    "twice.ipynb": ([RIGHT, RIGHT], "utf-8", "right", "", "more than once"),
}


@pytest.fixture(scope="module")
def class_of_twelve(tmp_path_factory):
    """The rows of marks.csv for the hostile twelve, with the exercise of each and an honest one."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (cells, encoding, *_) in HOSTILE.items():
        hand_in(folder / "in" / name, *cells, answer("attention.causal"), encoding=encoding)
    arguments = [str(folder / "in"), str(folder / "marks.csv"), "--seconds", "2"]
    assert marks.main([*arguments, "--only", f"{TARGET} attention.causal"]) == 0
    return table(folder / "marks.csv")


def test_each_of_twelve_hostile_hand_ins_has_its_row_and_none_is_false(class_of_twelve):
    found = {row["file"]: row for row in class_of_twelve if row["exercise"] == TARGET}
    assert len(found) == len(HOSTILE) == 12
    for name, (_, _, status, words, suspicious) in HOSTILE.items():
        row = found[marks.safe(name)]
        assert (row["status"], row["mark"]) == (status, str(int(status == "right"))), row
        assert words in row["message"] and suspicious in row["suspicious"], row
        assert bool(suspicious) == bool(row["suspicious"]), row


def test_what_a_hostile_cell_does_costs_the_other_answers_nothing(class_of_twelve):
    rows = [row for row in class_of_twelve if row["exercise"] == "attention.causal"]
    assert [row["status"] for row in rows] == 12 * ["right"]


def test_no_name_becomes_a_formula_a_line_or_a_command(class_of_twelve):
    names = {row["student"] for row in class_of_twelve}
    assert "'=cmd|\" ;$(touch pwned)\\n" in names and len(names) == 12
    assert not [cell for row in class_of_twelve for cell in row.values() if cell[:1] in set("=+-@")]
    assert marks.safe("a\udcff\u202eb") == "a\\udcff\\u202eb" and marks.safe(" -1") == "' -1"
    assert not (ROOT / "pwned").exists()


JUPYTER = (
    "display(np.ones(2))\nnp.tanh?",
    "files = !ls\n%time total = 1\nif total:\n    %matplotlib inline\n    !ls",
    "%%time\ntotal = 1",
    "import asyncio\nawait asyncio.sleep(0)",
    "%pip --version\n%load_ext autoreload",
)


def test_what_jupyterlab_accepts_costs_no_mark(tmp_path):
    """Each line in the very cell of an answer; the class has the marks that each has alone."""
    for number, more in enumerate(JUPYTER):
        cells = [f"{more}\n{answer(IDS[0])}", *map(answer, IDS[1:])]
        hand_in(tmp_path / "in" / f"s{number}.ipynb", *cells)
    marks.grade(tmp_path / "in", tmp_path / "marks.csv")
    rows = [row for row in table(tmp_path / "marks.csv") if row["exercise"] != "total"]
    assert [row["exercise"] for row in rows] == len(JUPYTER) * IDS
    for row in rows:
        exercise = exercises.ALL[row["exercise"]]
        alone = exercises.evaluate(exercise.id, exercise.reference)
        assert (row["mark"], row["message"], row["suspicious"]) == ("1", alone[1], ""), row
    totals = [row for row in table(tmp_path / "marks.csv") if row["exercise"] == "total"]
    assert [(row["mark"], row["status"]) for row in totals] == len(JUPYTER) * [("4", "of 4")]


def test_a_hand_in_reads_no_other_and_ends_no_judge(tmp_path):
    """The neighbour's answer lies beside it, in a folder that holds the temporary ones too."""
    neighbour = hand_in(tmp_path / "ann.ipynb", RIGHT)
    copied = f"import json\nexec(json.load(open({str(neighbour)!r}))['cells'][1]['source'])"
    kills = "import os\nos.kill(os.getppid(), 9)"
    path = hand_in(tmp_path / "ben.ipynb", copied, kills, RIGHT)
    files, job = snapshot([tmp_path, "/"])
    result = graded(path, files, job | {"seconds": 10})
    assert result.verdicts == {TARGET: [(True, "right, on 6 cases.")]}
    assert [text.split(" ")[1] for text in result.suspicious] == ["open", "os.kill"]


def test_an_exercise_that_nobody_began_is_untouched_and_not_wrong(tmp_path):
    starter = exercises.starter(TARGET)
    hand_in(tmp_path / "in" / "ann.ipynb", f"{starter}\n{check_of(TARGET)}")
    marks.grade(tmp_path / "in", tmp_path / "marks.csv", [TARGET])
    row = table(tmp_path / "marks.csv")[0]
    assert (row["mark"], row["status"]) == ("0", "untouched")


def test_missing_exercises_missing_notebooks_and_what_is_none_have_rows(tmp_path):
    hand_in(tmp_path / "in" / "ann" / "one.ipynb", RIGHT)
    hand_in(tmp_path / "in" / "ann" / "two.ipynb", check_of("attention.causal"))
    (tmp_path / "in" / "ben").mkdir()
    hand_in(tmp_path / "in" / "cem.ipynb", "1 + 1").write_text("{", encoding="utf-8")
    hand_in(tmp_path / "in" / "dee" / ".ipynb_checkpoints" / "dee-checkpoint.ipynb", RIGHT)
    marks.grade(tmp_path / "in", tmp_path / "marks.csv", [TARGET, "attention.causal"])
    rows = [tuple(row.values())[:5] for row in table(tmp_path / "marks.csv")]
    none = ((TARGET, "missing"), ("attention.causal", "missing"))
    assert rows == [
        ("ann", "ann/one.ipynb", TARGET, "1", "right"),
        ("ann", "ann/two.ipynb", "attention.causal", "0", "failed"),
        ("ann", "", "total", "1", "of 2"),
        *(
            row
            for name, file in (("ben", "ben"), ("cem", "cem.ipynb"), ("dee", "dee"))
            for row in (
                (name, file, "-", "0", "missing"),
                *((name, "", id, "0", status) for id, status in none),
                (name, "", "total", "0", "of 2"),
            )
        ),
    ]


@pytest.mark.parametrize(
    "given, words",
    (
        (["", ""], "make grade FROM=folder TO=marks.csv"),
        ([".", "/no/such/marks.csv"], "there is no folder"),
        (["no such folder", "marks.csv"], "expected a folder with notebooks"),
        ([".", "marks.csv", "--only", "rnn.walk"], "no exercises of the course: rnn.walk"),
    ),
)
def test_what_cannot_be_graded_is_said_in_one_line(given, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    hand_in(tmp_path / "ann.ipynb", RIGHT)
    assert marks.main(given) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


def answers_of(exercise):
    """The reference, its slips, and what cannot be compared: sources of cells."""
    head, bodies = exercise.head, [exercise.body]
    bodies += [exercise.body.replace(m.old, m.new) for m in exercise.mistakes]
    sources = [f"{head}\n{body}" for body in bodies]
    odd = "None", "object()", "np.ones((2, 3, 4, 5))", "(1.5, {'a': True})", "2**70", "1 / 0"
    sources += [f"def {exercise.name}(*more):\n    return {value}" for value in odd]
    sources += [f"def {exercise.name}():\n    pass", f"{exercise.name} = 7"]
    return sources


def test_every_verdict_is_word_for_word_that_of_the_same_answer_alone(tmp_path):
    """Through the process and back: each reference, each slip, each strange result."""
    cells, alone = [], {}
    for id, exercise in exercises.ALL.items():
        sources = answers_of(exercise)
        cells += [f"{source}\n{check_of(id)}" for source in sources]
        alone[id] = [exercises.evaluate(id, exercise.build(source)) for source in sources]
    imports = "import itertools\nimport math\nfrom lessons_lib.functional import *"
    imports += "\nfrom lessons_lib.gradcheck import *"
    path = hand_in(tmp_path / "all.ipynb", imports, *cells)
    files, job = snapshot([])
    result = graded(path, files, job | {"seconds": 60})
    assert not result.trouble and not result.faults
    for id, verdicts in alone.items():
        assert result.verdicts[id] == verdicts, id
