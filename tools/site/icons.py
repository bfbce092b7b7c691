"""Icon fonts cut down to the icons that a style sheet names, and put into the style sheet."""

import base64
import io
import logging
import re
import shutil

from fontTools import subset as cutter
from fontTools.ttLib import TTFont

FACE = re.compile(r"@font-face\s*\{[^}]*?fontawesome/webfonts/([\w-]+)\.[^}]*\}")
ESCAPE = re.compile(r"\\([0-9a-fA-F]{2,6})")


def subset(css, static):
    """The style sheet with each icon font as data, or without it where no icon needs it."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # else a page of notes per font
    used = {int(code, 16) for code in ESCAPE.findall(css)} | {ord(c) for c in css if c > "\x7f"}
    fonts = static / "vendor" / "fontawesome" / "webfonts"

    def face(match):
        data = cut(fonts / f"{match[1]}.ttf", used)
        if data is None:
            return ""
        source = f"url(data:font/woff;base64,{base64.b64encode(data).decode()})"
        return re.sub(r"src:[^;}]*", f'src:{source} format("woff")', match[0])

    css = FACE.sub(face, css)
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
    return css


def cut(path, used):
    """A font with these characters only; None if it has none of them."""
    if not path.is_file():
        return None
    font = TTFont(path, recalcTimestamp=False)
    shown = {code for code in used if code > 0x7F} & set(font.getBestCmap())
    if not shown:
        return None
    options = cutter.Options(
        layout_features=[], name_IDs=[], hinting=False, notdef_outline=False, glyph_names=False
    )
    job = cutter.Subsetter(options)
    job.populate(unicodes=shown)
    job.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
