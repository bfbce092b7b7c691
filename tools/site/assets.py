"""Sphinx extension: one style sheet and one script for all pages, with nothing in them in vain.

The theme and its extensions bring a dozen style sheets and a dozen scripts, most of it for parts
that no page has. After the build this module puts them together in their order, leaves out every
rule whose classes and ids occur in no page and no script, and cuts the icon fonts down to the
icons that are left (tools/site/icons.py). The course's own style sheet is taken as it is.
"""

import hashlib
import re
import shutil
from pathlib import Path

from sphinx.util.display import progress_message

from tools.site import icons
from tools.site.styles import purge, sheet

SCRIPT = re.compile(
    r'[ \t]*<script\b([^>]*?)\bsrc="([^"?]*?_static/[^"?]+)[^"]*"([^>]*)></script>\n?'
)
STYLE = re.compile(r'[ \t]*<link\b[^>]*\bhref="([^"?]*?_static/[^"?]+\.css)[^"]*"[^>]*/?>\n?')
PRELOAD = re.compile(r'[ \t]*<link rel="(?:preload|prefetch)" as="script"[^>]*/?>\n?')
# For the version switcher and the search while typing, which the course does not have.
UNUSED = re.compile(r"[ \t]*<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\n?")
# Needed by the page that shows the results, by no other.
SEARCH = re.compile(
    r'[ \t]*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>\n?'
)
# A script and the settings before it → the class without which it has nothing to do.
OPTIONAL = {
    r"[ \t]*<script[^>]*togglebutton\.js[^>]*></script>\n?": r"\b(?:dropdown|toggle)\b(?!-)",
    r"[ \t]*<script>(?:let|var) toggle\w+ = [^<]*</script>\n?": r"\b(?:dropdown|toggle)\b(?!-)",
    r"[ \t]*<script[^>]*design-tabs\.js[^>]*></script>\n?": r"\bsd-tab-set\b",
}
OWN = ("course.css", "page.css")


def bundle(app, error):
    """Pages of an earlier run keep their links: the bundles keep their names."""
    if error or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    pages = {p: p.read_text(encoding="utf-8") for p in built(app.outdir)}
    pages = without_idle(pages)
    linking = [text for text in pages.values() if STYLE.search(text)]
    fresh = [text for text in linking if "_static/frame.css" not in text]
    if not fresh:
        return
    with progress_message("bundling styles and scripts"):
        sheets = common(STYLE, 1, fresh)
        scripts = common(SCRIPT, 2, fresh)
        js = script_of(static, scripts)
        css = style_of(static, sheets, words(pages.values(), js))
        for path, text in pages.items():
            path.write_text(rewrite(text, sheets, scripts, css, js), encoding="utf-8")
        (static / "frame.js").write_text(js, encoding="utf-8")
        (static / "frame.css").write_text(css, encoding="utf-8")
        clear(static, sheets + scripts)


def built(outdir):
    """The pages, not the fragments among the static files."""
    found = sorted(Path(outdir).rglob("*.html"))
    return [p for p in found if "_static" not in p.relative_to(outdir).parts]


def without_idle(pages):
    """The pages without the scripts that none of them gives work, and their search where it is."""
    classes = {c for text in pages.values() for c in re.findall(r'\bclass="([^"]*)"', text)}
    idle = [
        tag
        for tag, name in OPTIONAL.items()
        if not any(re.search(rf"(?<![-\w]){name}", c) for c in classes)
    ]
    slim = {}
    for path, text in pages.items():
        for tag in idle:
            text = re.sub(tag, "", text)
        if 'id="search-results"' in text:
            text = SEARCH.sub(lambda m: m[0].replace("<script ", "<script defer "), text)
        else:
            text = SEARCH.sub("", text)
        slim[path] = text
    return slim


def common(pattern, group, texts):
    """Paths below _static that every page links to, in the order of the pages."""
    links = [[m[group].partition("_static/")[2] for m in pattern.finditer(t)] for t in texts]
    linking = [found for found in links if found]
    return [path for path in linking[0] if all(path in found for found in linking)]


def words(texts, js):
    """Classes and ids in the pages, and every word a script may make a class of."""
    found = set(re.findall(r"[A-Za-z_][\w-]*", js))
    for text in texts:
        for value in set(re.findall(r'\b(?:class|id)="([^"]*)"', text)):
            found.update(value.split())
        for script in re.findall(r"<script\b[^>]*>(.*?)</script>", text, flags=re.S):
            found.update(re.findall(r"[A-Za-z_][\w-]*", script))
    return found


def script_of(static, paths):
    parts = [(static / path).read_text(encoding="utf-8") for path in paths]
    parts = [re.sub(r"^//# sourceMappingURL=.*$", "", part, flags=re.M).strip() for part in parts]
    return ";\n".join(parts) + "\n"


def style_of(static, paths, known):
    whole = []
    for path in paths:
        css = sheet(static, path)
        whole.append(css if path in OWN else purge(css, known))
    return icons.subset("\n".join(whole), static)


def rewrite(text, sheets, scripts, css, js):
    """A page that loads the bundles where its first style sheet and script were."""
    found = STYLE.search(text)
    if not found or "_static/frame.css" in text:
        return text
    root = found[1].partition("_static/")[0]
    links = f'    <link rel="stylesheet" href="{root}_static/frame.css?v={digest(css)}" />\n'
    links += f'    <script defer src="{root}_static/frame.js?v={digest(js)}"></script>\n'
    start = found.start()
    text = text[:start] + "<!--frame-->" + text[start:]
    text = STYLE.sub(lambda m: "" if below(m[1]) in sheets else m[0], text)
    text = SCRIPT.sub(lambda m: "" if below(m[2]) in scripts else deferred(m), text)
    text = UNUSED.sub("", PRELOAD.sub("", text))
    return text.replace("<!--frame-->", links, 1)


def below(link):
    return link.partition("_static/")[2]


def deferred(match):
    waits = re.search(r"\b(?:defer|async|type)\b", match[1] + match[3])
    return match[0] if waits else match[0].replace("<script", "<script defer", 1)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def clear(static, paths):
    """What went into the bundles is not shipped a second time."""
    for path in paths:
        (static / path).unlink(missing_ok=True)
        (static / f"{path}.map").unlink(missing_ok=True)
    for name in (
        "sphinx-thebe.js",
        "sphinx-thebe.css",
        "basic.css",
        "webpack-macros.html",
        "sbt-webpack-macros.html",
    ):
        (static / name).unlink(missing_ok=True)
    for folder in ("styles", "scripts", "vendor", "locales"):
        if not any(p.suffix in (".css", ".js", ".woff2") for p in (static / folder).rglob("*")):
            shutil.rmtree(static / folder, ignore_errors=True)


def setup(app):
    app.connect("build-finished", bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
