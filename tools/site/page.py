"""One pass over a page, before it is written: what no template of the theme reaches.

A rule that must find something where its `place` is, and does not, fails the strict build.
"""

import re
from functools import cached_property
from html import escape

from bs4 import BeautifulSoup
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util.logging import getLogger

from tools.site import language, search
from tools.site.katex import FENCE

# Formulas, code and scripts are four fifths of a page, and no rule looks into them.
LEAF = re.compile(rf"{FENCE.format('(.*?)')}|<(pre|svg|script|style)\b.*?</\2>", flags=re.S)
FRAME = 'id="main-content"'  # of the theme, on no page that leads elsewhere
TEXT = "article section"  # on the pages of the book, not on the one of the search
CLAIM = re.compile(r"^✓ (.+?): (.+?)( \([^()]*\))?(?:\n|\Z)", flags=re.M)
CLAIM_HTML = r'<span class="claim"><i>✓</i> \1: <b>\2</b><small>\3</small></span>'
HELD = re.compile(r"<!--leaf (\d+)-->")
NAMES = {
    "pst-search-dialog": "Search",
    "pst-primary-sidebar-modal": "Book",
    "pst-secondary-sidebar-modal": "Page",
}
LABS = "labs.js"  # the script of the living cells, below _static
RULES, logger = [], getLogger(__name__)


class Page:
    """A page as the theme makes it; context: of its template; pictures: below _images → file."""

    def __init__(self, text, context, pictures):
        self.context, self.pictures, self.leaves = context, pictures, []
        self.soup = BeautifulSoup(LEAF.sub(self.hold, text), "html.parser")

    def hold(self, match):
        if match[2] == "pre" and "✓ " in match[0]:
            return match[0]
        self.leaves.append(match[1] or match[0])
        return f"<!--leaf {len(self.leaves) - 1}-->"

    def mend(self):
        for rule in RULES:
            apply(*rule, self)
        return self

    def text(self):
        return HELD.sub(lambda match: self.leaves[int(match[1])], str(self.soup))


class Templates(BuiltinTemplateLoader):
    """Sphinx's templates; what they make of the theme's layout goes through the rules."""

    other = None  # what mends the pages of another builder, in the place of the rules

    def init(self, builder, theme=None, dirs=None):
        super().init(builder, theme, dirs)
        self.builder, self.context, self.sections = builder, {}, {}

    @cached_property  # with the first page: by then Sphinx has brought the catalogues up to date
    def words(self):
        return language.words(self.builder.app)

    def render(self, template, context):
        text = super().render(template, context)
        if self.other and "</html>" in text and "pagename" in context:
            return self.other(text, context["pagename"])
        if self.builder.name != "html" or "</html>" not in text:
            return text
        framed = FRAME in text
        pictures = {name: self.builder.srcdir / p for p, name in self.builder.images.items()}
        page = Page(text, context, pictures)
        if framed:
            self.context = context
            page.mend()
        language.speak(page, self.words)
        if framed:
            self.sections[context["pagename"]] = search.sections(page)
        return page.text()


def apply(look, place, mend, page):
    if place and not page.soup.select_one(place):
        return
    found = page.soup.select(look)
    if place and not found:
        why = f"finds no `{look}` where `{place}` is: has the theme changed?"
        logger.warning("tools/site/page.py: rule %r %s", mend.__name__, why, once=True)
    for element in found:
        mend(element, page)


def rule(look, place=None):
    """Register a rule: the elements it looks for, and the place that must have one, if any."""

    def register(mend):
        RULES.append((look, place, mend))
        return mend

    return register


@rule("meta[name=viewport] ~ meta[name=viewport]", TEXT)
def one_viewport(meta, page):
    """Sphinx and docutils each write one, and they differ."""
    meta.decompose()


@rule("head > title", f"html:not(:has(meta[name=description])) {TEXT}")
def described(title, page):
    """A search engine shows the first paragraph that has no formula."""
    plain = (p for p in page.soup.select(f"{TEXT} p") if not p.select(".math"))
    text = " ".join(next(plain, title).get_text().split())
    text = text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"
    title.insert_after(page.soup.new_tag("meta", attrs={"name": "description", "content": text}))


@rule("dialog:not([aria-label])", "#main-content")
def named(dialog, page):
    """A screen reader announces a dialog by its name, and the theme gives none."""
    dialog["aria-label"] = NAMES.get(dialog["id"], "More")


@rule(".sidebar-primary-items__start:not([role])", "#main-content")
def landmark(sidebar, page):
    """All that is seen belongs to a landmark; the theme leaves the search field out."""
    sidebar.attrs |= {"role": "navigation", "aria-label": "Book"}


@rule(".search-button-field[aria-label]", "#main-content")
def named_as_it_reads(button, page):
    """Who steers by voice says what the button reads, "Search Ctrl K", not its other name."""
    del button["aria-label"]


@rule("details.hide > summary[aria-label]", "details.hide")
def folded_as_it_reads(summary, page):
    """MyST-NB names it "Toggle hidden content", in place of what it shows."""
    del summary["aria-label"]


@rule("[role=doc-biblioentry], .citation-list[role=list]", "div.citation")
def without_old_roles(element, page):
    """Docutils gives sources roles that are no longer allowed there."""
    del element["role"]


@rule("body:not(.start-page) .bd-links ul.current", f"body:not(.start-page) {TEXT}")
def chapter(entries, page):
    """The name of the chapter stands above the title; on a phone nothing else says it."""
    caption = entries.find_previous_sibling()
    if caption and caption.name == "p":
        name = page.soup.new_tag("p", attrs={"class": "chapter"})
        name.string = caption.get_text()
        page.soup.article.insert(0, name)


@rule("nav.page-actions")
def below_the_title(links, page):
    """The links that run, download and mend a page: no block of the theme ends at its title."""
    page.soup.article.h1.insert_after(links)


@rule(".output.stream pre")
def claims(output, page):
    """A claim is what the reader came for: its mark and its number stand out from other output."""
    text = output.get_text()
    if CLAIM.search(text):
        output["class"] = "claims" if not CLAIM.sub("", text) else "output"
        new = CLAIM.sub(CLAIM_HTML, escape(text, quote=False))
        output.clear()
        output.append(BeautifulSoup(new, "html.parser"))


@rule("cell-lab, attention-lab")
def alive(lab, page):
    """A stored output has no script: all labs of the book share one, which a browser keeps."""
    path = page.context["pathto"](f"_static/{LABS}", 1)
    if not page.soup.select_one(f'script[src^="{path}"]'):
        page.soup.head.append(page.soup.new_tag("script", attrs={"src": path, "defer": ""}))


@rule("table")
def headed(table, page):
    """Headers have words; where the first column has none, its cells are the headers of rows."""
    heads = table.select("thead th")
    if heads and blank(heads[0]):
        for cell in table.select("tr > td:first-child"):
            if not blank(cell):
                cell.name, cell["scope"] = "th", "row"
    for head in filter(blank, heads):
        head.replace_with(page.soup.new_tag("td"))


def blank(cell):
    return not cell.get_text(strip=True) and all(tag.name == "p" for tag in cell.find_all(True))
