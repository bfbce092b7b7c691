"""The page of claims is complete, and each of its links arrives at an anchor in a lesson."""

import re

import nbformat

from tools.environment import ROOT, notebooks

PAGE = (ROOT / "book" / "claims.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z])(\d+) \|(.*)\|$", PAGE, flags=re.MULTILINE)
EXPECTED = {"R": 18, "D": 11, "L": 23, "G": 18, "A": 8}
SHOWN = re.compile(r"\b(?:assert|claim|compare)\b")
HISTORY = {"R13", "R14", "D8"}  # who did what and when: sources, not experiments


def anchors():
    """Anchor → (lesson, what stands below it) for every ``(name)=`` in a Markdown cell."""
    found = {}
    for path in notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for match in re.finditer(r"^\(([a-z0-9-]+)\)=\n", cell.source, flags=re.MULTILINE):
                    assert match[1] not in found, f"{match[1]} is in {path} and {found[match[1]]}"
                    found[match[1]] = path, cell.source[match.end() :]
    return found


def test_every_claim_has_one_row_in_order():
    for letter, count in EXPECTED.items():
        assert [int(n) for kind, n, _ in ROWS if kind == letter] == list(range(1, count + 1))


def test_every_row_links_to_an_anchor_above_a_heading():
    known = anchors()
    for letter, number, row in ROWS:
        links = re.findall(r"\{ref\}`[^`<]+ <([a-z0-9-]+)>`", row)
        assert links, f"{letter}{number} shows nothing"
        for link in links:
            assert link in known, f"{letter}{number}: no anchor {link}"
            assert re.match(r"(\([a-z0-9-]+\)=\n)*#{2,3} ", known[link][1]), f"{link}: no heading"


def test_every_claim_that_can_be_run_leads_to_an_assertion():
    """Some section behind its links, up to the next heading of that level, holds an assert."""
    known = anchors()
    for letter, number, row in ROWS:
        if letter + number not in HISTORY:
            links = re.findall(r"<([a-z0-9-]+)>`", row)
            proofs = [section(known[link][0], link, level(known[link][1])) for link in links]
            assert any(map(SHOWN.search, proofs)), f"{letter}{number}: no claim"


def level(below):
    """Depth of the first heading below an anchor."""
    return len(re.search(r"^(#+) ", below, flags=re.MULTILINE)[1])


def section(path, anchor, depth):
    """The sources of the code cells between an anchor and the end of its section."""
    inside, code = False, []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            _, mark, rest = cell.source.partition(f"({anchor})=")
            text = rest if mark else cell.source
            heads = re.findall(rf"^#{{1,{depth}}} .*$", text, flags=re.MULTILINE)
            if inside and heads:
                return "\n".join(code)
            if mark:
                inside = True
                if len(heads) > 1:
                    return "\n".join(code)
        elif inside:
            code.append(cell.source)
    return "\n".join(code)
