"""Editions of the notebooks: for students, solved, and back in step with the references.  Floor 3.

    python -m lessons_lib.editions strip book/*/*.ipynb --to student
    python -m lessons_lib.editions solve book/*/*.ipynb --to solved
    python -m lessons_lib.editions sync  book/*/*.ipynb

strip   starters only: whatever stands in an exercise's cell becomes its starter again, and the
        cells with ``solution(…)`` are left out
solve   every exercise solved by its reference, with the output that its check then prints
sync    in place: starters regenerated from the references (``--check``: only say what differs)

An exercise's cell is a code cell that ends with ``check("chapter.name", function)``.
Status 0: done; 1: ``sync --check`` found a difference; 2: nothing was written.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

from lessons_lib import exercises
from lessons_lib.exercises import show

CHECK = re.compile(r'check\("(?P<id>[^"]+)", (?P<name>\w+)\)\s*$')
SOLUTION = re.compile(r'^(?:exercises\.)?solution\("[^"]+"\)\s*$')
SAY = {
    "unreadable": "{path}: not a notebook: {error}",
    "unknown": "{path}: {error}",
    "in_place": "{path}: --to {folder} would overwrite the notebook itself: give another folder",
    "differs": "{path}: differs from the reference in {ids}: run `make sync`",
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

    What stands above the function (imports) and the line with ``check`` stay.
    """
    exercise = exercises.find(id)
    above = source.partition(f"def {exercise.name}(")[0]
    if above == source:  # the function is gone altogether
        above = ""
    return f'{above}{function}\n\n\ncheck("{id}", {exercise.name})'


def started(notebook):
    """The same notebook with every exercise at its starter  →  ids that were not."""
    changed = []
    for cell, id in exercise_cells(notebook):
        source = with_function(cell["source"], id, exercises.starter(id))
        if source != cell["source"]:
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
    """Starters only, no solutions, counts from 1 on."""
    started(notebook)
    notebook["cells"] = [c for c in notebook["cells"] if not SOLUTION.match(c["source"])]
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


def sync(paths, only_check):
    """Regenerate the starters in place  →  exit status."""
    notebooks, differs = {path: read(path) for path in paths}, False
    for path, notebook in notebooks.items():
        ids = _known(started, path, notebook)
        if ids and only_check:
            print(SAY["differs"].format(path=path, ids=", ".join(ids)))
        elif ids:
            write(path, notebook)
            print(SAY["written"].format(path=path, count=len(ids)))
        differs = differs or bool(ids)
    return int(only_check and differs)


def export(paths, edition, folder):
    """Write the edition of every notebook below ``folder``, in its chapter's folder  →  status."""
    targets = {}
    for path in paths:
        target = folder / path.resolve().parent.name / path.name
        if target.resolve() == path.resolve():
            raise Refused(SAY["in_place"].format(path=path, folder=folder))
        if target in targets:
            raise Refused(SAY["two"].format(first=targets[target], second=path, path=target))
        targets[target] = path
    done = {t: _known(edition, path, read(path)) for t, path in targets.items()}
    for target, notebook in done.items():
        count = len(exercise_cells(notebook))
        write(target, notebook)
        print(SAY["written"].format(path=target, count=count))
    return 0


def _known(change, path, notebook):
    try:
        return change(notebook)
    except LookupError as error:
        raise Refused(SAY["unknown"].format(path=path, error=error.args[0])) from None


def main(arguments=None):
    """The command line  →  exit status."""
    parser = argparse.ArgumentParser(prog="python -m lessons_lib.editions",
                                     description="Editions of the notebooks.")  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("strip", "solve", "sync"):
        command = commands.add_parser(name)
        command.add_argument("notebooks", nargs="+", type=Path)
        if name == "sync":
            command.add_argument("--check", action="store_true", help="change nothing")
        else:
            command.add_argument("--to", type=Path, required=True, help="folder of the edition")
    given = parser.parse_args(arguments)
    try:
        if given.command == "sync":
            return sync(given.notebooks, given.check)
        edition = stripped if given.command == "strip" else solved
        return export(given.notebooks, edition, given.to)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
