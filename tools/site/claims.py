"""Sphinx extension: a line of output that is a claim has its mark and its number set apart."""

import re

OUTPUT = re.compile(
    r'(<div class="output stream [^>]*><div class="highlight"><pre>)(.*?)(?=</pre>)', re.S
)
CLAIM = re.compile(r"((?:<span></span>)?)✓ (.+?): (.+?)(?: (\([^()]*\)))?\n?")


def mark(html):
    """The lines that begin with ✓ in the outputs of a page, as spans of class ``claim``."""
    return OUTPUT.sub(lambda hit: hit[1] + "".join(map(line, hit[2].splitlines(True))), html)


def line(text):
    hit = CLAIM.fullmatch(text)
    if hit is None:
        return text
    start, words, number, bound = hit.groups()
    bound = f' <span class="bound">{bound}</span>' if bound else ""
    tick = '<span class="tick">✓ </span>'
    return f'{start}<span class="claim">{tick}{words}: <b>{number}</b>{bound}\n</span>'


def mark_page(app, pagename, templatename, context, doctree):
    if "✓ " in context.get("body", ""):
        context["body"] = mark(context["body"])


def setup(app):
    app.connect("html-page-context", mark_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
