"""The two maps of the lessons, and the measured time in the first cell of each."""

import yaml

from tools import editions
from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.upkeep import measure

PAGES = ROOT / "README.md", ROOT / "book" / "index.md"


def restate():
    """Write the measured time into the first cell of every lesson; its outputs stay."""
    for entry in hygiene.lessons():
        path = ROOT / f"{entry}.ipynb"
        notebook = editions.read(path)
        first = measure.restated(notebook)
        if first != notebook["cells"][0]["source"]:
            notebook["cells"][0]["source"] = first
            editions.rewrite.write(path, notebook)


def chapters():
    """{entry: caption of its part} from _toc.yml, for the first entry of each part."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return {part["chapters"][0]["file"]: part["caption"] for part in toc["parts"]}


def mapped(text, course):
    """A page with a map of the lessons: a row each, in the columns that its head names.

    Raises ValueError for a page without a map.
    """
    lines, captions = text.split("\n"), chapters()
    rows = [n for n, line in enumerate(lines) if line.startswith("|") and ".ipynb)" in line]
    if not rows:
        raise ValueError("no table of the lessons on the page, a row for each with a link to it")
    first, last = rows[0], rows[-1] + 1
    folder = "book/" if "](book/" in lines[first] else ""

    def row(entry, one):
        link = f"[{one.title}]({folder}{entry.removeprefix('book/')}.ipynb)"
        time = f"{'core, ' if one.kind == 'core' else ''}{one.minutes} min"
        asks = [one.question] if "| question |" in lines[first - 2] else []
        return f"| {' | '.join([captions.get(entry, ''), link, *asks, time])} |"

    return "\n".join([*lines[:first], *(row(*item) for item in course.items()), *lines[last:]])
