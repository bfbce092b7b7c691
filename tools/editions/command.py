"""The command line of the editions."""

import argparse
import copy
import sys
from functools import partial
from pathlib import Path

from tools.editions.rewrite import (
    SAY,
    Refused,
    exercise_cells,
    read,
    solved,
    started,
    stripped,
    write,
)


def sync(paths, only_check, force):
    """Regenerate the starters in place  →  exit status.  Answers stay unless ``force``."""
    notebooks, differs = {path: read(path) for path in paths}, False
    for path, notebook in notebooks.items():
        ids = _known(partial(started, answers=only_check or force), path, notebook)
        if ids and only_check:
            print(SAY["differs"].format(path=path, ids=", ".join(ids)))
        elif ids:
            held = [] if force else [id for id in started(copy.deepcopy(notebook)) if id in ids]
            if set(held) != set(ids):
                write(path, notebook)
                print(SAY["written"].format(path=path, count=len(ids) - len(held)))
            if held:
                print(SAY["answers"].format(path=path, ids=", ".join(held)))
            ids = held
        differs = differs or bool(ids)
    return int(differs)


def export(paths, edition, folder):
    """Write the edition of every notebook below ``folder``, in its chapter's folder  →  status."""
    targets = {}
    for path in paths:
        target = folder / path.resolve().parent.name / path.name
        if target.resolve() == path.resolve():
            raise Refused(SAY["in_place"].format(path=path, folder=folder))
        if target.exists() and "edition" not in read(target)["metadata"]:
            raise Refused(SAY["taken"].format(path=target))
        if target in targets:
            raise Refused(SAY["two"].format(first=targets[target], second=path, path=target))
        targets[target] = path
    done = {t: _known(edition, path, read(path)) for t, path in targets.items()}
    for target, notebook in done.items():
        count = len(exercise_cells(notebook))
        notebook["metadata"]["edition"] = edition.__name__
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
    parser = argparse.ArgumentParser(prog="python -m tools.editions",
                                     description="Editions of the notebooks.")  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("strip", "solve", "sync"):
        command = commands.add_parser(name)
        command.add_argument("notebooks", nargs="+", type=Path)
        if name == "sync":
            command.add_argument("--check", action="store_true", help="change nothing")
            command.add_argument("--force", action="store_true", help="replace answers too")
        else:
            command.add_argument("--to", type=Path, required=True, help="folder of the edition")
    given = parser.parse_args(arguments)
    try:
        if given.command == "sync":
            return sync(given.notebooks, given.check, given.force)
        edition = stripped if given.command == "strip" else solved
        return export(given.notebooks, edition, given.to)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
