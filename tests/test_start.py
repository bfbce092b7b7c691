"""The first page and the gallery: what was done is kept and cleared, and nothing is missing."""

import json
import re
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from tools.environment import ROOT
from tools.publish.server import serve
from tools.site import gallery, page, start
from tools.upkeep import readme_picture, teaching

SITE = ROOT / "_build" / "html"
COURSE = teaching.lessons()
LESSON = "book/4_gru/two_gates"
LIMIT = 300_000  # bytes, compressed


@pytest.fixture(scope="module")
def server():
    with serve(SITE) as address:
        yield address


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    yield tab
    context.close()


def built(entry):
    return BeautifulSoup((SITE / f"{entry}.html").read_text(encoding="utf-8"), "html.parser")


def rule_of(mend):
    return [rule for rule in page.RULES if rule[2] is mend][0]


def test_a_lesson_is_read_when_its_end_has_come_into_view(server, tab):
    tab.goto(f"{server}/{LESSON}.html")
    tab.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    tab.wait_for_timeout(300)
    assert tab.evaluate("localStorage.getItem('memory:read')") is None
    for _ in range(2):
        tab.evaluate("scrollTo(0, document.querySelector('article').getBoundingClientRect().bottom "
                     "+ scrollY)")  # fmt: skip
        tab.wait_for_function("localStorage.getItem('memory:read')")
    assert json.loads(tab.evaluate("localStorage.getItem('memory:read')")) == [LESSON]
    tab.goto(f"{server}/book/notation.html")
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_timeout(300)
    assert json.loads(tab.evaluate("localStorage.getItem('memory:read')")) == [LESSON]


def test_the_map_shows_what_is_done_and_one_click_forgets_it(server, tab):
    ids = COURSE[LESSON].exercises
    tab.goto(f"{server}/book/notation.html")
    kept = {"memory:read": [LESSON], "memory:passed": [ids[0], "gone.id"], "memory:answers": {}}
    for key, value in kept.items():
        tab.evaluate("([k, v]) => localStorage.setItem(k, v)", [key, json.dumps(value)])
    tab.evaluate("localStorage.setItem('mode', 'light')")
    tab.goto(f"{server}/book/index.html")
    count = sum(len(one.exercises) for one in COURSE.values())
    said = tab.locator(".reader p[role=status]").inner_text()
    assert said == f"You have read 1 of {len(COURSE)} lessons and passed 1 of {count} exercises."
    row = tab.locator(f"tr[data-lesson='{LESSON}']")
    assert row.locator(".done").inner_text() == f"✓ read, 1 of {len(ids)} exercises"
    assert tab.locator(".done").count() == 1
    tab.get_by_role("button", name="Forget what I have done").click()
    assert tab.locator(".done").count() == 0
    kept = tab.evaluate("Object.keys(localStorage)")
    assert "mode" in kept and not [key for key in kept if key.startswith("memory:")]


@pytest.mark.parametrize("broken", ["{", '"text"', "null", "7"])
def test_what_is_not_ours_in_the_storage_does_no_harm(broken, server, tab):
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(f"{server}/book/notation.html")
    tab.evaluate("text => localStorage.setItem('memory:read', text)", broken)
    tab.goto(f"{server}/book/index.html")
    assert tab.locator(".done").count() == 0 and not faults


def test_without_a_past_the_first_page_says_only_that_it_keeps_one(server, tab):
    tab.goto(f"{server}/book/index.html")
    assert tab.locator(".reader button").count() == 0


def test_the_first_page_leads_to_the_first_lesson_and_past_it():
    soup = built("book/index")
    assert soup.select_one(".start a")["href"] == "1_rnn/loop_with_state.html"
    ways = [a["href"] for a in soup.select(".enter a")]
    assert ways == [
        "3_lstm/four_steps.html",
        "4_gru/two_gates.html",
        "5_attention/soft_lookup.html",
    ]
    rows = {row["data-lesson"]: row for row in soup.select("tr[data-lesson]")}
    assert list(rows) == list(COURSE)
    for entry, one in COURSE.items():
        assert rows[entry]["data-exercises"].split() == list(one.exercises)
        assert rows[entry]["class"] == [one.kind]


def test_the_gallery_has_every_figure_drawing_and_lab_with_a_link_to_its_place():
    soup = built(gallery.PAGE)
    cards = {}
    for card in soup.select(".cards figure"):
        cards.setdefault(card.a["href"].partition("#")[0], []).append(card)
        target = (SITE / "book" / card.a["href"].partition("#")[0]).resolve()
        ids = re.findall(r'id="([^"]+)"', target.read_text(encoding="utf-8"))
        assert card.a["href"].partition("#")[2] in ids
        image = card.img
        assert (SITE / "book" / image["src"]).resolve().is_file() and len(image["alt"]) > 10
        assert image["loading"] == "lazy" and int(image["width"]) > 0 < int(image["height"])
    labs = 0
    for entry in COURSE:
        page = built(entry)
        here = cards.pop(f"../{entry}.html", [])
        assert len(here) == len(page.select(".cell_output img, article svg.lesson-svg")), entry
        labs += len(page.select("cell-lab, attention-lab"))
    assert list(cards) == ["../book/index.html"]
    assert len(soup.select("figure.lab")) == labs + 1 > 3
    for drawing in (SITE / "_images").glob("book-*.svg"):
        assert ElementTree.parse(drawing).getroot().get("viewBox")


def test_the_gallery_loads_what_the_reader_scrolls_to(server, tab):
    tab.goto(f"{server}/{gallery.PAGE}.html")
    loaded = "[...document.querySelectorAll('.cards img')].map(i => i.naturalWidth > 0)"
    tab.wait_for_function(f"{loaded}[0]")
    assert tab.evaluate(loaded).count(True) < len(tab.evaluate(loaded)) / 2
    tab.locator(".cards img").last.scroll_into_view_if_needed()
    tab.wait_for_function(f"{loaded}.pop()")


@pytest.mark.parametrize("name", [gallery.PAGE, "book/index"])
def test_what_a_reader_meets_first_is_light(name, server, tab):
    """The gallery before it is scrolled; the first page with its lab alive."""
    sizes, session = [], tab.context.new_cdp_session(tab)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    tab.goto(f"{server}/{name}.html", wait_until="networkidle")
    if name == "book/index":
        tab.wait_for_selector(".reach-lab[data-alive]")
    assert 50_000 < sum(sizes) <= LIMIT, sizes


def test_a_gallery_without_its_place_is_refused(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "gallery.html").write_text("<article></article>", encoding="utf-8")
    toc = tmp_path / "_toc.yml"
    toc.write_text("root: book/gallery\nparts: []\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the gallery"):
        gallery.write(tmp_path, toc)


def test_where_the_address_is_known_a_shared_link_has_a_card(tmp_path):
    html = '<head><title>T</title><meta name="description" content="What it is."/></head>'
    context = {"pagename": "book/a", "pageurl": "https://ada.example/memory/book/a.html"}
    for known in (True, False):
        made = page.Page(html, context if known else {"pagename": "book/a"}, {})
        page.apply(*rule_of(start.previewed), made)
        told = {m["property"]: m["content"] for m in made.soup.select("meta[property]")}
        assert bool(told) is known
        if known:
            assert told["og:image"] == f"https://ada.example/memory/{start.CARD}"
            assert told["og:title"] == "T" and told["og:description"] == "What it is."
            assert made.soup.select_one("meta[name='twitter:card']")


def test_the_sitemap_lists_every_page_where_the_address_is_known(tmp_path):
    start.sitemap(tmp_path, "", {"book/a"})
    assert not list(tmp_path.iterdir())
    start.sitemap(tmp_path, "https://ada.example/memory/", {"book/b", "book/a"})
    root = ElementTree.parse(tmp_path / "sitemap.xml").getroot()
    found = [place.text for place in root.iter(f"{{{start.NAMESPACE}}}loc")]
    assert found == [f"https://ada.example/memory/book/{name}.html" for name in "ab"]


def test_the_card_is_drawn_from_the_stored_runs():
    card = (ROOT / "book" / start.CARD).read_bytes()
    size = int.from_bytes(card[16:20], "big"), int.from_bytes(card[20:24], "big")
    assert size == tuple(map(int, start.SIZE))
    assert card == readme_picture.card()


def test_a_map_row_of_no_lesson_is_left_alone():
    html = '<body class="start-page"><table><tr><td><a href="notation.html">n</a></td></tr></table>'
    made = page.Page(html, {}, {})
    page.apply(*rule_of(start.known), made)
    assert "data-lesson" not in str(made.soup)
