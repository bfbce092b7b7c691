"""The exercises of one notebook: found, started, stripped, solved."""

import ast
import json
import os
import re
from pathlib import Path

from lessons_kit import exercises
from lessons_kit.exercises import show
from lessons_kit.exercises.exercise import TODO

CHECK = re.compile(r'check\("(?P<id>[^"]+)", (?P<name>\w+)\)\s*$')
SOLUTION = re.compile(r'^(?:exercises\.)?solution\("[^"]+"\)\s*$')
CALL = re.compile(r"^(?:exercises\.)?(?:check|solution)\([\"']", re.MULTILINE)
UNFOLD = " Without a kernel, answer on paper and unfold the solution."
SAY = {
    "unreadable": "{path}: not a notebook: {error}",
    "unknown": "{path}: {error}",
    "in_place": "{path}: --to {folder} would overwrite the notebook itself: give another folder",
    "differs": "{path}: differs from the reference in {ids}: run `make sync`",
    "answers": "{path}: {ids} hold an answer, left alone: --force puts the starters back",
    "syntax": "the cell of {id} is not Python: {error}",
    "function": "the cell of {id} must define {name} once, it does so {count} times",
    "form": 'a cell must end with check("id", function), or be solution("id") alone: {cell}',
    "taken": "{path} exists and is no edition made here: give another folder",
    "written": "{path}: {count} exercises",
    "two": "{first} and {second} would both become {path}: give them in two calls",
}


class Refused(Exception):
    """Nothing is written; the message says why."""


def read(path):
    """The notebook as a dict.  Raises Refused where it is none."""
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(SAY["unreadable"].format(path=path, error=error)) from None
    return notebook


def write(path, notebook):
    """Beside its place first and then in it: a stop leaves a whole file."""
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    part.write_text(text + "\n", encoding="utf-8")
    os.replace(part, path)


def exercise_cells(notebook):
    """(cell, id) of every exercise, in order."""
    found = []
    for cell in notebook["cells"]:
        match = CHECK.search(cell["source"])
        if cell["cell_type"] == "code" and match:
            found.append((cell, match["id"]))
    return found


def with_function(source, id, function):
    """The source of an exercise's cell, its function replaced by the text ``function``.

    What stands above the function and below it stays.  Raises Refused where there is not one
    function of that name.
    """
    exercise = exercises.find(id)
    lines = source.splitlines()
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise Refused(SAY["syntax"].format(id=id, error=error)) from None
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == exercise.name]
    if len(found) != 1:
        raise Refused(SAY["function"].format(id=id, name=exercise.name, count=len(found)))
    above, below = lines[: found[0].lineno - 1], lines[found[0].end_lineno :]
    return "\n".join([*above, function, *below])


def started(notebook, answers=True):
    """Put every exercise back to its starter, in place  →  ids that were not at it.

    answers=False leaves the cells alone that hold an answer, and names them all the same.
    """
    changed = []
    for cell, id in exercise_cells(notebook):
        source = with_function(cell["source"], id, exercises.starter(id))
        if source != cell["source"] and not answers and TODO not in cell["source"]:
            changed.append(id)
        elif source != cell["source"]:
            changed.append(id)
            cell["source"] = source
            cell["outputs"] = printed(exercises.find(id), None)
    return changed


def printed(exercise, function):
    """The stored output of a check: of the starter where ``function`` is None."""
    function = function or exercise.build(exercise.starter)
    line = show.verdict(exercise, function)
    return [{"name": "stdout", "output_type": "stream", "text": [f"{line}\n"]}]


def stripped(notebook):
    """Starters only, no solutions, counts from 1 on.

    Raises Refused for a cell that calls check or solution in another form: it would stay solved.
    """
    for cell in notebook["cells"]:
        known = CHECK.search(cell["source"]) or SOLUTION.match(cell["source"])
        if cell["cell_type"] == "code" and CALL.search(cell["source"]) and not known:
            raise Refused(SAY["form"].format(cell=cell["source"].splitlines()[-1]))
    started(notebook)
    notebook["cells"] = [c for c in notebook["cells"] if not SOLUTION.match(c["source"])]
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace(UNFOLD, "")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, 1):
        if cell.get("execution_count") is None:
            continue
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
    return notebook


def solved(notebook):
    """Every exercise solved by its reference, its check passed."""
    for cell, id in exercise_cells(notebook):
        exercise = exercises.find(id)
        cell["source"] = with_function(cell["source"], id, exercise.source)
        cell["outputs"] = printed(exercise, exercise.reference)
    return notebook
