"""How long a lesson takes: words / 180 + lines of code / 8 + 5 an exercise + 1 a question.

``minutes(notebook)`` is the one place with the rule; ``stated(first)`` reads what the first cell
of a lesson says, ``restated`` writes it.  A lesson is *core*, or *deeper*: optional for a first
reading.
"""

import math
import re
from typing import NamedTuple

from tools import editions

KINDS = ("core", "deeper")
LINE = re.compile(r"^- \*\*Time\*\* about (\d+) minutes, (\w+)\.$", flags=re.MULTILINE)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
UNREAD = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|\]\([^)]*\)|<[^>]*>", flags=re.DOTALL)
UNSEEN = {"hide-input", "remove-input", "hide-cell"}


class Length(NamedTuple):
    """What is counted: words of prose, visible lines of code, exercises, questions to predict."""

    words: int
    lines: int
    exercises: int
    questions: int

    @property
    def minutes(self):
        """Rounded up to the next five."""
        exact = self.words / 180 + self.lines / 8 + 5 * self.exercises + self.questions
        return 5 * math.ceil(exact / 5)


def length(notebook):
    """Count a notebook (a dict with its cells)  →  Length.  Formulas and links are no words."""
    words = lines = questions = 0
    exercises = [cell for cell, _ in editions.exercise_cells(notebook)]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            words += len(
                re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", UNREAD.sub(" ", cell["source"]))
            )
            questions += cell["source"].count("**Predict first.**")
        elif cell not in exercises and not UNSEEN & set(cell["metadata"].get("tags", ())):
            lines += sum(bool(line.strip()) for line in cell["source"].splitlines())
    return Length(words, lines, len(exercises), questions)


def stated(first):
    """(minutes, kind) as the first cell gives them.  Raises ValueError where it does not."""
    found = LINE.search(first)
    if not found or found[2] not in KINDS:
        title = first.partition("\n")[0].removeprefix("# ")
        raise ValueError(
            f"{title}: its first cell has no line '- **Time** about 35 minutes, core.' "
            "(or 'deeper'; `make teaching` corrects the number)"
        )
    return int(found[1]), found[2]


def restated(notebook):
    """The first cell with the measured time in place of the stated one."""
    first = notebook["cells"][0]["source"]
    _, kind = stated(first)
    return LINE.sub(f"- **Time** about {length(notebook).minutes} minutes, {kind}.", first)
