"""What the first page knows of every lesson, and what a preview or a search engine is told.

The rows of its map carry the name and the exercises of their lesson: book/_static/course.js marks
there what this browser remembers.  Where the address of the pages is known, each page names itself
for a preview with a card, and sitemap.xml lists them.
"""

from functools import cache
from html import escape

from tools.site.page import rule

CARD = "_static/card.png"  # drawn by `make picture`
SIZE = ("1200", "630")
SITEMAP = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{}">\n{}\n</urlset>\n'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@cache
def course():
    from tools.upkeep import teaching  # which reads every lesson

    return teaching.lessons()


@rule("body.start-page table a[href]")
def known(link, page):
    """A script marks what is read and passed: it needs the lesson's name and its exercises."""
    entry = f"book/{link['href'].removesuffix('.html')}"
    lesson = course().get(entry)
    if lesson:
        row = link.find_parent("tr")
        row.attrs |= {"data-lesson": entry, "data-exercises": " ".join(lesson.exercises)}
        row["class"] = [lesson.kind]


@rule("meta[name=description]")
def previewed(meta, page):
    """A link that is shared shows a card; its picture must have a whole address."""
    address = page.context.get("pageurl")
    if not address:
        return
    root = address.removesuffix(f"{page.context['pagename']}.html")
    title = page.soup.title.get_text()
    told = {"og:type": "website", "og:url": address, "og:title": title,
            "og:description": meta["content"], "og:image": root + CARD,
            "og:image:width": SIZE[0], "og:image:height": SIZE[1],
            "og:image:alt": "How many of 10 runs solve each gap, for every network"}  # fmt: skip
    for name, content in told.items():
        meta.insert_after(page.soup.new_tag("meta", attrs={"property": name, "content": content}))
    card = {"name": "twitter:card", "content": "summary_large_image"}
    meta.insert_after(page.soup.new_tag("meta", attrs=card))


def sitemap(out, base_url, docs):
    """Write sitemap.xml below the built pages; without an address there is none."""
    if base_url:
        lines = [f"<url><loc>{escape(base_url)}{doc}.html</loc></url>" for doc in sorted(docs)]
        text = SITEMAP.format(NAMESPACE, "\n".join(lines))
        (out / "sitemap.xml").write_text(text, encoding="utf-8")


def setup(app):
    """To be imported is all that its rules need."""
