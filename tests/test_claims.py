"""The page of claims is complete, proven by claims of lessons, and its links arrive."""

import re

import nbformat
import pytest

from tools.environment import ROOT, notebooks
from tools.upkeep import claims_page

TABLE = claims_page.table()
ROWS = {row["number"]: row for row in [*TABLE["claim"], *TABLE["taught"]]}
# The claims that the course set out to answer: R1 … R18 and so on.
EXPECTED = {"R": 18, "D": 11, "L": 23, "G": 18, "A": 8}
MEND = "mend its row in book/claims.toml, then run make teaching"


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


def test_the_page_is_what_the_table_says():
    written = claims_page.PAGE.read_text(encoding="utf-8")
    assert written == claims_page.page(TABLE["claim"]), "run: make teaching"


def test_every_number_has_its_place_in_the_book_and_every_row_its_order():
    numbers = [row["number"] for row in TABLE["claim"]]
    assert len(ROWS) == len(TABLE["claim"]) + len(TABLE["taught"]), "a number stands twice"
    for letter, count in EXPECTED.items():
        missing = {f"{letter}{n}" for n in range(1, count + 1)} - ROWS.keys()
        assert not missing, f"{missing} have no row, under [[claim]] or [[taught]]"
    assert numbers == sorted(numbers, key=lambda n: ("RDLGA".index(n[0]), int(n[1:])))


def test_every_row_is_whole_and_its_claim_stands_in_a_lesson_and_can_fail():
    assert not claims_page.faults()


def test_every_row_links_to_an_anchor_above_a_heading():
    known = anchors()
    for number, row in ROWS.items():
        links = re.findall(r"\{ref\}`[^`<]+ <([a-z0-9-]+)>`", row["shown"])
        assert links or ".ipynb)" in row["shown"], f"{number} shows nothing; {MEND}"
        for link in links:
            assert link in known, f"{number}: no lesson has the anchor ({link})=; {MEND}"
            heading = re.match(r"(\([a-z0-9-]+\)=\n)*(#{2,3} |> )", known[link][1])
            assert heading, f"{number}: below ({link})= stands no heading; {MEND}"


def test_the_lesson_of_the_proof_is_among_those_that_the_row_links_to():
    known = anchors()
    for number, row in ROWS.items():
        links = re.findall(r"<([a-z0-9-]+)>`", row["shown"])
        lessons = {known[link][0].relative_to(ROOT / "book").with_suffix("").as_posix()
                   for link in links}  # fmt: skip
        lessons |= set(re.findall(r"\]\(([\w/]+)\.ipynb\)", row["shown"]))
        proof = row.get("lesson")
        assert proof is None or proof in lessons, f"{number}: no link leads to {proof}; {MEND}"


def test_every_source_of_a_row_is_in_the_bibliography():
    known = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    for number, row in ROWS.items():
        text = " ".join([row["truth"], row.get("history", "")])
        keys = [row.get("source", ""), *",".join(re.findall(r"\{cite\}`([^`]+)`", text)).split(",")]
        for key in filter(None, keys):
            assert f"{{{key}," in known, f"{number}: no source {key}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": "nearly"}, "give one of wrong, half right"),
        ({"claim": "no such claim"}, "make teaching. It claims: "),
        ({"lesson": "3_lstm/none"}, "there is no lesson book/3_lstm/none.ipynb"),
        ({"says": None}, "has no says"),
        ({"claim": None}, "or history with sources"),
    ],
)
def test_a_row_that_lost_its_proof_says_how_to_mend_it(change, said):
    row = {k: v for k, v in {**ROWS["L8"], **change}.items() if v is not None}
    assert said in " ".join(claims_page.wrong(row, True))
