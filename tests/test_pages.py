"""The built pages: whole, offline, and readable on a phone and a desk, light and dark."""

import gzip
import re
from urllib.parse import unquote, urlsplit

import pytest

from tests.page_scripts import ASK, AXE, FAULTS, LOOK, SETTLE, SHIFT, SPARE
from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.publish.server import serve
from tools.site.markup import Page

SITE = ROOT / "_build" / "html"
PAGES = [f"{entry}.html" for entry in hygiene.toc_entries()]
OTHERS = ["search.html", "404.html", "search.html?q=forget+gate"]
LIMIT = 300_000  # bytes of a page, compressed, with all that it loads
WIDTHS = (390, 1280)  # of a phone and a desk
OUTSIDE = re.compile(r"^\s*(?:https?:)?//")


@pytest.fixture(scope="module")
def site():
    assert (SITE / "index.html").is_file(), "no built pages: run `make book` first"
    return {
        path: Page(path) for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts
    }


def test_every_page_of_the_contents_is_built(site):
    assert not [page for page in PAGES if SITE / page not in site]


def test_no_page_names_another_host_to_load_from(site):
    outside = [
        (str(p), url) for p, page in site.items() for url in page.loads if OUTSIDE.match(url)
    ]
    assert not outside


def test_no_style_sheet_loads_from_another_host():
    for sheet in SITE.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//[^)\s]*", text), sheet


def test_links_inside_the_book_arrive(site):
    broken = []
    for path, page in site.items():
        for link in page.links:
            url = urlsplit(link)
            if url.scheme or url.netloc or (link.startswith("#lab:") and page.labs):
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            anchors = site[target].anchors if target in site else None
            if not target.is_file() or (url.fragment and anchors is not None):
                if not target.is_file() or unquote(url.fragment) not in anchors:
                    broken.append(f"{path.relative_to(SITE)}: {link}")
    assert not broken


def test_the_pages_carry_no_script_for_mathematics_or_live_cells(site):
    scripts = {url for page in site.values() for url in page.loads if ".js" in url}
    assert not [url for url in scripts if re.search("mathjax|thebe|fontawesome|katex", url, re.I)]


@pytest.fixture(scope="module")
def server():
    with serve(SITE) as address:
        yield address


@pytest.fixture(scope="module")
def tab(chromium):
    """A tab  →  it, with `asked` and `faults` of the page that is open."""
    context = chromium.new_context(reduced_motion="reduce")
    context.add_init_script(SHIFT)
    tab = context.new_page()
    tab.asked, tab.faults = [], []
    tab.on("request", lambda r: tab.asked.append(r.url))
    tab.on("response", lambda r: r.status >= 400 and tab.faults.append(r.url))
    tab.on("console", lambda m: m.type == "error" and tab.faults.append(m.text))
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    yield tab
    context.close()


def widen(tab, width):
    tab.set_viewport_size({"width": width, "height": 844})
    tab.evaluate(SETTLE)


def at(width, faults):
    return [f"{width} px wide: {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("name", "widths"),
    [(name, WIDTHS[:: (-1) ** turn]) for turn, name in enumerate(PAGES + OTHERS)],
    ids=PAGES + OTHERS,
)
def test_a_page_is_whole_offline_in_the_light_and_in_the_dark(name, widths, server, tab):
    """Loaded once, every second page wide and then made narrow, the others the other way."""
    tab.asked.clear(), tab.faults.clear()
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": widths[0], "height": 844})
    tab.goto(f"{server}/{name}", wait_until="load")
    tab.evaluate("document.fonts.ready.then(() => 0)")
    found = at(widths[0], judge(tab.evaluate(LOOK), "light"))
    widen(tab, widths[1])
    again = tab.evaluate(LOOK) | {"moved": 0}  # as that was asked for
    found += at(widths[1], judge(again, "light")) + axe(tab, name, widths)
    away = [url for url in tab.asked if not url.startswith((server, "data:", "blob:"))]
    faults = tab.faults + away + found
    assert not faults, "\n".join(faults)


def test_a_page_opens_in_the_dark_for_who_reads_in_the_dark(server, chromium):
    for width in WIDTHS:
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark", reduced_motion="reduce"
        )
        context.add_init_script(SHIFT)
        for name in (PAGES[0], PAGES[1], OTHERS[1]):
            tab = context.new_page()
            tab.goto(f"{server}/{name}", wait_until="load")
            tab.evaluate("document.fonts.ready.then(() => 0)")
            assert not judge(tab.evaluate(LOOK), "dark"), name
        context.close()


KINDS = {}  # of text, with how often each was seen


def axe(tab, name, widths):
    """What axe-core finds on an open page in the light, and of contrast in the dark."""
    tab.evaluate(SPARE)
    tab.evaluate(AXE)
    found = []
    for width in widths[::-1]:  # the page has the last of them
        widen(tab, width)
        ask(tab)
        found += at(width, tab.evaluate(FAULTS))
    if name == "404.html":  # it has no script that would follow the reader's system
        return found
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("document.documentElement.dataset.theme === 'dark'", timeout=5000)
    for width in widths:
        widen(tab, width)
        dark = tab.evaluate(FAULTS, "color-contrast") if ask(tab) else []
        found += at(f"in the dark, {width}", dark)
    return found


def ask(tab):
    """Mark what is to be asked for its contrast  →  how many."""
    seen, asked = tab.evaluate(ASK, KINDS)
    KINDS.update(seen)
    return asked


def judge(seen, scheme):
    """Sentences for what a reader would stumble over."""
    if seen["raw"] or seen["mute"] or seen["unsized"]:
        return [f"raw TeX, no alt text or no size: {seen['raw'] + seen['mute'] + seen['unsized']}"]
    if seen["moved"] > 0.01:
        return [f"moves while it loads, by {seen['moved']:.3f}"]
    if seen["overflow"] > 0 or seen["wide"]:
        return [f"wider than the screen by {seen['overflow']} px: {seen['wide']}"]
    if seen["flat"] or seen["drawn"] < seen["maths"] or not seen["font"]:
        return [f"mathematics is not drawn: {seen}"]
    return (
        []
        if seen["theme"] in (scheme, None)
        else [f"theme is {seen['theme']}, reader asked {scheme}"]
    )


def weight(name):
    """Bytes of a page and of what its mark-up loads, compressed; fonts come on top."""
    page = Page(SITE / name)
    files = {(SITE / name).parent.joinpath(unquote(urlsplit(url).path)) for url in page.loads}
    files = {file.resolve() for file in files if file.is_file() and file.suffix != ".html"}
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files | {SITE / name})


def test_the_heaviest_pages_are_light(server, chromium):
    """Down to the last picture, which waits until the reader scrolls near it.

    The gallery is made of the pictures of all pages: tests/test_start.py weighs what it opens with.
    """
    received = {}
    for name in sorted(set(PAGES) - {"book/gallery.html"}, key=weight)[-4:]:
        context = chromium.new_context()
        tab = context.new_page()
        session, sizes = context.new_cdp_session(tab), []
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished", lambda e, sizes=sizes: sizes.append(e["encodedDataLength"])
        )
        tab.goto(f"{server}/{name}", wait_until="load")
        tab.evaluate("""async () => {
          for (const image of document.images) { image.loading = 'eager'; await image.decode(); }
          await document.fonts.ready;
        }""")
        received[name] = sum(sizes)
        context.close()
    assert min(received.values()) > 50_000 and max(received.values()) <= LIMIT, received


def test_a_page_says_what_it_is(site):
    titles, descriptions = [], []
    for name in PAGES:
        text = (SITE / name).read_text(encoding="utf-8")
        assert re.search(r'<html[^>]* lang="en"', text) and text.count('name="viewport"') == 1, name
        assert text.count('rel="icon"') == 1 and text.count("<h1") == 1, name
        text = text.partition("<body")[0]
        titles += re.findall(r"<title>(.*?)</title>", text)
        descriptions += re.findall(r'<meta content="([^"]{30,})" name="description"', text)
    assert len(set(titles)) == len(PAGES)
    assert len(set(descriptions)) == len(PAGES)


@pytest.mark.parametrize("asked", ["", "?answers"])
def test_on_paper_the_page_is_light_and_what_is_folded_only_there_if_asked_for(
    asked, server, chromium
):
    context = chromium.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(f"{server}/book/4_gru/two_gates.html{asked}", wait_until="load")
    seen = """() => { const boxes = [...document.querySelectorAll('article details')];
      return [boxes.filter(b => b.open).length, boxes.filter(b => b.checkVisibility()).length,
      document.documentElement.dataset.theme,
      document.querySelector('article h1').checkVisibility(),
      document.querySelector('.bd-sidebar-primary').checkVisibility()]; }"""
    before = tab.evaluate(seen)
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    every = before[1] if asked else 0
    assert tab.evaluate(seen) == [every, every, "light", True, False]
    tab.emulate_media(media="screen")
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert before[0] == 0 < before[1] and tab.evaluate(seen)[:3] == before[:3] == [
        0,
        before[1],
        "dark",
    ]
    context.close()


def test_what_a_reader_has_opened_is_on_the_paper(server, chromium):
    tab = chromium.new_page()
    tab.goto(f"{server}/book/4_gru/two_gates.html", wait_until="load")
    tab.evaluate("document.querySelector('article details').open = true")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = "[...document.querySelectorAll('article details')].map(b => b.checkVisibility())"
    assert tab.evaluate(shown).count(True) == 1 and tab.evaluate(shown)[0]
    whole = (
        "[...document.querySelectorAll('article pre')].map(e => getComputedStyle(e).breakInside)"
    )
    assert set(tab.evaluate(whole)) == {
        "avoid"
    }  # no box begins on a page and has its code on the next
    tab.close()


def test_who_asks_for_less_motion_sees_folded_code_at_once(server, tab):
    tab.goto(f"{server}/book/1_rnn/shapes_of_sequences.html", wait_until="load")
    moving = """() => { document.querySelectorAll('details').forEach(d => d.open = true);
        return [...document.querySelectorAll('details *')]
            .filter(e => getComputedStyle(e).animationName != 'none').length; }"""
    assert tab.evaluate(moving) == 0


def test_what_is_wider_than_its_box_fades_until_it_is_scrolled_to_its_end(server, tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{server}/book/3_lstm/four_steps.html", wait_until="load")
    fades = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
      const seen = e => [e.scrollWidth > e.clientWidth + 2,
        getComputedStyle(e).maskImage.startsWith('linear-gradient')];
      const boxes = [...document.querySelectorAll('article pre')];
      done(boxes.filter(e => e.checkVisibility()).map(seen));
    }, 100)))"""
    seen = tab.evaluate(fades)
    assert [True, True] in seen and [False, False] in seen
    assert all(wide == fading for wide, fading in seen)
    tab.evaluate("document.querySelectorAll('article pre').forEach(e => { e.scrollLeft = 9999; })")
    assert not [fading for _, fading in tab.evaluate(fades) if fading]


def test_a_page_that_is_not_there_leads_to_the_search_and_to_every_lesson(server, chromium):
    tab = chromium.new_page()
    lost = (SITE / "404.html").read_text(encoding="utf-8")
    tab.route("**/gone/**", lambda route: route.fulfill(body=lost, content_type="text/html"))
    tab.goto(f"{server}/book/gone/deep.html", wait_until="load")
    links = tab.evaluate("[...document.querySelectorAll('nav a')].map(a => a.href)")
    assert {f"{server}/{page}" for page in PAGES} <= set(links)
    tab.fill("input[name=q]", "forget gate")
    tab.press("input[name=q]", "Enter")
    tab.wait_for_selector("#search-results li", timeout=10000)
    assert tab.url.startswith(f"{server}/search.html?q=forget")
    tab.close()
