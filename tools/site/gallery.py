"""The gallery: every figure and every lab of the lessons on one page, with the way to its place.

It is made of the built pages, when all are written, so that nothing of it is kept by hand.
Drawings become files of their own, and every picture waits until the reader scrolls near it.
"""

import re
from html import escape

import yaml
from bs4 import BeautifulSoup

from tools.editions.slides import FIGURES
from tools.site.page import rule

PAGE = "book/gallery"
PLACE = re.compile(r"(<!--gallery-->).*?(<!--/gallery-->)", flags=re.S)
DRAWING = re.compile(r"<svg\b[^>]*\blesson-svg\b.*?</svg>", flags=re.S)
SHOWN = f"{FIGURES}, article .reach-lab"
CARD = """<figure class="{kind}">{picture}<figcaption>{badge}<a href="{link}">{heading}</a>
</figcaption></figure>
"""
LIVE = "solved_by_gap.svg"  # the picture in whose place the first page has its lab


@rule("div.gallery")
def reserved(box, page):
    """The pictures come in when all pages are written: here is their place."""
    box.clear()
    for mark in ("gallery", "/gallery"):
        box.append(BeautifulSoup(f"<!--{mark}-->", "html.parser"))


def chapters(toc):
    """(caption, names of its pages) from _toc.yml, the first page as a chapter of its own."""
    book = yaml.safe_load(toc.read_text(encoding="utf-8"))
    yield "The first page", [book["root"]]
    for part in book["parts"]:
        yield part["caption"], [chapter["file"] for chapter in part["chapters"]]


def write(out, toc):
    """Fill the gallery of a built book, if it has one; toc: path of its _toc.yml."""
    path = out / f"{PAGE}.html"
    if not path.is_file():
        return
    sections = []
    for number, (caption, docs) in enumerate(chapters(toc)):
        cards = [card for doc in docs if doc != PAGE for card in cards_of(out, doc)]
        if cards:
            head = f'<h2 id="chapter-{number}">{escape(caption)}</h2>'
            sections.append(f'{head}\n<div class="cards">\n{"".join(cards)}</div>\n')
    text, found = PLACE.subn(
        lambda m: f"{m[1]}\n{''.join(sections)}{m[2]}", path.read_text(encoding="utf-8")
    )
    if not found:
        raise ValueError(f"{path} has no place for the gallery: a container of the class gallery")
    path.write_text(text, encoding="utf-8")


def cards_of(out, doc):
    """The figures and labs of a built page, each as a card."""
    text = (out / f"{doc}.html").read_text(encoding="utf-8")
    soup, drawings = BeautifulSoup(text, "html.parser"), DRAWING.findall(text)
    title = soup.select_one("article h1").get_text().rstrip("#").strip()
    for number, figure in enumerate(soup.select(SHOWN)):
        lab = figure.find_parent(re.compile("-lab$")) or figure.name == "section"
        if figure.name == "svg":
            shown = drawn(out, f"{doc.replace('/', '-')}-{number}.svg", drawings.pop(0), figure)
        elif figure.name == "img":
            shown = pictured(figure)
        else:
            shown = image(f"_images/{LIVE}", figure.select_one(".grid")["aria-label"], 483, 320)
            title = "Move the gap"
        section = figure.find_parent("section", id=True)
        heading = section.find(re.compile("^h[1-6]$")).get_text().rstrip("#").strip()
        link = f"../{doc}.html#{section['id']}"
        yield CARD.format(
            kind="lab" if lab else "still", picture=shown, link=escape(link),
            heading=escape(heading if heading == title else f"{title} · {heading}"),
            badge="<b>Lab</b> " if lab else "",
        )  # fmt: skip


def image(source, alt, width, height, kind=()):
    classes = f' class="{" ".join(kind)}"' if kind else ""
    return (
        f'<img src="../{source}" alt="{escape(alt, quote=True)}" width="{width}" '
        f'height="{height}" loading="lazy" decoding="async"{classes}/>'
    )


def pictured(figure):
    """A picture of a page, from the page of the gallery."""
    source = f"_images/{figure['src'].rpartition('/')[2]}"
    kind = [name for name in figure.get("class", ()) if name == "on-a-card"]
    return image(source, figure.get("alt", ""), figure["width"], figure["height"], kind)


def drawn(out, name, drawing, figure):
    """A drawing, as a file that can be loaded late."""
    (out / "_images" / name).write_text(drawing, encoding="utf-8")
    width, height = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', drawing).groups()
    alt = figure.get("aria-label", "")
    return image(f"_images/{name}", alt, round(float(width)), round(float(height)))


def setup(app):
    """To be imported is all that its rule needs."""
