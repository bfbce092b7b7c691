"""Icon fonts cut down to the icons that a style sheet names, and put into the style sheet."""

import base64
import io
import logging
import re

from fontTools import subset as cutter

FACE = re.compile(r"@font-face\s*\{[^}]*?fontawesome/webfonts/([\w-]+)\.[^}]*\}")
ESCAPE = re.compile(r"\\([0-9a-fA-F]{2,6})")


def subset(css, static):
    """The style sheet with each icon font as data, or without it where no icon needs it."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # else a page of notes per font
    shown = {int(code, 16) for code in ESCAPE.findall(css)} | set(map(ord, css))
    shown = {code for code in shown if code > 0x7F}

    def face(match):
        data = cut(static / "vendor" / "fontawesome" / "webfonts" / f"{match[1]}.ttf", shown)
        source = f"url(data:font/woff;base64,{base64.b64encode(data).decode()})"
        return re.sub(r"src:[^;}]*", f'src:{source} format("woff")', match[0]) if data else ""

    return FACE.sub(face, css)


def cut(path, shown):
    """A font with these characters only; empty if it has none of them."""
    options = cutter.Options(
        layout_features=[], name_IDs=[], hinting=False, notdef_outline=False, glyph_names=False
    )
    options.flavor = "woff"
    font = cutter.load_font(path, options)
    if not shown & set(font.getBestCmap()):
        return b""
    job = cutter.Subsetter(options)
    job.populate(unicodes=shown)
    job.subset(font)
    out = io.BytesIO()
    cutter.save_font(font, out, options)
    return out.getvalue()
