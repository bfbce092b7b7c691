"""The search finds sections, over a server and from the disk, and shows what a reader reads."""

import json
from urllib.parse import urlsplit

import pytest

from tools.environment import ROOT
from tools.publish.server import serve
from tools.site import search
from tools.site.katex import FENCE
from tools.site.markup import Page as Markup
from tools.site.page import Page

SITE = ROOT / "_build" / "html"
FORMULA = FENCE.format(
    '<span class="katex"><math>bhn<annotation encoding="application/x-tex">b_{hn}</annotation>'
    "</math><span>bhn</span></span>"
)
LESSON = f"""<article><p class="chapter">4 · GRU</p><section id="a"><h1>Gates<a class="headerlink"
href="#a">#</a></h1><p>The bias {FORMULA} stays.</p>
<details><summary>Answer</summary>Forty.</details>
<div class="cell"><div class="cell_input"><pre>numerical_<b>gradient</b>(x)</pre></div>
<div class="cell_output"><pre>0.123</pre></div></div>
<section id="b"><h2>Terms</h2><p>See:</p>
<dl class="glossary"><dt id="term-gate">gate</dt><dd>A number.</dd></dl></section></section>
</article>"""


def test_a_section_is_what_a_reader_reads_there_once():
    title, chapter, parts = search.sections(Page(LESSON, {}, {}))
    assert (title, chapter) == ("Gates", "4 · GRU")
    assert parts == [
        ["a", "Gates", "The bias b_hn stays.", "numerical_gradient"],
        ["b", "Terms", "See:", ""],
        ["term-gate", "gate", "A number.", ""],
    ]


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"h_t = \tanh(W_{xh}\, x_t)", "h_t = tanh(W_xh x_t)"),
        (r"\frac{\partial L}{\partial h_t} \le \mathbf{1}", "∂ L/∂ h_t ≤ 1"),
        (r"\alpha \odot \left\lVert v \right\rVert", "α ⊙ ‖ v ‖"),
    ],
)
def test_a_formula_is_a_line_of_text(tex, line):
    assert " ".join(search.plain(tex).split()) == line


def test_pages_that_were_not_written_again_stay_and_those_that_are_gone_go(tmp_path):
    (tmp_path / "_static").mkdir()
    search.write(tmp_path, {"a": ["A"], "b": ["B"], "search": None}, ["a", "b"])
    search.write(tmp_path, {"b": ["new"]}, ["b"])
    text = (tmp_path / search.FILE).read_text(encoding="utf-8")
    assert json.loads(text.removeprefix(search.HEAD)) == {"b": ["new"]}


@pytest.fixture(scope="module", params=["server", "disk"])
def ask(request, chromium):
    """ask(words) → what the page of the search shows for them."""
    with serve(SITE) as address:
        root = address if request.param == "server" else SITE.as_uri()
        tab = chromium.new_page()

        def ask(query):
            tab.goto(f"{root}/search.html?q={query}")
            return tab.evaluate("""() => [...document.querySelectorAll('#search-results li')]
              .map(e => ({link: e.querySelector('a').getAttribute('href'),
                title: e.querySelector('a').textContent, text: e.lastChild.textContent,
                marks: [...e.querySelectorAll('mark')].map(m => m.textContent)}))""")

        ask.tab = tab
        yield ask
        tab.close()


def test_results_are_sections_with_the_words_in_their_text(ask):
    found = ask("forget+gates")
    assert found[0]["title"] == "forget gate" and "glossary.html#term-" in found[0]["link"]
    assert len(found) > 10 and sum("forget" in result["marks"] for result in found) > 10
    anchors = {}
    for result in found:
        url = urlsplit(result["link"])
        if url.path not in anchors:
            anchors[url.path] = Markup(SITE / url.path).anchors
        assert url.fragment in anchors[url.path]
        assert len(result["text"]) < 250 and "Contents" not in result["text"]


def test_names_in_code_are_found_and_words_that_are_nowhere_are_not(ask):
    assert ask("numerical_gradient")
    assert not ask("forget+xyzzy")


def test_who_types_sees_results_at_once_and_first_letters_stand_free(ask):
    ask("")
    tab = ask.tab
    tab.fill(".search-page input", "lstm")
    assert tab.locator("#search-results li").count() > 5
    assert "best 40" in tab.inner_text("#search-count")
    left = "e => e.getBoundingClientRect()"
    icon = tab.eval_on_selector(".search-page form i", left)
    field = tab.eval_on_selector(".search-page input", left)
    inset = tab.eval_on_selector(
        ".search-page input", "e => parseFloat(getComputedStyle(e).paddingLeft)"
    )
    assert field["left"] + inset >= icon["right"] + 3
