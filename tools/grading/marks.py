"""The rows of marks.csv: one for each student and exercise, and a total for each student."""

import argparse
import csv
import os
import re
import sys
import time
from pathlib import Path

from lessons_kit import exercises
from tools import editions
from tools.environment import notebooks
from tools.grading.hand_in import side_by_side, untouched

COLUMNS = "student", "file", "exercise", "mark", "status", "message", "suspicious"
ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # line ends, turned text
SKIPPED = re.compile(r"\.ipynb_checkpoints|__MACOSX|\._")


def hand_ins(folder):
    """(student, path) of every notebook; a student is a folder or a notebook in ``folder``."""
    for top in sorted(folder.iterdir()) if folder.is_dir() else ():
        inside = sorted(top.rglob("*")) if top.is_dir() else [top]
        found = [p for p in inside if p.suffix.lower() == ".ipynb" and not SKIPPED.search(str(p))]
        if top.is_dir() and not SKIPPED.search(str(top)):
            found = found or [top]  # handed in without a notebook
        yield from ((top.name if top.is_dir() else top.stem, path) for path in found)


def rows(student, name, result, only):
    """The rows of one hand-in: an exercise each, and one for what has none."""
    ids = [i for i in exercises.ALL if i in {*result.verdicts, *result.faults}]
    for id in [i for i in ids if i in (only or ids)]:
        verdicts, remarks = result.verdicts.get(id, []), list(result.suspicious)
        status, message = "failed", result.faults.get(id)
        if verdicts:
            passed, message = verdicts[-1]
            status = "right" if passed else "untouched" if untouched(message) else "wrong"
        if len(verdicts) + (id in result.faults) > 1:
            said = ", ".join("right" if passed else "wrong" for passed, _ in verdicts)
            remarks.append(f"more than once in the notebook ({said}): the last counts")
        yield [student, name, id, int(status == "right"), status, message, "; ".join(remarks)]
    if result.trouble or not ids:
        why = result.trouble or "no check of an exercise was run"
        yield [student, name, "-", 0, "missing", why, "; ".join(result.suspicious)]


def with_totals(table, only):
    """Each student's rows; what is missing of ``only``, or else of each lesson that was begun; the
    total, in which an exercise of two files counts once."""
    lessons = [[id for _, id in editions.exercise_cells(editions.read(p))] for p in notebooks()]
    for student in dict.fromkeys(row[0] for row in table):
        own = [row for row in table if row[0] == student]
        here, right = {row[2] for row in own}, {row[2] for row in own if row[3]}
        wanted = only or [id for ids in lessons if here.intersection(ids) for id in ids]
        missing = [id for id in wanted if id not in here]
        yield from own
        yield from ([student, "", id, 0, "missing", "not handed in", ""] for id in missing)
        look = "look at this hand-in" if any(row[6] for row in own) else ""
        more = f"{len(missing)} missing"
        yield [student, "", "total", len(right), f"of {len(wanted)}", more, look]


def safe(value):
    """A cell that no spreadsheet runs, no terminal obeys and every encoding can write."""
    text = str(value).encode("utf-8", "backslashreplace").decode()
    text = ODD.sub(lambda found: repr(found[0])[1:-1], text)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") and text != "-" else text


def grade(folder, target, only=(), seconds=10):
    """Grade the hand-ins of a folder into a CSV  →  its rows.  Raises ValueError: bad arguments."""
    found, unknown = list(hand_ins(folder)), set(only) - set(exercises.ALL)
    if not found:
        raise ValueError(f"FROM={folder}: expected a folder with notebooks that were handed in")
    if not target.parent.is_dir():
        raise ValueError(f"TO={target}: there is no folder {target.parent}")
    if unknown:
        raise ValueError(f"ONLY: no exercises of the course: {', '.join(sorted(unknown))}")
    results = side_by_side([path for _, path in found], [folder, target], seconds)
    table = []
    for (student, path), result in zip(found, results, strict=True):
        table += rows(student, path.relative_to(folder), result, only)
    table = list(with_totals(table, only))
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:  # the signature is for Excel
        csv.writer(file).writerows([COLUMNS, *(map(safe, row) for row in table)])
    os.replace(part, target)
    return table


def main(arguments=None):
    """The command line  →  exit status."""
    parser = argparse.ArgumentParser("make grade", "make grade FROM=folder TO=marks.csv [ONLY=…]")
    parser.add_argument("folder", help="FROM: a notebook or a folder for each student")
    parser.add_argument("target", help="TO: the table of marks")
    parser.add_argument("--only", default="", help="ids of exercises; else those of the lessons")
    parser.add_argument("--seconds", default=10, type=int, help="processor time of one hand-in")
    given, start = parser.parse_args(arguments), time.monotonic()
    try:
        if not given.folder or not given.target:
            raise ValueError("give both: make grade FROM=folder TO=marks.csv")
        folder, target = Path(given.folder), Path(given.target)
        table = grade(folder, target, given.only.split(), given.seconds)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    right, missing = (sum(row[4] == status for row in table) for status in ("right", "missing"))
    look = sum(row[2] == "total" and row[6] != "" for row in table)
    print(f"{given.target}: {right} right, {missing} missing, {look} hand-ins to look at,", end=" ")
    print(f"{time.monotonic() - start:.0f} s")
    return 0
