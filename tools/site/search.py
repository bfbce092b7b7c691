"""What the search looks through: each section of each page, in a script.

Sphinx's index knows pages, not sections, and its excerpts are fetched, which no browser allows on
pages opened from the disk. Here a script brings the text itself, and book/_static/search.js looks
through it. Folded answers are left out; of code only the names are kept.
"""

import json
import re
from html import unescape
from html.entities import name2codepoint

from bs4 import Comment, NavigableString

FILE, HEAD = "_static/sections.js", "window.COURSE_SECTIONS = "
HEADS = {"h1", "h2", "h3", "h4", "h5", "h6"}
SKIPPED = {"section", "nav", "details", "headerlink", "cell", "glossary", *HEADS}  # and classes
TEX = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', flags=re.S)
SILENT = r"\\(?:left|right|math\w+|text|operatorname|q?quad|begin|end|big\w*)\b|[{}$&]|\\\W"
FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
SIGNS = {"partial": "∂", "cdot": "·", "odot": "⊙", "lVert": "‖", "rVert": "‖"}


def sections(page):
    """Title and chapter of a page; for each section its anchor, title, text, and names in code."""
    article, chapter = page.soup.article, page.soup.select_one("article .chapter")
    if not article or not article.section:
        return None
    found = [part(section, page.leaves) for section in article.select("section[id]")]
    for term in article.select("dl.glossary dt[id]"):
        about = words(term.find_next_sibling("dd"), page.leaves)
        found.append([term["id"], words(term, page.leaves), about, ""])
    return [found[0][1], chapter.get_text() if chapter else "", found]


def part(section, leaves):
    heading = section.find(re.compile("^h[1-6]$"), recursive=False)
    title = words(heading, leaves)
    inputs = section.select(":scope > .cell .cell_input")
    code = " ".join(read(text, leaves) for box in inputs for text in box.find_all(string=True))
    names = sorted(set(re.findall(r"[^\W\d]\w{3,}", code)))
    return [section["id"], title, words(section, leaves), " ".join(names)]


def words(node, leaves):
    """What a reader sees of a node, in one line, without its inner sections, code and answers."""
    return " ".join("".join(seen(node, leaves)).split())


def seen(node, leaves):
    for child in node.children:
        if isinstance(child, Comment):
            yield read(child, leaves)
        elif isinstance(child, NavigableString):
            yield child
        elif not SKIPPED & {child.name, *child.get_attribute_list("class")}:
            yield from seen(child, leaves)


def read(comment, leaves):
    """The text of a part that the pass has put aside: a formula or code, else nothing."""
    held = re.fullmatch(r"leaf (\d+)", comment)
    leaf = leaves[int(held[1])] if held else ""
    if tex := TEX.search(leaf):
        return plain(unescape(tex[1]))
    return unescape(re.sub(r"<[^>]*>", "", leaf)) if leaf.startswith("<pre") else ""


def plain(tex):
    r"""A formula as a line of text: h_t = \tanh(W_{xh} x_t)  →  h_t = tanh(W_xh x_t)."""
    tex = re.sub(SILENT, "", FRACTION.sub(r"\1/\2", tex))
    return re.sub(r"\\([A-Za-z]+)", lambda m: SIGNS.get(m[1]) or sign(m[1]), tex)


def sign(name):
    return chr(name2codepoint[name]) if name in name2codepoint else name


def write(out, found, pages):
    """Keep what an earlier build found on pages that were not written again."""
    path, known = out / FILE, {}
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8").removeprefix(HEAD))
    known |= {name: of_page for name, of_page in found.items() if of_page}
    kept = {name: known[name] for name in pages if name in known}
    path.write_text(HEAD + json.dumps(kept, ensure_ascii=False), encoding="utf-8")
