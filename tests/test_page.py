"""The rules that mend a page: each does its work, and one that has lost its theme says so."""

import io
import re
from html import escape
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup

from lessons_kit import plots
from tools.environment import ROOT
from tools.site import page, pictures
from tools.site.katex import FENCE

SITE = ROOT / "_build" / "html"
ARTICLE = "<html><body><article><section><h1>A title</h1>{}</section></article></body></html>"


def rule(name):
    found = {mend.__name__: (look, place, mend) for look, place, mend in page.RULES}
    assert name in found, f"tools/site/page.py has no rule {name!r}: {', '.join(found)}"
    return found[name]


def after(name, html, pictures=None):
    """The page after one rule."""
    made = page.Page(html, {}, pictures or {})
    page.apply(*rule(name), made)
    return made.soup


@pytest.fixture
def said(monkeypatch):
    lines = []
    logger = SimpleNamespace(warning=lambda text, *words, **options: lines.append(text % words))
    monkeypatch.setattr(page, "logger", logger)
    return lines


STANDING = [found for found in page.RULES if found[1]]
BARE = """<html><body><main id="main-content"><article><section><div class="citation">A source.
</div><details class="hide"></details></section></article></main></body></html>"""


@pytest.mark.parametrize("found", STANDING, ids=[found[2].__name__ for found in STANDING])
def test_a_rule_that_the_theme_leaves_without_work_says_so(found, said):
    page.apply(*found, page.Page(BARE, {}, {}))
    look, place, mend = found
    assert len(said) == 1 and f"{mend.__name__!r} finds no `{look}` where `{place}` is" in said[0]


def test_a_rule_is_asked_only_where_its_place_is(said):
    after("without_old_roles", "<p>no source</p>")
    assert not said
    after("without_old_roles", '<div class="citation">a source</div>')
    assert len(said) == 1


def test_formulas_code_and_drawings_pass_through_unread():
    leaves = [
        '<svg viewBox="0 0 1 1"><linearGradient id="a"/></svg>',
        "<pre>a  <b>&lt;b</pre>",
        '<script>x = "<p>"</script>',
    ]
    formula = '<span class="katex"><span></span></span>'
    text = ARTICLE.format("".join(leaves) + FENCE.format(formula))
    new = page.Page(text, {}, {}).mend().text()
    assert all(leaf in new for leaf in [*leaves, formula]) and "formula-->" not in new


def test_the_first_paragraph_without_a_formula_describes_the_page():
    head = "<head><title>t</title></head>"
    html = head + ARTICLE.format('<p>With <span class="math">x</span>.</p><p>Plain "one".</p>')
    assert after("described", html).select_one("meta")["content"] == 'Plain "one".'
    html = head + ARTICLE.format('<p>Only <span class="math">x</span>.</p>')
    assert after("described", html).select_one("meta")["content"] == "t"
    html = head + ARTICLE.format(f"<p>{'word ' * 40}</p>")
    text = after("described", html).select_one("meta")["content"]
    assert text.endswith("word …") and len(text) <= 160


def test_the_links_of_a_page_stand_below_its_title():
    html = ARTICLE.format("<p>text</p>") + '<nav class="page-actions"><a href="x">Run</a></nav>'
    assert after("below_the_title", html).h1.find_next_sibling().name == "nav"


MAIN = '<div id="main-content"></div>'


@pytest.mark.parametrize(
    ("name", "html", "gone", "given"),
    [
        ("named", MAIN + '<dialog id="pst-search-dialog">', "", "Search"),
        (
            "named_as_it_reads",
            MAIN + '<a class="search-button-field" aria-label="x">',
            "aria-label",
            "",
        ),
        ("landmark", MAIN + '<a class="sidebar-primary-items__start">', "", "navigation"),
        ("folded_as_it_reads", '<details class="hide"><summary aria-label="x">', "aria-label", ""),
        ("without_old_roles", '<div class="citation" role="doc-biblioentry">', "role", ""),
        ("one_viewport", ARTICLE + '<meta name="viewport"/>' * 2, '<meta name="viewport"/><m', ""),
    ],
)
def test_a_screen_reader_hears_what_stands_there(name, html, gone, given):
    new = str(after(name, html))
    assert given in new and not (gone and gone in new)


def test_figures_say_how_large_they_are_and_all_but_the_first_wait(tmp_path):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="36pt" height="72pt"/>'
    (tmp_path / "a.svg").write_text(svg, encoding="utf-8")
    tags = '<img alt="x" src="a.svg"/><img alt="y" src="a.svg"/><img src="b" width="1" height="2"/>'
    soup = after("sized", f"<main>{tags}</main>", pictures={"a.svg": tmp_path / "a.svg"})
    first, second, third = soup.select("img")
    assert (first["width"], first["height"]) == (48, 96) and not first.get("loading")
    assert (second["width"], second["height"]) == (48, 96) and second["loading"] == "lazy"
    assert (third["width"], third["height"]) == ("1", "2") and third["loading"] == "lazy"


CLAIMS = """✓ mine = library: largest difference of 45: 4e-15 (within 1e-10)
✓ units that hear &: 9 of 9
"""


@pytest.mark.parametrize(
    ("name", "drawing", "card"),
    [
        ("a.svg", '<path style="fill: #ffffff"/>', False),
        ("a.svg", '<g id="QuadMesh_1"/>', True),
        ("a.svg", '<image xlink:href="data:"/>', True),
        ("a.png", "", True),
    ],
)
def test_what_has_shades_or_pixels_stands_on_a_card(name, drawing, card, tmp_path):
    (tmp_path / name).write_text(f"<svg>{drawing}</svg>", encoding="utf-8")
    soup = after(
        "on_a_card", f'<main><img src="../_images/{name}"></main>', {name: tmp_path / name}
    )
    assert soup.img.get("class") == (["on-a-card"] if card else None)


def test_plots_draw_heat_maps_of_this_kind():
    for size in (3, 40):
        figure, ax = plt.subplots()
        plots.heatmap(ax, np.zeros((size, size)), ["a"] * size, ["b"] * size)
        text = io.StringIO()
        figure.savefig(text, format="svg")
        plt.close(figure)
        assert pictures.SHADES.search(text.getvalue())


@pytest.mark.parametrize("before", ["", "loss 0.31\n"])
def test_a_claim_is_set_apart_with_its_number(before):
    output = f'<div class="output stream"><pre><span></span>{before}{escape(CLAIMS)}</pre></div>'
    page_after = BeautifulSoup(
        page.Page(ARTICLE.format(output), {}, {}).mend().text(), "html.parser"
    )
    claims = page_after.select("pre .claim")
    assert [c.get_text() for c in claims] == CLAIMS.splitlines()
    assert [c.b.get_text() for c in claims] == ["largest difference of 45: 4e-15", "9 of 9"]
    assert ("claims" in page_after.pre["class"]) == (not before)
    assert page_after.pre.get_text().startswith(before)


def test_other_output_with_a_mark_in_it_stays_as_it_is():
    output = '<div class="output stream"><pre><span></span>passed: ✓ yes\n✓ done\n</pre></div>'
    assert output in page.Page(ARTICLE.format(output), {}, {}).mend().text()


def test_a_column_without_a_head_heads_the_rows():
    head = '<table><thead><tr><th class="head"><p></p></th>'
    head += '<th class="head"><p>n</p></th></tr></thead>'
    table = head + "<tbody><tr><td><p>LSTM</p></td><td><p>4</p></td></tr></tbody></table>"
    new = str(after("headed", table))
    assert '<tr><th scope="row"><p>LSTM</p></th><td><p>4</p></td></tr>' in new
    assert "<thead><tr><td></td><th" in new
    formula = '<p><span class="math"><!--leaf 1--></span></p>'
    for word in ("<p>cell</p>", formula):
        assert str(after("headed", table.replace("<p></p>", word))).count("<td>") == 2
    assert "<td><p></p></td>" in str(after("headed", table.replace("<p>LSTM</p>", "<p></p>")))


def test_each_page_of_a_chapter_names_it_above_the_title():
    lessons = sorted(SITE.glob("book/*/*.html"))
    names = [re.search(r'<article[^>]*><p class="chapter">([^<]+)</p>', p.read_text("utf-8"))[1]
             for p in lessons]  # fmt: skip
    assert len(lessons) > 20, "no built pages: run `make book` first"
    assert len(set(names)) == 5
