"""One style sheet and one script for all pages, with nothing in them in vain.

The theme and the extensions bring nine style sheets and as many scripts, most of it for parts that
no page has. After the build they are put together in their order, without the rules whose classes
and ids occur in no page and no script, and with those icons alone that are left: compressed 29 kB
in place of 84 kB and 180 kB of fonts. What nothing names is not shipped.
"""

import hashlib
import re

from lessons_kit.living import page as living
from lessons_kit.plots import DARK
from tools.site import icons
from tools.site.page import LABS
from tools.site.styles import purge, sheet

# What the theme's templates load besides Sphinx's lists. Left out: Bootstrap, 23 kB for tooltips
# that a browser shows by itself, and 540 kB that draw the icons a second time.
SHEETS = ("styles/theme.css", "styles/pydata-sphinx-theme.css")
SCRIPTS = ("scripts/pydata-sphinx-theme.js",)
LEFT_OUT = ("scripts/bootstrap.js", "scripts/fontawesome.js")
OWN = ("course.css", "page.css")
VERSION = re.compile(r"(_static/(frame\.(?:css|js)|labs\.js))(?:\?v=\w*)?\"")


def write(out, context):
    """Bundle for a built book; context: of the template of a page, empty if none was written."""
    static = out / "_static"
    pages = {path: path.read_text(encoding="utf-8") for path in built(out)}
    if context:
        js = script(static, (*named(context["script_files"]), *SCRIPTS))
        css = style(static, (*SHEETS, *named(context["css_files"])), words(pages.values(), js))
        labs = living.script()
        link(pages, {static / "frame.css": css, static / "frame.js": js, static / LABS: labs})
    clear(static, used(pages.values(), (static / "frame.css").read_text(encoding="utf-8")))


def link(pages, bundles):
    """Write the bundles, and their digests into the pages: a browser keeps no old one."""
    for path, text in bundles.items():
        path.write_text(text, encoding="utf-8")
    digests = {path.name: hashlib.sha256(t.encode()).hexdigest()[:8] for path, t in bundles.items()}
    for path, text in pages.items():
        text = VERSION.sub(lambda match: f'{match[1]}?v={digests[match[2]]}"', text)
        path.write_text(text, encoding="utf-8")


def built(out):
    """The pages, not the fragments among the static files."""
    return [p for p in sorted(out.rglob("*.html")) if "_static" not in p.relative_to(out).parts]


def named(files):
    """The files of a list of Sphinx that lie below _static, from there."""
    paths = [str(file.filename or "").partition("_static/")[2] for file in files]
    return [path for path in paths if path]


def script(static, paths):
    parts = [(static / path).read_text(encoding="utf-8") for path in paths]
    parts = [re.sub(r"^//# sourceMappingURL=.*$", "", part, flags=re.M).strip() for part in parts]
    return ";\n".join(parts) + "\n"


def style(static, paths, known):
    sheets = {path: sheet(static, path) for path in paths}
    whole = [css if path in OWN else purge(css, known) for path, css in sheets.items()]
    return icons.subset("\n".join([*whole, palette()]), static)


def palette():
    """The colours of drawings on a dark page; on a light one each drawing has its own."""
    colours = "".join(f"--lesson-{name}:{colour};" for name, colour in DARK.items())
    return f'html[data-theme="dark"]{{{colours}}}'


def words(texts, js):
    """Classes and ids in the pages, and every word a script may make a class of."""
    found = set(re.findall(r"[A-Za-z_][\w-]*", js))
    for text in texts:
        for value in set(re.findall(r'\b(?:class|id)="([^"]*)"', text)):
            found.update(value.split())
        for inline in re.findall(r"<script\b[^>]*>(.*?)</script>", text, flags=re.S):
            found.update(re.findall(r"[A-Za-z_][\w-]*", inline))
    return found


def used(texts, css):
    """Paths below _static that a page or the style sheet names."""
    paths = {path for text in texts for path in re.findall(r"_static/([\w./-]+)", text)}
    return paths | set(re.findall(r"url\(\"([^\":]+)\"\)", css))


def clear(static, used):
    """What went into the bundles, or serves what no page has, is not shipped."""
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path.relative_to(static).as_posix() not in used:
            path.unlink()
