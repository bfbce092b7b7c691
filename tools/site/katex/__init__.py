"""Mathematics rendered while the pages are built: KaTeX's HTML + MathML, no script for the reader.

KaTeX 0.19.1 (MIT, see LICENSE beside this file) is one JavaScript file; V8 inside Python
(`mini-racer`) runs it. Its style sheet here names the woff2 fonts only. A formula that KaTeX
cannot read is a warning, and the strict build fails on it.
"""

import atexit
import re
from functools import cache, lru_cache
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger
from sphinx.util.math import get_node_equation_number

HERE = Path(__file__).parent
# Sphinx numbers the equations; KaTeX must not number them again.
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather)\}")
# A browser may break a line after any formula. These marks may not begin or end one.
OPENING, CLOSING = re.compile(r"[^\s\w]+$"), re.compile(r"^[^\s\w]+")
FENCE = "<!--formula-->{}<!--/formula-->"  # by which tools/site/page.py finds and skips one
SHORT = 30  # characters of TeX that fit on a line of a phone, unbroken
logger = getLogger(__name__)


@cache
def engine():
    """KaTeX in a JavaScript context of its own.

    A context that is still open when Python ends joins its thread after Python has stopped
    that thread, and waits for good: it is closed before.
    """
    try:
        from py_mini_racer import MiniRacer

        context = MiniRacer()
        atexit.register(context.close)
        context.eval((HERE / "katex.min.js").read_text(encoding="utf-8"))
    except Exception as error:  # no wheel, a wheel for another machine, a broken context
        raise ExtensionError(
            f"the mathematics needs KaTeX inside `mini-racer`, which does not run here: {error}"
        ) from error
    return context


@lru_cache(maxsize=4096)
def render(tex, display, output="htmlAndMathml"):
    """TeX → HTML; ValueError with KaTeX's own words if it is not TeX."""
    options = {"displayMode": display, "throwOnError": True, "strict": "error", "output": output}
    try:
        return engine().call("katex.renderToString", tex, options)
    except ExtensionError:
        raise
    except Exception as error:
        said = re.search(r"KaTeX parse error:[^\n]*|\w*Error:[^\n]*", str(error))
        raise ValueError(said.group() if said else "KaTeX cannot read it") from error


def html(self, node, tex, display):
    """For the pages; an e-reader draws MathML itself."""
    output = "mathml" if self.builder.name == "epub" else "htmlAndMathml"
    try:
        return FENCE.format(render(tex, display, output))
    except ValueError as error:
        logger.warning("formula %r: %s", tex, error, location=node)
        return ""


def visit_inline(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(html(self, node, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(f'<div class="formula">{html(self, node, display_tex(node), True)}</div>')
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def display_tex(node):
    r"""The formula as KaTeX wants it: a bare `\\` needs an environment around it."""
    tex = NUMBERED.sub(r"\\\1{\2*}", node.astext().strip())
    if r"\\" in tex and r"\begin" not in tex:
        return rf"\begin{{split}}{tex}\end{{split}}"
    return tex


class Glue(SphinxPostTransform):
    """A short formula keeps its brackets, its comma and its full stop on its line."""

    default_priority = 900
    formats = ("html",)

    def run(self):
        for math in list(self.document.findall(nodes.math)):
            if len(math.astext()) <= SHORT:
                self.glue(math)

    def glue(self, math):
        around = [cut(text(math, -1), OPENING), math.deepcopy(), cut(text(math, 1), CLOSING)]
        pieces = [piece for piece in around if piece]
        if len(pieces) > 1:
            math.replace_self(nodes.inline("", "", *pieces, classes=["glued"]))


def text(node, step):
    """The text right before (-1) or after (1) a node, or None."""
    at = node.parent.index(node) + step
    found = node.parent[at] if 0 <= at < len(node.parent) else None
    return found if isinstance(found, nodes.Text) else None


def cut(text, marks):
    """Take the marks away from a text  →  the marks as a text of their own, or None."""
    found = marks.search(text) if text else None
    if not found:
        return None
    rest = text[: found.start()] + text[found.end() :]
    text.parent.replace(text, [nodes.Text(rest)] if rest else [])
    return nodes.Text(found.group())


def add_static(app, config):
    config.html_static_path.append(str(HERE / "static"))


def setup(app):
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("config-inited", add_static)
    app.add_post_transform(Glue)
    app.add_css_file("katex/katex.css")
    return {"version": "0.19.1", "parallel_read_safe": True, "parallel_write_safe": True}
