"""`make falsify` calls a claim falsified only if that very claim turned red."""

import inspect

import nbformat
import pytest
from nbformat import v4

from lessons_lib import functional
from tools.environment import ROOT
from tools.notebooks import falsifiers, falsify, verdicts
from tools.notebooks.in_process import side_by_side
from tools.notebooks.transplant import edit_module

CELLS = [
    "import numpy as np\nfrom lessons_lib.claims import claim",
    "from lessons_lib.functional import sigmoid",
    "weights = np.array([3.0, 4.0])",
    "length = np.sqrt(weights @ weights)\nsize = 2",
    """half = sigmoid(np.zeros(size))
claim("the length", length, equal=5, within=1e-9)
claim("the middle", half, equal=0.5, within=1e-9)
claim("the size", half.size, equal=2)""",
]
SOUND = """
[[falsify]]
claim = "length"
old = "3.0, 4.0"
new = "3.0, 3.0"
[[falsify]]
claim = "the middle"
library = "lessons_lib.functional"
old = "0.5 + 0.5 * np.tanh"
new = "0.6 + 0.4 * np.tanh"
[[falsify]]
claim = "the size"
old = "half.size"
new = "half.size + 1"
"""


def write(folder, table, cells=CELLS):
    path = folder / "lesson.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(source) for source in cells]), path)
    falsifiers.beside(path).write_text(table, encoding="utf-8")
    return path


def outcome(path):
    [(_, entry, faults)] = side_by_side(falsify.lesson, [path], jobs=1)
    return entry, faults


def test_a_change_of_the_cell_of_an_earlier_cell_or_of_the_library_turns_the_claim_red(tmp_path):
    entry, faults = outcome(write(tmp_path, SOUND))
    assert not faults
    assert (entry["claims"], entry["falsified"], entry["exempt"]) == (3, 3, 0)


DULL = {
    "1 + 1": "still holds, ✓ the size: 2 (exactly)",
    "-2": "ValueError: negative dimensions are not allowed, not the claim",
    "int(weights[9])": "IndexError: index 9 is out of bounds for axis 0 with size 2, not the claim",
    "__import__('signal').raise_signal(14)": "stopped by signal 14",
    "2; length = 4": "still holds, ✓ the size: 2 (exactly)",  # another claim turns red
}


def test_a_change_that_does_not_falsify_the_claim_is_named(tmp_path):
    table, row = SOUND, '[[falsify]]\nclaim = "the size"\nold = "size = 2"\nnew = "size = {}"\n'
    entry, faults = outcome(write(tmp_path, table + "".join(row.format(new) for new in DULL)))
    assert len(faults) == len(DULL) and entry["falsified"] == 2
    for (new, said), fault in zip(DULL.items(), faults, strict=True):
        assert fault.startswith(f"'the size' with {f'size = {new}'!r}: {said}")


def test_a_lesson_that_fails_has_no_record(tmp_path):
    entry, faults = outcome(write(tmp_path, SOUND, ["1 / 0", *CELLS]))
    assert entry is None and faults == [
        "the lesson itself fails in code cell 1: ZeroDivisionError: division by zero"
    ]


def test_a_claim_that_never_runs_is_not_falsified(tmp_path):
    cells = [*CELLS[:-1], CELLS[-1].replace('claim("the size"', 'size - 2 and claim("the size"')]
    entry, faults = outcome(write(tmp_path, SOUND, cells))
    assert "never runs: 'the size'" in faults and entry["falsified"] == 2


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no falsifier: 'the length'"),
        ('[[exempt]]\nclaim = "the length"', "give claim, why"),
        ('[[exempt]]\nclaim = "the"\nwhy = "w"', "'the' is in 3 claims of the lesson"),
        ('[[falsify]]\nclaim = "depth"\nold = "a"\nnew = "b"', "'depth' is in 0 claims"),
        ('[[falsify]]\nclaim = "size"\nold = "claim"\nnew = "b"', "is in 2 cells"),
        ('[[falsify]]\nclaim = "size"\nold = "half"\nnew = "b"', "old occurs 3 times"),
        ('[[falsify]]\nclaim = "size"\nold = "size = 3"\nnew = "b"', "is in 0 cells"),
        ('[[falsify]]\nclaim = "size"\nold = "size = 2"\nnew = "size = 2"', "and changes"),
        ('[[falsify]]\nclaim = "size"\nold = "a"\nnew = "b"\ncell = 3', "got cell, claim"),
        ('[[falsify]]\nclaim = "size"\nold = "a"\nnew = "b"\nlibrary = "no_such"', "no module"),
        ('[[falsify]]\nclaim = "size"\nold = "a"\nnew = "b"\nlibrary = "no.such"', "no module"),
        ("[[falsfy]]\n", "only [[falsify]] and [[exempt]] are known"),
        ("[[falsify", "not valid TOML"),
    ],
)
def test_what_is_wrong_with_the_file_of_falsifiers_is_said(table, said, tmp_path):
    assert any(said in fault for fault in falsifiers.plan(write(tmp_path, table)).faults)


def test_an_exempt_claim_needs_no_falsifier(tmp_path):
    table = SOUND.replace(SOUND[SOUND.rindex("[[falsi") :], '[[exempt]]\nclaim = "size"\nwhy = "w"')
    plan = falsifiers.plan(write(tmp_path, table))
    assert not plan.faults and plan.exempt == {"the size": "w"}


def test_from_chooses_the_cell_where_code_stands_more_than_once(tmp_path):
    table = '[[falsify]]\nclaim = "size"\nold = "size"\nnew = "s"\nfrom = "length ="'
    [one] = falsifiers.plan(write(tmp_path, table)).falsifiers
    assert (one.start, one.stop) == (3, 4)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("size = 2", "size = 2  # of half\n\n", True),
        ("size = 2", "size = 3", False),
        ("lessons_lib.functional", "lessons_lib.training", False),
    ],
)
def test_a_record_grows_old_with_the_code_and_not_with_comments(old, new, same, tmp_path):
    before = verdicts.fingerprint(write(tmp_path, SOUND))
    cells = [cell.replace(old, new) for cell in CELLS]
    assert (verdicts.fingerprint(write(tmp_path, SOUND, cells)) == before) is same


def test_a_record_grows_old_with_its_falsifiers_and_the_library(tmp_path, monkeypatch):
    path = write(tmp_path, SOUND)
    before = verdicts.fingerprint(path)
    write(tmp_path, SOUND.replace("3.0, 3.0", "3.0, 2.0"))
    assert verdicts.fingerprint(path) != before
    write(tmp_path, SOUND + 'why = "one more"\n')
    assert verdicts.fingerprint(path) == before
    monkeypatch.setattr(
        verdicts, "essence", lambda source: source.replace("0.5 + 0.5 * np", "0.6 + 0.4 * np")
    )
    assert verdicts.fingerprint(path) != before


def test_the_essence_of_code_has_no_comments_and_no_docstrings():
    source = (
        '"""Module.\n\nMore."""\n\n# a\nx = "#"  # b\n\n\ndef f():\n    """F."""\n    return x\n'
    )
    assert verdicts.essence(source) == 'x = "#"\ndef f():\n    return x'


def test_what_a_lesson_imports_is_followed_through_the_library():
    files = verdicts.modules("from lessons_lib import cells\nfrom lessons_kit import plots\n")
    names = {file.relative_to(ROOT / "src").as_posix() for file in files}
    assert {"lessons_lib/cells/lstm.py", "lessons_lib/functional.py"} <= names
    assert not any("plots" in name for name in names)


def test_an_edited_module_reaches_those_who_imported_its_functions():
    sigmoid = functional.sigmoid
    edit_module("lessons_lib.functional", "0.5 + 0.5 * np.tanh", "0.5 + 0.25 * np.tanh")
    changed = sigmoid(1.0)
    edit_module("lessons_lib.functional", "no such code", "")
    assert functional.sigmoid is sigmoid and abs(sigmoid(1.0) - changed) > 0.1
    assert "np.tanh" in inspect.getsource(sigmoid), "others may ask where it stands"
