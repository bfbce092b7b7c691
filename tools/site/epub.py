"""Pages of the EPUB (`make epub`): XHTML that a strict reader opens, MathML, and no script."""

from xml.etree import ElementTree

from sphinx.util.logging import getLogger

from tools.site.page import HELD, Page

logger = getLogger(__name__)


def begin(app):
    """An e-reader draws MathML itself: the fonts of the drawn formulas stay out of the book."""
    static = app.config.html_static_path
    app.config.html_static_path = [path for path in static if "katex" not in str(path)]
    app.builder.templates.other = page


def page(text, name):
    """What a template made  →  the same as XHTML; a warning for what cannot be."""
    made = Page(text, {}, {})
    for link in made.soup.select('link[href*="katex"], noscript'):
        link.decompose()
    leaves = ["" if leaf.startswith("<script") else leaf for leaf in made.leaves]
    text = HELD.sub(lambda match: leaves[int(match[1])], str(made.soup))
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        logger.warning("%s is no XHTML: %s", name, error)
    return text
