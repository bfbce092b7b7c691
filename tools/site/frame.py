"""Sphinx extension: what every page needs besides its text, and the two pages that have none.

Figures carry their size, so that nothing moves while they load. The theme is known before the
first paint, so that a dark page never flashes. `index.html` leads to the book, `404.html` back to
it.
"""

import re
from html import escape
from pathlib import Path

import imagesize
from sphinx.util.display import progress_message

IMAGE = re.compile(r"<img\b[^>]*>")
VIEWPORTS = re.compile(r'\s*<meta name="viewport"[^>]*>')
VIEWPORT = '\n    <meta name="viewport" content="width=device-width, initial-scale=1" />'
THEME = re.compile(
    r"document\.documentElement\.dataset\.mode = .*?"
    r"document\.documentElement\.dataset\.theme = localStorage[^;]*;",
    flags=re.S,
)
# A browser may forbid storage on pages opened from the disk.
EARLY = """
    (() => {
      let mode = "auto";
      try { mode = localStorage.getItem("mode") || mode; } catch {}
      const asked = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      const theme = mode === "auto" ? asked : mode;
      Object.assign(document.documentElement.dataset, { mode, theme });
    })();"""
COLOURS = """
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfaf6" />
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#12181c" />"""
# The theme names the search field otherwise than it reads, and leaves headers without a word.
LABEL = re.compile(r'(class="btn search-button-field [^>]*?) aria-label="[^"]*"')
EMPTY_HEAD = re.compile(r"<th class=\"head[^>]*>(?:<p>\s*</p>)?</th>")
TABLE = re.compile(r"<table\b.*?</table>", flags=re.S)
FIRST_CELL = re.compile(r"(<tr[^>]*>\s*)<td([^>]*)>(?!(?:<p>\s*</p>)?</td>)(.*?)</td>", flags=re.S)
CHAPTER = re.compile(r'<span class="caption-text">([^<]*)</span></p>\n<ul class="current nav')
# Formulas would move when their letters arrive, and most need these two fonts. From the disk a
# browser refuses to load fonts ahead.
FONTS = """
    <script>
      if (location.protocol !== "file:") for (const name of ["Main-Regular", "Math-Italic"]) {
        const href = `ROOT_static/katex/fonts/KaTeX_${name}.woff2`;
        const kind = { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href };
        document.head.append(Object.assign(document.createElement("link"), kind));
      }
    </script>"""
INDEX = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8" />
    <title>{title}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="{title}: the course starts on its first page." />
    <meta http-equiv="refresh" content="0; url={start}" />
    <link rel="canonical" href="{start}" />
    <link rel="icon" href="_static/favicon.svg" />
  </head>
  <body><main><h1>{title}</h1><p><a href="{start}">To the first page</a></p></main></body>
</html>
"""
# A server shows this page at any depth, so it may load nothing and finds the way back itself.
MISSING = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8" />
    <title>Page not found — {title}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <link rel="icon" href="data:," />
    <style>
      :root {{ color-scheme: light dark; background: light-dark(#fff, #121212); }}
      body {{ background: light-dark(#fff, #121212); color: light-dark(#1d2730, #ced6dd); }}
      body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; }}
      body {{ margin: 18vh auto 0; padding: 0 1.5rem; }}
      h1 {{ font: 600 2rem/1.2 Charter, Georgia, serif; }}
      a {{ color: light-dark(#0b5c4b, #6fd6ba); }}
    </style>
  </head>
  <body>
    <main>
      <h1>No such page</h1>
      <p>The address may have a slip, or the lesson has moved.</p>
      <p><a id="start" href="{start}">To the first page of {title}</a></p>
    </main>
    <script>
      const root = location.pathname.replace(/(?:book\\/.*|[^/]*)$/, "");
      document.getElementById("start").href = root + "{start}";
    </script>
  </body>
</html>
"""


def finish(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    with progress_message("framing the pages"):
        for page in sorted(out.rglob("*.html")):
            if "_static" not in page.relative_to(out).parts:
                old = page.read_text(encoding="utf-8")
                new = frame(old, page, start=page == out / f"{app.config.root_doc}.html")
                if new != old:
                    page.write_text(new, encoding="utf-8")
        around(app, out)


def frame(text, page, start):
    """One page: its head in order, its chapter named, its figures with their size."""
    if 'name="theme-color"' in text:  # of an earlier run
        return text
    text = text.replace('data-theme="auto"', 'data-theme="light"', 1)
    text = THEME.sub(EARLY.strip(), text, count=1)
    text = VIEWPORTS.sub("", text)
    head = '<meta charset="utf-8" />'
    text = LABEL.sub(r"\1", text.replace(head, head + VIEWPORT + COLOURS, 1))
    if 'class="katex"' in text:
        root = re.search(r'data-content_root="([^"]*)"', text)[1]
        text = text.replace("</title>", "</title>" + FONTS.replace("ROOT", root), 1)
    if start:
        text = text.replace("<body ", '<body class="start-page" ', 1)
        text = re.sub(r"<title>[^<]* &#8212; ", "<title>", text, count=1)
    chapter = CHAPTER.search(text)
    if chapter and not start:
        article = '<article class="bd-article">'
        text = text.replace(article, f'{article}\n<p class="chapter">{chapter[1]}</p>', 1)
    return sized(TABLE.sub(lambda m: headed(m[0]), text), page)


def headed(table):
    """A table whose first column has no head: that column heads the rows."""
    first = re.search(r"<thead>\s*<tr[^>]*>\s*(<th.*?</th>)", table, flags=re.S)
    if first and EMPTY_HEAD.fullmatch(first[1]):
        table = FIRST_CELL.sub(r'\1<th scope="row"\2>\3</th>', table)
    return EMPTY_HEAD.sub("<td></td>", table)


def sized(text, page):
    """Each picture says how large it is; all but the first of a page wait until they are near."""
    seen = []

    def one(match):
        tag = match[0]
        seen.append(tag)
        if " width=" not in tag or " height=" not in tag:
            tag = with_size(tag, page)
        if len(seen) > 1 and " loading=" not in tag:
            tag = tag.replace("<img", '<img loading="lazy" decoding="async"', 1)
        return tag

    return IMAGE.sub(one, text)


def with_size(tag, page):
    source = re.search(r'\bsrc="([^"]*)"', tag)
    if not source or source[1].startswith("data:"):
        return tag
    width, height = imagesize.get(page.parent / source[1])
    if min(width, height) <= 0:
        raise ValueError(f"{page.name}: {source[1]} does not say how large it is")
    return tag.replace("<img", f'<img width="{round(width)}" height="{round(height)}"', 1)


def around(app, out):
    """The start page of the folder and the page for what is not there."""
    words = {
        "language": app.config.language,
        "title": escape(app.config.html_title or app.config.project),
        "start": f"{app.config.root_doc}.html",
    }
    (out / "index.html").write_text(INDEX.format(**words), encoding="utf-8")
    (out / "404.html").write_text(MISSING.format(**words), encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
