"""The solved edition: in every lesson each exercise is solved by its reference, and passes.

Here the Exercises section of each lesson runs on its own, from its own imports, as a program.
`make test-solved` runs the whole solved notebooks under nbval.
"""

import json
import subprocess
import sys

import pytest

from lessons_kit import exercises
from tools import editions
from tools.environment import ROOT, notebooks

SECTIONS = [path for path in notebooks() if "## Exercises" in path.read_text(encoding="utf-8")]


def section(path):
    """The code cells between ## Exercises and the end."""
    cells = editions.solved(editions.read(path))["cells"]
    heads = [n for n, cell in enumerate(cells) if cell["source"].startswith("## Exercises")]
    assert len(heads) == 1, f"{path}: one section called Exercises"
    return [cell for cell in cells[heads[0] :] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", SECTIONS, ids=lambda path: path.stem)
def test_every_solved_exercise_of_a_lesson_passes(path):
    cells = section(path)
    stored = [line for cell in cells for out in cell["outputs"] for line in out.get("text", [])]
    program = "\n".join(cell["source"] for cell in cells)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines(keepends=True) == stored and stored
    assert not [line for line in stored if not line.startswith("✓ ")]


def test_every_exercise_is_in_one_lesson_with_its_solution():
    found, shown = [], []
    for path in SECTIONS:
        notebook = editions.read(path)
        found += [id for _, id in editions.exercise_cells(notebook)]
        shown += [c["source"] for c in notebook["cells"] if editions.SOLUTION.match(c["source"])]
    assert len(found) == len(set(found)) and set(found) <= set(exercises.ALL)
    assert [f'solution("{id}")' for id in found] == shown


@pytest.mark.parametrize("path", SECTIONS, ids=lambda path: path.stem)
def test_the_starters_are_greeted_in_the_stored_outputs(path):
    for cell, id in editions.exercise_cells(json.loads(json.dumps(editions.read(path)))):
        text = "".join(cell["outputs"][0]["text"])
        assert text.startswith(f"{id}: not attempted yet."), text
