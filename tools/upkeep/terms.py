"""Where the terms of the glossary are first used, and the glossary's links to their lessons."""

import re
from functools import cache

from tools import editions
from tools.environment import ROOT
from tools.notebooks import hygiene

PAGE = ROOT / "book" / "glossary.md"
# Plain English words too: such a term begins where a lesson prints it in bold.
ORDINARY = set(
    "activation alignment attention block candidate context gap head key".split()
    + "mask query reader state value".split()
)
HIDDEN = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\{\w+\}`[^`]*`|\]\([^)]*\)|^#+ .*?$",
    flags=re.DOTALL | re.MULTILINE,
)
LINK = re.compile(r"\n\n    \[→ [^\]]*\]\([^)]*\)")


@cache
def terms():
    """The terms in the order of the page."""
    body = PAGE.read_text(encoding="utf-8").partition("{glossary}\n")[2].partition("````")[0]
    return tuple(line for line in body.split("\n") if line and not line.startswith(" "))


def word(term):
    """Pattern for the term and its plural, as words of their own."""
    return rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])"


def bold(term, text):
    """Is the term printed in bold? A plain English word must stand there alone."""
    match = re.fullmatch if term in ORDINARY else re.search
    printed = re.findall(r"\*\*(.+?)\*\*", text, flags=re.DOTALL)
    return any(match(word(term), one, flags=re.IGNORECASE) for one in printed)


def uses(term, text):
    """Does a text cell use the term? Headings, formulas, code and addresses do not count."""
    if term in ORDINARY:
        return bool(bold(term, text))
    return bool(re.search(word(term), HIDDEN.sub(" ", text), flags=re.IGNORECASE))


@cache
def texts():
    """((entry, (text cells below the first)), …) of the lessons in the order of the course."""
    cells = ((e, editions.read(ROOT / f"{e}.ipynb")["cells"][1:]) for e in hygiene.lessons())
    return tuple(
        (entry, tuple(c["source"] for c in below if c["cell_type"] == "markdown"))
        for entry, below in cells
    )


def first_use(term, lessons=None):
    """(entry, text of the cell) of the first use in the course, or None."""
    found = ((e, t) for e, cells in lessons or texts() for t in cells if uses(term, t))
    return next(found, None)


def home(term):
    """The lesson that defines the term: the first with it in bold, else the first that uses it."""
    found = (entry for entry, cells in texts() for text in cells if bold(term, text))
    use = first_use(term)
    return next(found, use and use[0])


def introduced(term, text):
    """Does the cell say what the term is: in bold, or by a link to the glossary?"""
    linked = re.search(rf"\[[^\]]*{word(term)}[^\]]*\]\([^)]*glossary", text, flags=re.IGNORECASE)
    return bool(bold(term, text) or linked)


def linked(page, titles):
    """The glossary, with a link to its lesson in a line of its own under each entry."""
    page = LINK.sub("", page)
    for term in terms():
        if lesson := home(term):
            line = f"\n    [→ {titles[lesson]}]({lesson.removeprefix('book/')}.ipynb)\n"
            entry = rf"(?m)^{re.escape(term)}\n(?:    .*\n?)+"
            page = re.sub(entry, lambda match, line=line: match[0].rstrip() + "\n" + line, page)
    return page
