"""One style in every stored figure: `faults(cell)` lists, in words, where one leaves it.

Colours come from `plots.PALETTE`, its tints towards white, and greys; text is 11 points or more;
no figure is wider than the column. `contrast` is the ratio of WCAG 2.
"""

import ast
import re
import xml.etree.ElementTree as ET

import numpy as np
from matplotlib.colors import is_color_like, to_rgb

from lessons_kit.plots import PALETTE

TEXT, WIDTH = 11, 5.2 * 72  # points
NEAR = 2.5 / 255  # a colour is stored in steps of 1 / 255
COLOUR_WORDS = re.compile(r"^(?:c|fc|ec|mec|mfc|color|colors|ecolor|\w+color)$")
# a format string of plot with a colour letter in it, such as "r--" or "C0o"; black and white pass
_MARKS = r"[-.:,ov^<>12348spP*hH+xXDd|_]*"
FORMAT = re.compile(rf"^{_MARKS}(?:[rgbcmy]|C\d){_MARKS}$")
PLOTTING = {"plot", "semilogy", "semilogx", "loglog", "step", "errorbar", "fill"}
CYCLE = re.compile(r"^(?:C\d|tab:\w+|xkcd:.+)$")
MAPS = {"cividis"}  # for a landscape of losses, where colour has no sign


def luminance(colour):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """From 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def is_neutral(colour):
    return bool(np.ptp(to_rgb(colour)) <= NEAR)


def is_tint(colour):
    """Whether the colour lies between white and one of the palette."""
    paint = 1 - np.array(to_rgb(colour))
    for own in PALETTE.values():
        full = 1 - np.array(to_rgb(own))
        share = np.clip(paint @ full / (full @ full), 0, 1)
        if np.abs(paint - share * full).max() <= NEAR:
            return True
    return False


def faults(cell):
    """Sentences about one code cell, its source and its stored figures."""
    yield from source_faults(cell.source)
    for out in cell.outputs:
        svg = out.get("data", {}).get("image/svg+xml")
        if svg:
            yield from svg_faults(svg)


def svg_faults(svg):
    own = {colour.lower() for colour in PALETTE.values()}
    for kind, colour in sorted(set(re.findall(r"\b(fill|stroke): (#[0-9a-fA-F]{6})", svg))):
        tint = kind == "fill" and is_tint(colour)
        if not (colour.lower() in own or is_neutral(colour) or tint):
            yield f"{kind} {colour} is not of plots.PALETTE"
    root = ET.fromstring(svg)
    width = float(root.get("width").removesuffix("pt"))
    if width > WIDTH + 0.1:
        yield f"a figure {width / 72:.1f} inches wide; the column has room for {WIDTH / 72}"
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        # symbols have smaller subscripts: the largest size of the line counts
        sizes = re.findall(r"font(?:-size)?: [^;\"]*?([\d.]+)px", ET.tostring(text, "unicode"))
        if sizes and max(map(float, sizes)) < TEXT:
            yield f"{''.join(text.itertext()).strip()!r} has {max(sizes)} points, at least {TEXT}"


def source_faults(source):
    """Colours that are typed instead of taken from the palette."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = node.value
            hexes = re.fullmatch(r"#[0-9a-fA-F]{6}", word)
            if CYCLE.match(word) or (hexes and not is_neutral(word)):
                yield f"the colour {word!r} is typed; take it from plots.PALETTE"
        if isinstance(node, ast.Call):
            yield from _call_faults(node)


def _call_faults(call):
    for key in call.keywords:
        word = getattr(key.value, "value", None)
        if not isinstance(word, str):
            continue
        if COLOUR_WORDS.match(key.arg or "") and is_color_like(word) and not is_neutral(word):
            yield f"{key.arg}={word!r} is typed; take it from plots.PALETTE"
        if key.arg == "cmap" and word not in MAPS:
            yield f"cmap={word!r}: use plots.heatmap"
    if getattr(call.func, "attr", "") in PLOTTING:
        for arg in call.args:
            if isinstance(arg, ast.Constant) and FORMAT.match(str(arg.value)):
                yield f"the format {arg.value!r} holds a colour; use color=plots.PALETTE[…]"
