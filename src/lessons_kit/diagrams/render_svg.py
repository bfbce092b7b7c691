"""Shapes → one inline SVG that takes its ink from the page and its colours from CSS variables."""

import math
import re
from functools import singledispatch
from html import escape

from lessons_kit.diagrams import scene
from lessons_kit.plots import PALETTE

_SYMBOL = re.compile(r"\$([^$]*)\$")
_SUBSCRIPT = re.compile(r"([^_]+)(?:_(?:\{([^}]*)\}|(.)))?")


def colour(role):
    """CSS colour of a role: the page's text colour, or a variable with the palette's value."""
    if role == "ink":
        return "currentColor"
    return f"var(--lesson-{role}, {PALETTE[role]})"


def _n(value):
    """A coordinate with at most two decimals: short, and the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0", value > -0.005)


def _xy(points):
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _runs(text):
    """Cut text into (plain, symbol, subscript): ``old × $z_t$`` has ("old × ", "z", "t")."""
    for place, piece in enumerate(_SYMBOL.split(text)):
        if place % 2 == 0:
            yield piece, "", ""
        else:
            symbol, braced, single = _SUBSCRIPT.fullmatch(piece).groups()
            yield "", symbol, (braced or single or "").replace("-", "−")


def spoken(text):
    """The text without markup, for alternative texts: ``c_t``."""
    return re.sub(r"[${}]", "", text)


def html(text):
    """The text with its symbols as HTML."""
    return "".join(
        escape(plain)
        if not symbol
        else f"<i>{escape(symbol)}</i>" + f"<sub>{low}</sub>" * bool(low)
        for plain, symbol, low in _runs(text)
    )


def _tspans(text, size):
    """The text with its symbols as spans; dy is undone by the span after a subscript."""
    parts, lowered = [], 0.0
    for plain, symbol, low in _runs(text):
        words = plain or symbol
        if words:
            style = ' font-style="italic"' if symbol else ""
            rise = f' dy="{_n(-lowered)}"' if lowered else ""
            parts.append(
                f"<tspan{style}{rise}>{escape(words)}</tspan>" if style or rise else escape(words)
            )
            lowered = 0.0
        if low:
            lowered = 0.22 * size
            parts.append(
                f'<tspan dy="{_n(lowered)}" font-size="{_n(0.72 * size)}">{escape(low)}</tspan>'
            )
    return "".join(parts)


@singledispatch
def _svg(shape):
    raise TypeError(f"no SVG for {type(shape).__name__}")


@_svg.register
def _(shape: scene.Line):
    dash = ' stroke-dasharray="5 3.5"' if shape.dashed else ""
    return (
        f'<polyline points="{_xy(shape.points)}" fill="none" stroke-width="{_n(shape.width)}" '
        f'stroke-linejoin="round"{dash} style="stroke:{colour(shape.colour)}"/>'
    )


@_svg.register
def _(shape: scene.Triangle):
    return f'<polygon points="{_xy(shape.points)}" style="fill:{colour(shape.colour)}"/>'


@_svg.register
def _(shape: scene.Circle):
    paint = (
        f"fill:none;stroke:{colour(shape.colour)}"
        if shape.width
        else f"fill:{colour(shape.colour)}"
    )
    return (
        f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}" '
        f'stroke-width="{_n(shape.width)}" style="{paint}"/>'
    )


@_svg.register
def _(shape: scene.Sector):
    x, y, r = shape.x, shape.y, shape.radius
    fill = f'data-share="{shape.share:.4f}" style="fill:{colour(shape.colour)}"'
    if shape.share > 0.9999:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" {fill}/>'
    angle = 2 * math.pi * shape.share
    end = f"{_n(x + r * math.sin(angle))},{_n(y - r * math.cos(angle))}"
    large = int(shape.share > 0.5)
    return f'<path d="M{_n(x)},{_n(y)} V{_n(y - r)} A{_n(r)},{_n(r)} 0 {large} 1 {end} Z" {fill}/>'


@_svg.register
def _(shape: scene.Rounded):
    return (
        f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" '
        f'height="{_n(shape.height)}" rx="6" fill="none" stroke-width="1.6" '
        f'style="stroke:{colour(shape.colour)}"/>'
    )


@_svg.register
def _(shape: scene.Text):
    return (
        f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" '
        f'text-anchor="{shape.anchor}" style="fill:{colour(shape.colour)}">'
        f"{_tspans(shape.text, shape.size)}</text>"
    )


def drawn(shapes):
    """Each shape as SVG, in order  →  str."""
    return "".join(map(_svg, shapes))


def points(pairs):
    """Corners of a line as SVG writes them."""
    return _xy(pairs)


def _groups(shapes):
    """Neighbouring shapes of one part share a group, which carries the part's name and opacity."""
    lines, current = [], None
    for shape in shapes:
        if (shape.part, shape.opacity) != current:
            if current:
                lines.append("</g>")
            current = (shape.part, shape.opacity)
            lines.append(f'<g data-part="{shape.part}" opacity="{_n(shape.opacity)}">')
        lines.append(_svg(shape))
    return "\n".join([*lines, "</g>"])


def render(description, shapes, alt):
    """Shapes and the alternative text  →  one <svg> element (str), the same for the same input."""
    return framed(description, _groups(shapes), alt)


def framed(description, drawn, alt):
    """What is drawn (SVG, str) in the cell's outline  →  one <svg> element (str)."""
    (width, height), (left, top, right, bottom) = description.size, description.frame
    alt = escape(alt, quote=True)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="lesson-svg" width="100%" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{alt}" '
        'font-family="system-ui, sans-serif" '
        'style="display:block;max-width:32rem;height:auto;margin:auto">\n'
        f"<title>{alt}</title>\n"
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="12" '
        'fill="currentColor" fill-opacity="0.04" stroke="currentColor" stroke-opacity="0.25"/>\n'
        f"{drawn}\n</svg>"
    )
