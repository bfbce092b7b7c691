"""What a teacher takes along: the questions as GIFT, and the figures as slides."""

import re

from tools import editions
from tools.editions import quiz, slides
from tools.environment import ROOT, notebooks

BARE = re.compile(r"(?<!\\)(?:\\\\)*([~=#{}])")  # a sign of GIFT without its backslash


def test_every_question_of_the_lessons_is_in_the_file_with_its_answer():
    cells = [c["source"] for path in notebooks() for c in editions.read(path)["cells"]]
    asked = sum("**Predict first.**" in text for text in cells)
    blocks = quiz.gift().strip().split("\n\n")
    found = [block for block in blocks if not block.startswith("$CATEGORY: ")]
    assert len(found) == asked > 100
    for block in found:
        name, text, answer = re.fullmatch(
            r"::(.+?)::\[markdown\](.+) \{####(.+)\}", block, flags=re.DOTALL
        ).groups()
        assert "Predict first" in text and not BARE.search(name + text + answer), block


def test_signs_of_gift_are_escaped_and_what_only_the_course_knows_is_gone():
    text = "(a-b)=\nIs $h_{t}$ = 1? See [here](x.ipynb), {ref}`there <a-b>` {cite}`ada1843`."
    assert quiz.plain(text) == "Is \\\\\\\\(h_\\{t\\}\\\\\\\\) \\= 1? See here, there."


def test_a_deck_has_each_figure_of_its_chapter_under_its_headings(tmp_path):
    for entry in re.findall(r"file: (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8")):
        page = tmp_path / "html" / f"{entry}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<article><h1>Reference#</h1></article>", encoding="utf-8")
    page = tmp_path / "html" / "book" / "4_gru" / "two_gates.html"
    figures = '<div class="cell_output"><img src="a.svg" alt="1 &lt; 2"></div>'
    figures += '<svg class="lesson-svg"></svg>'
    page.write_text(
        f"<article><h1>Two#</h1><h2>One & all#</h2>{figures}</article>", encoding="utf-8"
    )
    (page.parent / "a.svg").write_text("<svg/>", encoding="utf-8")
    made = slides.decks(tmp_path / "html", tmp_path / "decks")
    assert made == {"4_gru.html": 2} and (tmp_path / "decks" / "a.svg").is_file()
    deck = (tmp_path / "decks" / "4_gru.html").read_text(encoding="utf-8")
    assert deck.count("<h1>Two</h1><h2>One &amp; all</h2>") == 2
    assert '<img src="a.svg" alt="1 &lt; 2">' in deck and "lesson-svg" in deck
