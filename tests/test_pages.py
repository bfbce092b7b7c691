"""The built pages: whole, offline, and readable on a phone and a desk, light and dark."""

import gzip
import re
from importlib import resources
from urllib.parse import unquote, urlsplit

import pytest

from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.publish.server import serve
from tools.site.markup import Page

SITE = ROOT / "_build" / "html"
PAGES = [f"{entry}.html" for entry in hygiene.toc_entries()]
OTHERS = ["search.html", "404.html", "search.html?q=forget+gate"]
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LIMIT = 300_000  # bytes of a page, compressed, with all that it loads
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


# Before a page has drawn anything: add up how far it moves while it loads.
SHIFT = """
  window.moved = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { window.moved += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
"""
LOOK = r"""() => {
  const moved = window.moved;
  document.querySelectorAll('details').forEach(e => { e.open = true; });
  const box = e => e.getBoundingClientRect();
  const wide = [...document.querySelectorAll('article *')].filter(e =>
    box(e).right > innerWidth + 1 && box(e).width > 0 && !e.closest(
      '.formula, pre, .pst-scrollable-table-container, .katex-mathml, .katex svg, .output, ' +
      '.visually-hidden'));
  const maths = [...document.querySelectorAll('article .katex-html')]
    .filter(e => e.checkVisibility());
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, {acceptNode: n =>
    n.parentElement.closest('pre, code, script, style, .katex-mathml')
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT});
  const raw = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.data;
    if (/\\[a-zA-Z]{2,}|\$[^$]*[\\_^][^$]*\$|\\[()[\]]/.test(text)) raw.push(text.slice(0, 80));
  }
  const images = [...document.images];
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
    maths: document.querySelectorAll('article span.math, article div.math').length,
    flat: maths.filter(e => box(e).height < 4 || box(e).width < 2).length, drawn: maths.length,
    font: !maths.length || document.fonts.check('16px KaTeX_Main'),
    theme: document.documentElement.dataset.theme, moved, raw,
    mute: images.filter(e => !e.alt.trim()).map(e => e.src),
    unsized: images.filter(e => !e.getAttribute('width') || !e.getAttribute('height'))
      .map(e => e.src),
  };
}"""
# Formulas and code are made of few kinds of parts by one program each. Some of each kind stay for
# axe, the others keep their place without their thousands of parts, which axe would all visit.
SPARE = """() => {
  [...document.querySelectorAll('.katex')].slice(3).forEach(e => {
    const {width, height} = e.getBoundingClientRect();
    const stand = document.createElement('span');
    stand.textContent = 'x';
    stand.style.cssText = `width:${width}px;height:${height}px;`
      + 'display:inline-block;overflow:hidden';
    e.replaceChildren(stand);
  });
  const seen = new Set();
  document.querySelectorAll('.highlight pre span').forEach(e => {
    const kind = e.className + e.closest('.highlight').parentElement.className;
    if (seen.has(kind)) e.replaceWith(...e.childNodes); else seen.add(kind);
  });
}"""
# Contrast is a matter of kinds: three texts of each, told apart by their chain of classes, stand
# for the others. All other rules are asked of every part of the page.
FAULTS = r"""contrast => {
  const seen = {}, spare = [];
  const kind = e => e && e !== document.body
    ? `${e.tagName}.${e.getAttribute('class')} ${kind(e.parentElement)}` : '';
  document.querySelectorAll('p, li, td, th, dd, dt, pre, .katex, svg text').forEach(e => {
    const k = kind(e);
    seen[k] = (seen[k] || 0) + 1;
    if (seen[k] > 3) spare.push(e);
  });
  const asked = contrast ? {runOnly: ['color-contrast']}
    : {rules: {'color-contrast': {enabled: false}}};
  return axe.run(contrast ? {include: [['html']], exclude: spare} : document,
    {...asked, resultTypes: ['violations'], iframes: false}).then(found =>
    found.violations.flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.html.slice(0, 160)} ` +
      `(${n.failureSummary.replace(/\s+/g, ' ').slice(0, 160)})`)));
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_whole_offline_in_the_light_and_in_the_dark(width, server, chromium):
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme="light", reduced_motion="reduce"
    )
    context.add_init_script(SHIFT)
    faults = []
    for name in PAGES + OTHERS:
        tab = context.new_page()
        asked, errors = [], []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("response", lambda r, errors=errors: r.status >= 400 and errors.append(r.url))
        tab.on("console", lambda m, errors=errors: m.type == "error" and errors.append(m.text))
        tab.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        tab.goto(f"{server}/{name}", wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => 0)")
        found = judge(tab.evaluate(LOOK), "light") + axe(tab, name)
        away = [url for url in asked if not url.startswith((server, "data:", "blob:"))]
        faults += [f"{name}: {fault}" for fault in errors + away + found]
        tab.close()
    context.close()
    assert not faults, "\n".join(faults)


def test_a_page_opens_in_the_dark_for_who_reads_in_the_dark(server, chromium):
    for width in (390, 1280):
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


def axe(tab, name):
    """What axe-core finds on an open page in the light, and of contrast in the dark."""
    tab.evaluate(SPARE)
    tab.evaluate(AXE)
    light = tab.evaluate(FAULTS, False) + tab.evaluate(FAULTS, True)
    if name == "404.html":  # it has no script that would follow the reader's system
        return light
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("document.documentElement.dataset.theme === 'dark'", timeout=5000)
    return light + [f"in the dark, {fault}" for fault in tab.evaluate(FAULTS, True)]


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
    """Down to the last picture, which waits until the reader scrolls near it."""
    received = {}
    for name in sorted(PAGES, key=weight)[-4:]:
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


def test_on_paper_answers_are_open_and_the_page_is_light(server, chromium):
    context = chromium.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.goto(f"{server}/book/4_gru/two_gates.html", wait_until="load")
    seen = """() => [document.querySelectorAll('article details:not([open])').length,
      document.documentElement.dataset.theme,
      document.querySelector('article h1').checkVisibility(),
      document.querySelector('.bd-sidebar-primary').checkVisibility()]"""
    before = tab.evaluate(seen)
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(seen) == [0, "light", True, False]
    tab.emulate_media(media="screen")
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert before[0] > 0 and tab.evaluate(seen)[:2] == before[:2] == [before[0], "dark"]
    context.close()
