"""Finished runs on disk: a journal while a sweep is under way, a table when it is complete.

A row is a flat dict: part, settings, seed, values, seconds, error, code, versions, machine.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "lessons_lib" / "data"
JOURNALS = ROOT / "_build" / "sweeps"
SPECIAL = {"": None, "nan": float("nan"), "True": True, "False": False}


def identity(settings, seed):
    """The same text for the same run, whether the settings come from code, journal or table."""
    return json.dumps([{name: text(value) for name, value in settings.items()}, seed],
                      sort_keys=True)  # fmt: skip


def text(value):
    """A value as the cell of a table."""
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


def read_table(path):
    """The rows of a stored sweep, as ``read`` gives them."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else [""]
    names, *table = (line.split("\t") for line in lines)
    return [{name: value_of(name, cell) for name, cell in zip(names, cells, strict=True)}
            for cells in table]  # fmt: skip


def value_of(name, cell):
    """The way back from ``text``."""
    if name.endswith("curve"):
        return [float(number) for number in cell.split()]
    if name == "code":  # 8403130e12 is no number
        return cell
    if cell in SPECIAL:
        return SPECIAL[cell]
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def write_table(path, rows):
    """Store a complete sweep, a list of dicts, as text with tabs: ``pandas.read_table(path)``."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with whole(path) as file:
        for cells in (names, *([text(row.get(name)) for name in names] for row in rows)):
            file.write("\t".join(" ".join(cell.split()) for cell in cells) + "\n")


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
