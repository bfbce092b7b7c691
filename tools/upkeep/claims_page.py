"""The page of claims, written from book/claims.toml: `make teaching`

A row of the table is a sentence as readers meet it, its verdict, what is true, and the claim of a
lesson that proves it; what turns that claim false is quoted from the lesson's file of falsifiers.
``faults()`` lists in words what is wrong with the rows and how to mend it.
"""

import re
import tomllib

from tools.environment import ROOT
from tools.notebooks import falsifiers

TABLE, PAGE = ROOT / "book" / "claims.toml", ROOT / "book" / "claims.md"
VERDICTS = {
    "wrong": "What is said is not so.",
    "half right": "True with a condition, or of another thing than is said.",
    "dated": "It was so when it was written.",
    "opinion": "A comparison or an advice: look at what was measured, and decide.",
    "right": "So it is; the claim shows it.",
}
NEEDED = {"number", "says", "where", "verdict", "truth", "shown"}
HEAD = (
    "# Claims you will meet, and what is true\n\n"
    "<!-- written by make teaching from book/claims.toml -->\n\n"
    "Notes, posts and courses on recurrent networks repeat the same sentences. Here they are, by "
    "verdict. Each has what is true, the section that shows it, and the claim that a cell of this "
    "course makes when it runs. A claim can fail: beside it stands a change under which it was "
    "seen to turn false. In brackets: what kind of text says it. The letter of a number is its "
    "chapter: R recurrent networks, D long-term dependencies, L LSTM, G GRU, A attention."
)


def table():
    """The file as a dict: claim and taught, a list of rows each."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def page(rows):
    """The text of the page from its rows, a section per verdict in their order."""
    groups = {verdict: [row for row in rows if row["verdict"] == verdict] for verdict in VERDICTS}
    links = [
        f"- {{ref}}`{verdict.capitalize()} <claims-{verdict.replace(' ', '-')}>`: {len(found)}"
        for verdict, found in groups.items()
    ]
    parts = [section(verdict, found) for verdict, found in groups.items()]
    return "\n\n".join([HEAD, "\n".join(links), *parts]) + "\n"


def section(verdict, rows):
    lines = [
        f"(claims-{verdict.replace(' ', '-')})=",
        f"## {verdict.capitalize()}",
        "",
        VERDICTS[verdict],
        "",
        "```{table}",
        ":class: claims",
        "",
        "| no. | the claim | what is true | shown |",
        "|---|---|---|---|",
        *(line(row) for row in rows),
        "```",
    ]
    return "\n".join(lines)


def line(row):
    """A row of the page: the sentence and where it is met, the truth, the proof."""
    met = ", ".join([*row["where"], *(f"{{cite}}`{key}`" for key in [row.get("source")] if key)])
    return f"| {row['number']} | {row['says']} ({met}) | {row['truth']} | {shown(row)} |"


def shown(row):
    """Links, the claim that proves it, and what turns that claim false."""
    if "claim" not in row:
        return f"{row['shown']}; {row['history']}"
    why = turned_by(row["lesson"], row["claim"])
    return f"{row['shown']}; “{plain(row['claim'])}”" + (
        f", false with: {plain(why)}" if why else ""
    )


def turned_by(lesson, claim):
    """What the lesson's falsifier of the claim changes, in its words, or nothing."""
    found = falsifiers.rows(falsifiers.beside(ROOT / "book" / f"{lesson}.ipynb"))
    named = [row for kind, row in found if kind == "falsify" and row["claim"] in claim]
    named.sort(key=lambda row: row["claim"] != claim)
    return named[0].get("why", "") if named else ""


def plain(text):
    """Text whose signs Markdown shall not read."""
    return re.sub(r"([|_*$])", r"\\\1", text)


def faults():
    """List of sentences, empty where every row of the table holds what it must."""
    found, rows = [], table()
    for row in [*rows["claim"], *rows["taught"]]:
        found += [f"{row.get('number')}: {fault}" for fault in wrong(row, row in rows["claim"])]
    return found


def wrong(row, on_page):
    lacks = (NEEDED if on_page else {"number", "truth", "shown"}) - row.keys()
    if lacks:
        yield f"has no {', '.join(sorted(lacks))}"
    if on_page and row.get("verdict") not in VERDICTS:
        yield f"verdict is {row.get('verdict')!r}, give one of {', '.join(VERDICTS)}"
    if "claim" not in row or "lesson" not in row:
        if "history" not in row:
            yield "give lesson and claim, the claim(...) that proves it, or history with sources"
        return
    path = ROOT / "book" / f"{row['lesson']}.ipynb"
    if not path.exists():
        yield f"there is no lesson book/{row['lesson']}.ipynb; give the lesson that proves it now"
        return
    plan = falsifiers.plan(path)
    if row["claim"] not in plan.claims:
        some = "; ".join(plan.claims)
        yield (
            f"{row['lesson']} makes no claim {row['claim']!r}; in book/claims.toml give the "
            f"text of the one that proves it now, then make teaching. It claims: {some}"
        )
    elif row["claim"] not in {one.claim for one in plan.falsifiers}:
        yield f"{row['claim']!r} of {row['lesson']} has no falsifier, so it proves nothing"


def main():
    PAGE.write_text(page(table()["claim"]), encoding="utf-8")
