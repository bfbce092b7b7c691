"""Finished runs on disk: a journal while a sweep is under way, a CSV file when it is complete.

A row is a flat dict: part, settings, seed, values, seconds, error, code, versions, machine.
"""

import csv
import json
import os
from contextlib import contextmanager
from pathlib import Path

from lessons_lib.experiments import value_of

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "lessons_lib" / "data"
JOURNALS = ROOT / "_build" / "sweeps"


def identity(settings, seed):
    """The same text for the same run, whether the settings come from code, journal or CSV."""
    return json.dumps([{name: text(value) for name, value in settings.items()}, seed],
                      sort_keys=True)  # fmt: skip


def text(value):
    """A value as the cell of a CSV file; ``lessons_lib.experiments.value_of`` is the way back."""
    if isinstance(value, list | tuple):
        return " ".join(map(text, value))
    return "" if value is None else repr(float(value)) if isinstance(value, float) else str(value)


def append(path, row):
    """Add one row to the journal, on disk before this returns.

    After OSError (a full disk, say) the last line may be torn: ``read`` passes over it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(row).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(path):
    """The whole rows of a journal, a list of dicts; lines that are torn are left out."""
    rows = []
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def read_csv(path):
    """The rows of a stored sweep, as ``read`` gives them."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [
            {name: [float(n) for n in cell.split()] if name.endswith("curve") else value_of(cell)
             for name, cell in line.items()}
            for line in csv.DictReader(file)
        ]  # fmt: skip


def write_csv(path, rows):
    """Store a complete sweep, a list of dicts, as a table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with whole(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        table.writerows([text(row.get(name)) for name in names] for row in rows)


def write_json(path, content):
    with whole(path) as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


@contextmanager
def whole(path):
    """A file to write, beside ``path`` first and then in its place: never half of it."""
    part = path.with_suffix(".part")
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
