"""Sphinx extension: the book in another language (`make book-zh`, `make translate`).

Sphinx's catalogues below locale/, one a page, carry the prose. What it leaves out goes through
them here: cells of tables in a directive, and what is said of a picture. One more catalogue,
course.po, has what stands around the text, from the title of the book to the labels of drawings.
"""

import os
import re

from bs4 import Comment, Doctype, NavigableString
from docutils import nodes
from sphinx.locale import init
from sphinx.transforms import SphinxTransform

LANGUAGES = {"en": "English", "zh_CN": "中文"}  # as the link on each page says it
FOLDERS = {"en": "", "zh_CN": "zh/"}  # of the pages, below those in English
SPOKEN = re.compile("aria-label|title|placeholder|data-title|data-say-.*")  # read by people
WORD = re.compile(r"[A-Za-z]{3}")
LABEL = re.compile(r"(<(?:text|tspan|title)\b[^>]*>|\baria-label=\")([^<\"]*[A-Za-z]{3}[^<\"]*)")
# A phrase with other numbers, or over another solution, is the same phrase.
VARIES = re.compile(r"(?<=^Solution: )\w+|[+−-]?\d+(?:\.\d+)*")
# Text that other catalogues have, code and what it printed, sources in the language they are in.
QUIET = """head > title, script, style, article pre, .bd-links a, .page-toc a,
    .prev-next-title, .citation, .toctree-l1, [hreflang]"""
# Inside the text of a page; and what is named after a title or a source, which others translate.
SAID = """summary, .chapter, .page-actions, .search-page, .lesson-film, .lesson-panel, cell-lab,
    attention-lab, .solution, .reach-lab, .reader, .try"""
NAMED = "head *, article a, .prev-next-area a, .citation *"
# The scripts that speak to the reader, and what of them is a sentence: it begins large, or goes on.
SCRIPTS = ("frame.js", "reach.js", "run/run.js")
SENTENCE = re.compile(
    r'"([A-Z…][^"\\\n]* [^"\\\n]*)"|`([A-Z…][^`\\\n]* [^`\\\n]*)`|\+ "([^"\\\n]*[a-z] [^"\\\n]*)"'
)


class Reach(SphinxTransform):
    """What Sphinx would not look for, put in its way before it looks."""

    default_priority = 15

    def apply(self):
        source = self.document["source"]
        for cell in self.document.findall(nodes.entry):
            for text in cell.findall(nodes.TextElement):
                text.source = text.source or source
        if self.app.builder.name == "gettext":
            for cell in [c for c in self.document.findall(nodes.container) if "cell_metadata" in c]:
                alt = cell["cell_metadata"].get("mystnb", {}).get("image", {}).get("alt")
                if alt:
                    said = nodes.paragraph(alt)
                    said.source = source
                    cell += said


def words(app):
    """English → the language of the book, for what stands around its text."""
    name, folders = app.config.language, app.config.locale_dirs
    if name == "en":
        return {}
    catalogue, _ = init([f"{app.srcdir}/{folder}" for folder in folders], name, "course")
    return {k: v for k, v in getattr(catalogue, "_catalog", {}).items() if k and v}


def of_page(app, pagename, templatename, context, doctree):
    """The link to the same page in each other language, where both are built."""
    here = app.config.language or "en"
    others = {name: said for name, said in LANGUAGES.items() if name != here}
    way = context["content_root"] + ("../" if here != "en" else "")
    context["other_languages"] = [
        (name.replace("_", "-"), said, f"{way}{FOLDERS[name]}{pagename}.html")
        for name, said in (others.items() if app.config.course_languages else ())
    ]


def phrases(page):
    """What stands around the text of a page and in its drawings: (phrase, how to replace it)."""
    article, quiet, said = page.soup.article, chosen(page, QUIET), chosen(page, SAID)
    for node in page.soup.find_all(string=WORD):
        above = set(map(id, node.parents))
        ours = id(article) not in above or said & above
        if ours and not quiet & above and not isinstance(node, Comment | Doctype):
            yield " ".join(node.split()), replacing(node)
    named = chosen(page, NAMED)
    for element in page.soup.find_all(True):
        for name in filter(SPOKEN.fullmatch, () if id(element) in named else list(element.attrs)):
            if WORD.search(element[name]):
                yield element[name], lambda new, e=element, n=name: e.attrs.update({n: new})


def chosen(page, selector):
    return set(map(id, page.soup.select(selector)))


def labels(page):
    """The words of the drawings of a page."""
    return [match[2] for leaf in page.leaves for match in LABEL.finditer(leaf)]


def replacing(node):
    def replace(new):
        before, after = re.match(r"\s*", node)[0], re.search(r"\s*$", node)[0]
        node.replace_with(NavigableString(before + new + after))

    return replace


def key(phrase):
    return VARIES.sub("{}", phrase)


def phrased(phrase, known):
    """The phrase in the language of the book, with its own numbers; itself where it is unknown."""
    if key(phrase) not in known:
        return phrase
    parts = VARIES.findall(phrase)
    return re.sub(r"\{\}", lambda _: parts.pop(0), known[key(phrase)])


def speak(page, known):
    """Put the page into the language of the book, where Sphinx leaves it in English."""
    if not known:
        return
    for phrase, replace in list(phrases(page)):
        replace(phrased(phrase, known))
    page.leaves = [LABEL.sub(lambda m: m[1] + phrased(m[2], known), leaf) for leaf in page.leaves]


def sentences(text):
    """What a script says to the reader."""
    return [next(filter(None, match.groups())) for match in SENTENCE.finditer(text)]


def scripts(out, known):
    """The scripts of a built book in its language."""
    for path in (out / "_static" / name for name in SCRIPTS if known):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for said in filter(known.get, sentences(text)):
                text = text.replace(said, known[said])
            path.write_text(text, encoding="utf-8")


def setup(app):
    app.add_config_value("course_languages", bool(os.environ.get("COURSE_PUBLISH")), "html")
    app.add_transform(Reach)
    app.connect("html-page-context", of_page)
