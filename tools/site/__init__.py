"""Sphinx extension: the pages of the course. Its parts, in the order in which they work:

bibliography    the labels of the sources
katex           formulas, drawn while building
actions         the links below a title: run, download, mend
theme/          the templates around the text, over those of sphinx_book_theme
page, pictures  one pass over each page for what no template reaches
language        the same pages in another language
reach, start    the first page: its lab, and what the reader has done
gallery         every figure and lab of the book on one page
epub            the same pages for an EPUB, without what needs a browser
search          what the search looks through, in place of Sphinx's own
bundle          one style sheet and one script, when all pages are written
run             exercises that are solved in the page, and what they load
"""

from pathlib import Path

from sphinx.util.display import progress_message

THEME = Path(__file__).parent / "theme"


def finish(app, error):
    if error or app.builder.name != "html":
        return
    from tools.site import bundle, gallery, language, search, start
    from tools.site.run import pages

    out, made = Path(app.outdir), app.builder.templates
    with progress_message("bundling styles, scripts and what the search looks through"):
        search.write(out, made.sections, sorted(app.env.found_docs))
        gallery.write(out, Path(app.srcdir) / "_toc.yml")
        start.sitemap(out, app.config.html_baseurl, app.env.found_docs)
        bundle.write(out, made.context)
        if app.config.course_run != pages.NONE:
            pages.write(out, app.config.course_run)
        language.scripts(out, made.words)


def begin(app):
    """Pages from our templates; the search is ours. Other builders have neither."""
    if app.builder.name == "epub":
        from tools.site import epub

        epub.begin(app)
    if app.builder.name == "html":
        app.builder.search = False
        app.config.html_additional_pages |= {n: f"{n}.html" for n in ("index", "search", "404")}


def setup(app):
    from tools.site import actions, bibliography, gallery, katex, language, pictures, reach, start
    from tools.site.run import pages

    app.add_html_theme("course", str(THEME))
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it, nothing here reads it
    for part in (bibliography, katex, actions, pictures, reach, start, gallery, pages, language):
        part.setup(app)
    app.connect("builder-inited", begin)
    app.connect("build-finished", finish, priority=900)  # after the theme has written its colours
    return {"parallel_read_safe": True, "parallel_write_safe": False}
