"""What a drawing of a cell is made of, before any renderer sees it.

Coordinates are units of the picture, x to the right and y down.  Text between dollar signs is
a symbol with an optional subscript, ``$c_{t-1}$``.  Every element belongs to a named part; a
step of the cell is a named set of parts.
"""

from dataclasses import dataclass
from math import isfinite
from numbers import Real

Point = tuple[float, float]
DIAL = 17  # radius of a gate's dial, units
SUM = 12  # radius of a sum's circle, units
BOX = (44, 26)  # width and height of the box of a function, units
ROUNDING = 1e-6  # a share may miss 0 … 1 by this much


@dataclass(frozen=True)
class Flow:
    """Data: a solid line.  ``value`` names the number that sets its width and colour."""

    part: str
    points: tuple[Point, ...]
    value: str | None = None
    arrow: bool = False


@dataclass(frozen=True)
class Control:
    """What opens or closes a gate: a dashed line with an arrowhead."""

    part: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Dial:
    """A gate on a flow: the sector shows how far it is open, ``value`` from 0 to 1.

    Without a value the dial shows its ``symbol`` (default: the name of the value).
    """

    part: str
    x: float
    y: float
    value: str
    radius: float = DIAL
    symbol: str | None = None


@dataclass(frozen=True)
class Box:
    """A function (tanh, σ) or a product with a matrix."""

    part: str
    x: float
    y: float
    text: str
    width: float = BOX[0]
    gate: bool = False


@dataclass(frozen=True)
class Sum:
    """A sum of the flows that enter the circle."""

    part: str
    x: float
    y: float


@dataclass(frozen=True)
class Dot:
    """Two lines that are joined (lines that only cross have none)."""

    part: str
    x: float
    y: float


@dataclass(frozen=True)
class Label:
    """Words, a number of the running cell, or both."""

    part: str
    x: float
    y: float
    text: str = ""
    value: str | None = None
    anchor: str = "middle"
    size: float = 13


Element = Flow | Control | Dial | Box | Sum | Dot | Label


@dataclass(frozen=True)
class Step:
    """One step of the cell: its equations and the parts that do it."""

    name: str
    equations: tuple[str, ...]
    parts: frozenset[str]


@dataclass(frozen=True)
class Description:
    """The whole drawing of one cell.

    size: width and height.  frame: left, top, right, bottom of the cell's outline.
    gates: the values that are shares from 0 to 1 (printed without a sign).
    words: pairs of a value and what the alternative text calls it.
    route: one sentence on what runs where, for those who cannot see the drawing.
    """

    title: str
    size: tuple[float, float]
    frame: tuple[float, float, float, float]
    elements: tuple[Element, ...]
    steps: tuple[Step, ...]
    gates: frozenset[str]
    words: tuple[tuple[str, str], ...]
    route: str = ""

    @property
    def parts(self):
        """Names of the parts, in drawing order, each once."""
        return tuple(dict.fromkeys(element.part for element in self.elements))

    @property
    def drawn(self):
        """Names of the values that the drawing itself shows (set)."""
        return {getattr(element, "value", None) for element in self.elements} - {None}

    @property
    def shown(self):
        """Names of the values that the drawing or its alternative text tells, sorted."""
        return tuple(sorted(self.drawn | set(dict(self.words))))

    def checked(self, values):
        """``values`` as a dict (empty for None); names that the drawing does not use may be in it.

        Raises ValueError where none of the names is known, where a value is no finite number,
        and where a gate is not a share from 0 to 1.
        """
        values = dict(values or {})
        if values and not set(values) & set(self.shown):
            raise ValueError(
                f"{self.title} shows none of the values {', '.join(map(repr, values))}; "
                f"it shows {', '.join(self.shown)}"
            )
        for name in set(values) & set(self.shown):
            self._check(name, values[name])
        return values

    def _check(self, name, value):
        if not (isinstance(value, Real) and isfinite(value)):
            raise ValueError(f"{self.title}: {name} must be one finite number, got {value!r}")
        if name in self.gates and not -ROUNDING <= value <= 1 + ROUNDING:
            raise ValueError(f"{self.title}: the gate {name} must be from 0 to 1, got {value}")

    def lit(self, highlight):
        """Part names that stay bright under ``highlight``: a step's name, part names, or None.

        Raises ValueError for an unknown step or part, and lists the known ones.
        """
        if highlight is None:
            return frozenset(self.parts)
        steps = {step.name: step.parts for step in self.steps}
        if isinstance(highlight, str):
            if highlight not in steps:
                raise ValueError(
                    f"{self.title} has no step {highlight!r}; its steps are {', '.join(steps)} "
                    "(give part names as a set)"
                )
            return steps[highlight]
        unknown = sorted(set(highlight) - set(self.parts))
        if unknown:
            raise ValueError(
                f"{self.title} has no part {', '.join(map(repr, unknown))}; "
                f"its parts are {', '.join(self.parts)}"
            )
        return frozenset(highlight)
