"""The built pages: whole, offline, and readable on a phone and a desk, light and dark."""

import functools
import http.server
import re
import threading
from urllib.parse import unquote, urlsplit

import pytest

from tools import hygiene
from tools.environment import ROOT
from tools.markup import Page

SITE = ROOT / "_build" / "html"
PAGES = [f"{entry}.html" for entry in hygiene.toc_entries()]
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
            if url.scheme or url.netloc:
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


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


LOOK = """() => {
  document.querySelectorAll('details').forEach(e => { e.open = true; });
  const box = e => e.getBoundingClientRect();
  const wide = [...document.querySelectorAll('article *')].filter(e =>
    box(e).right > innerWidth + 1 && box(e).width > 0 && !e.closest(
      '.formula, pre, .pst-scrollable-table-container, .katex-mathml, .katex svg, .output, ' +
      '.visually-hidden'));
  const maths = [...document.querySelectorAll('article .katex-html')]
    .filter(e => e.checkVisibility());
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
    maths: document.querySelectorAll('article span.math, article div.math').length,
    flat: maths.filter(e => box(e).height < 4 || box(e).width < 2).length, drawn: maths.length,
    font: !maths.length || document.fonts.check('16px KaTeX_Main'),
    theme: document.documentElement.dataset.theme,
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_is_whole_offline(width, scheme, server, chromium):
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    faults = []
    for name in PAGES:
        tab = context.new_page()
        asked, errors = [], []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("response", lambda r, errors=errors: r.status >= 400 and errors.append(r.url))
        tab.on("console", lambda m, errors=errors: m.type == "error" and errors.append(m.text))
        tab.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        tab.goto(f"{server}/{name}", wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => 0)")
        seen = tab.evaluate(LOOK)
        away = [url for url in asked if not url.startswith((server, "data:", "blob:"))]
        faults += [f"{name}: {fault}" for fault in errors + away + judge(seen, scheme)]
        tab.close()
    context.close()
    assert not faults, "\n".join(faults)


def judge(seen, scheme):
    """Sentences for what a reader would stumble over."""
    if seen["overflow"] > 0 or seen["wide"]:
        return [f"wider than the screen by {seen['overflow']} px: {seen['wide']}"]
    if seen["flat"] or seen["drawn"] < seen["maths"] or not seen["font"]:
        return [f"mathematics is not drawn: {seen}"]
    return [] if seen["theme"] == scheme else [f"theme is {seen['theme']}, reader asked {scheme}"]
