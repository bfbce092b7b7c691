"""The measured time of each lesson, written into its first cell and into the two maps."""

import re

from tools import editions
from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.upkeep import measure

PAGES = ROOT / "README.md", ROOT / "book" / "index.md"


def restate():
    """Write the measured time into the first cell of every lesson; its outputs stay."""
    for entry in hygiene.toc_entries():
        path = ROOT / f"{entry}.ipynb"
        if path.is_file():
            notebook = editions.read(path)
            first = measure.restated(notebook)
            if first != notebook["cells"][0]["source"]:
                notebook["cells"][0]["source"] = first
                editions.rewrite.write(path, notebook)


def mapped(text, course):
    """A page with a map of the lessons: the last cell of each row is the time of its lesson."""

    def row(line):
        for entry, one in course.items():
            if line.startswith("|") and f"{entry.removeprefix('book/')}.ipynb)" in line:
                kind = "core, " if one.kind == "core" else ""
                return re.sub(r"\|[^|]*\|$", f"| {kind}{one.minutes} min |", line)
        return line

    return "\n".join(row(line) for line in text.split("\n"))
