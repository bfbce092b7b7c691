"""Sphinx extension: built pages that load nothing from another host and nothing in vain."""

import re
from pathlib import Path

from docutils import nodes
from sphinx.util.display import progress_message

# The theme loads Font Awesome twice: fonts with a style sheet, and a script that draws the same.
ICON_SCRIPT = re.compile(r"\s*<(?:script|link)\b[^>]*scripts/fontawesome\.js[^>]*>(?:</script>)?")
# What a screen reader would stumble over in the theme's own mark-up: roles that are no longer
# allowed there, and the start of a tag → attributes it lacks.
ROLES = re.compile(r' role="doc-biblioentry"| role="list"(?= class="citation-list")')
REPAIRS = {
    '<dialog id="pst-search-dialog"': 'aria-label="Search"',
    '<dialog id="pst-primary-sidebar-modal"': 'aria-label="Book"',
    '<dialog id="pst-secondary-sidebar-modal"': 'aria-label="Page"',
    '<div class="sidebar-primary-items__start ': 'role="navigation" aria-label="Book"',
}


def drop_thebe(app, pagename, templatename, context, doctree):
    """Live cells would come from another host; the lessons run locally instead."""
    scripts = context.get("script_files", [])
    context["script_files"] = [js for js in scripts if not is_thebe(js)]
    styles = context.get("css_files", [])
    context["css_files"] = [css for css in styles if not is_thebe(css)]


def is_thebe(asset):
    return "thebe" in str(getattr(asset, "filename", asset) or asset.attributes.get("body", ""))


def describe(app, pagename, templatename, context, doctree):
    """The first paragraph without a formula describes a page to a search engine."""
    if doctree is None or 'name="description"' in context.get("metatags", ""):
        return
    plain = (p for p in doctree.findall(nodes.paragraph) if not any(p.findall(nodes.math)))
    first = next(plain, None)
    if first is None:
        return
    text = re.sub(r"\s+", " ", first.astext()).replace("&", "&amp;").replace('"', "&quot;")
    text = text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"
    context["metatags"] = (
        context.get("metatags", "") + f'\n<meta name="description" content="{text}">'
    )


def slim(app, error):
    """Remove the second copy of the icons; mend the theme's mark-up."""
    if error or app.builder.format != "html":
        return
    with progress_message("slimming the pages"):
        for page in Path(app.outdir).rglob("*.html"):
            old = page.read_text(encoding="utf-8")
            new = ROLES.sub("", ICON_SCRIPT.sub("", old))
            for start, lacking in REPAIRS.items():
                new = new.replace(start, start.replace(" ", f" {lacking} ", 1))
            if new != old:
                page.write_text(new, encoding="utf-8")
        for script in (Path(app.outdir) / "_static" / "scripts").glob("fontawesome.js*"):
            script.unlink()


def setup(app):
    # after the extensions that add what is dropped here
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
