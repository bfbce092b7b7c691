"""From a description, a highlight and values to plain shapes with colour, width and opacity.

Both renderers draw exactly these shapes, so neither can show what the other does not.
"""

from dataclasses import dataclass

from lessons_kit.diagrams.description import (
    BOX,
    SUM,
    Box,
    Control,
    Dial,
    Dot,
    Flow,
    Label,
    Sum,
)

FADED = 0.2  # opacity of what is not highlighted
THIN, PER_UNIT, FULL = 1.6, 3.6, 1.6  # line width = THIN + PER_UNIT · |value|, up to |value| = FULL
HEAD = 10  # length of an arrowhead, units


@dataclass(frozen=True)
class Line:
    part: str
    points: tuple
    colour: str
    width: float
    dashed: bool
    opacity: float


@dataclass(frozen=True)
class Triangle:
    part: str
    points: tuple
    colour: str
    opacity: float


@dataclass(frozen=True)
class Circle:
    """Outline, or filled where ``width`` is 0."""

    part: str
    x: float
    y: float
    radius: float
    colour: str
    width: float
    opacity: float


@dataclass(frozen=True)
class Sector:
    """Clockwise from twelve o'clock; ``share`` 1 is the whole disc."""

    part: str
    x: float
    y: float
    radius: float
    share: float
    colour: str
    opacity: float


@dataclass(frozen=True)
class Rounded:
    part: str
    x: float
    y: float
    width: float
    height: float
    colour: str
    opacity: float


@dataclass(frozen=True)
class Text:
    part: str
    x: float
    y: float
    text: str
    anchor: str
    size: float
    colour: str
    opacity: float


def number(value, signed=True):
    """Two decimals, with a sign (a true minus) unless it is a share or rounds to zero."""
    text = f"{value:+.2f}" if signed else f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0.00"


def shapes(description, highlight=None, values=None):
    """All shapes in drawing order.  Raises ValueError for what ``description`` cannot show."""
    lit, values = description.lit(highlight), description.checked(values)
    for element in description.elements:
        yield from shapes_of(element, description, 1.0 if element.part in lit else FADED, values)


def shapes_of(element, description, opacity=1.0, values=None):
    """The shapes of one element of ``description``, in drawing order."""
    return _DRAWN[type(element)](element, values or {}, opacity, description)


def _colour(value):
    return "ink" if value is None else "negative" if value < 0 else "positive"


def _arrow(part, points, colour, width, dashed, opacity):
    """The line up to the arrowhead's base, and the arrowhead with its tip on the last point."""
    (x0, y0), (x1, y1) = points[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    base, half = (x1 - HEAD * ux, y1 - HEAD * uy), max(4.5, width / 2 + 3.5)
    sides = [(base[0] + s * half * uy, base[1] - s * half * ux) for s in (1, -1)]
    yield Line(part, (*points[:-1], base), colour, width, dashed, opacity)
    yield Triangle(part, ((x1, y1), *sides), colour, opacity)


def _flow(flow, values, opacity, _):
    value = values.get(flow.value)
    width = THIN if value is None else THIN + PER_UNIT * min(abs(value), FULL)
    style = (_colour(value), width, False, opacity)
    if flow.arrow:
        yield from _arrow(flow.part, flow.points, *style)
    else:
        yield Line(flow.part, flow.points, *style)


def _control(control, values, opacity, _):
    yield from _arrow(control.part, control.points, "gate", 2.0, True, opacity)


def _dial(dial, values, opacity, _):
    part, x, y, value = dial.part, dial.x, dial.y, values.get(dial.value)
    yield Circle(part, x, y, dial.radius - 1, "gate", 2.0, opacity)
    if value is None:
        yield Text(part, x, y + 5, f"${dial.symbol or dial.value}$", "middle", 16, "ink", opacity)
    else:
        yield Sector(part, x, y, dial.radius - 4, min(max(value, 0.0), 1.0), "gate", opacity)


def _box(box, values, opacity, _):
    left, top = box.x - box.width / 2, box.y - BOX[1] / 2
    colour = "gate" if box.gate else "ink"
    yield Rounded(box.part, left + 1, top + 1, box.width - 2, BOX[1] - 2, colour, opacity)
    yield Text(box.part, box.x, box.y + 4.5, box.text, "middle", 13, "ink", opacity)


def _sum(node, values, opacity, _):
    yield Circle(node.part, node.x, node.y, SUM - 0.8, "ink", 1.6, opacity)
    for dx, dy in ((5.5, 0), (0, 5.5)):
        ends = ((node.x - dx, node.y - dy), (node.x + dx, node.y + dy))
        yield Line(node.part, ends, "ink", 1.8, False, opacity)


def _dot(dot, values, opacity, _):
    yield Circle(dot.part, dot.x, dot.y, 3.4, "ink", 0, opacity)


def _label(label, values, opacity, description):
    value, words = values.get(label.value), [label.text] if label.text else []
    if value is not None:
        words.append(number(value, signed=label.value not in description.gates))
    if words:
        text = " ".join(words)
        yield Text(label.part, label.x, label.y, text, label.anchor, label.size, "ink", opacity)


_DRAWN = {
    Flow: _flow,
    Control: _control,
    Dial: _dial,
    Box: _box,
    Sum: _sum,
    Dot: _dot,
    Label: _label,
}
