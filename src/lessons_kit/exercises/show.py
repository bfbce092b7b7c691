"""What a lesson calls: ``check`` prints a verdict, ``solution`` shows the folded answer."""

import html
import sys
from dataclasses import dataclass

from lessons_kit.exercises import judge
from lessons_kit.exercises.exercise import Exercise

SAY = {
    "unknown": "there is no exercise {id!r}. The library may be older than the notebook: update "
    "the course. Known in this chapter: {known}.",
    "solution": "Solution",
    "slips": "Common slips",
    "folded": "Solution of {id} (folded on the page)",
}
STYLE = "overflow-x:auto"


@dataclass(frozen=True)
class Solution:
    """The reference and the common slips, folded: plain HTML, no script."""

    exercise: Exercise

    def _repr_html_(self):
        code = html.escape(self.exercise.source, quote=False)
        slips = "".join(f"<li>{html.escape(m.hint)}</li>" for m in self.exercise.mistakes)
        return (
            f'<details class="solution"><summary>{SAY["solution"]}</summary>'
            f'<pre tabindex="0" role="region" aria-label="{SAY["solution"]}: {self.exercise.name}" '
            f'style="{STYLE}"><code>{code}</code></pre></details>'
            f'<details class="solution"><summary>{SAY["slips"]}</summary>'
            f"<ul>{slips}</ul></details>"
        )

    def __repr__(self):
        return SAY["folded"].format(id=self.exercise.id)


def verdict(found, function):
    """The line that ``check`` prints."""
    passed, message = judge.evaluate(found, function)
    if message == judge.SAY["greeting"]:
        return f"{found.id}: {message}"
    return f"{mark(passed)} {found.id}: {message}"


def mark(passed):
    """✓ or ✗, or words where the console has no such characters."""
    sign, word = ("✓", "[right]") if passed else ("✗", "[not yet]")
    try:
        sign.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return word
    return sign
