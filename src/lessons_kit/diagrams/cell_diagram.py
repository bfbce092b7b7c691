"""The object lessons use: one description, drawn as SVG."""

from dataclasses import dataclass

from lessons_kit.diagrams import render_live, render_svg
from lessons_kit.diagrams.description import Description
from lessons_kit.diagrams.scene import number, shapes


@dataclass(frozen=True)
class Picture:
    """A finished drawing: shows its HTML in a notebook or a page, its words elsewhere."""

    html: str
    alt: str

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return self.alt


@dataclass(frozen=True, repr=False)
class CellDiagram:
    """Drawing of a cell whose parts can be highlighted and shown with the values of a unit.

    Solid lines carry data and dashed lines control; a dial shows how far a gate is open.  With
    values, a line's width is the size of its number and its colour the sign, which is printed too.

    ``highlight`` is the name of a step or a set of part names; all else is faded.
    ``values`` comes from ``values_from``.  An unknown name raises ValueError, and so does a value
    that is no finite number, or a gate outside 0 … 1.
    """

    description: Description

    @property
    def parts(self):
        """Names of the parts."""
        return self.description.parts

    @property
    def steps(self):
        """Names of the steps, in the order of the computation."""
        return tuple(step.name for step in self.description.steps)

    def svg(self, highlight=None, values=None):
        """The drawing as one inline ``<svg>`` element (str)."""
        drawn = shapes(self.description, highlight, values)
        return render_svg.render(self.description, drawn, self.alt_text(values, highlight))

    def live(self, values, alt=None):
        """The drawing as one ``<svg>`` whose elements say which value they show (str).

        A script can then move it to other values without knowing the cell: ``render_live``.
        """
        return render_live.render(self.description, values, alt or self.alt_text(values))

    def picture(self, highlight=None, values=None):
        """The drawing for the end of a notebook cell."""
        return Picture(self.svg(highlight, values), self.alt_text(values, highlight))

    def panel(self, values=None):
        """Every step with its equations: side by side on a desk, one below the other on a phone."""
        cells = []
        for place, step in enumerate(self.description.steps, start=1):
            equations = "<br>".join(map(render_svg.html, step.equations))
            title = f"<strong>{place} · {step.name}</strong><br>{equations}"
            cells.append((title, self.svg(step.name, values)))
        html = _grid(cells)
        return Picture(html, f"{self.alt_text(values)} Steps: {', '.join(self.steps)}.")

    def alt_text(self, values=None, highlight=None):
        """One to three sentences: what is drawn, the numbers, what is highlighted."""
        description, lit = self.description, self.description.lit(highlight)
        values = description.checked(values)
        named = "the step " + highlight if isinstance(highlight, str) else ", ".join(sorted(lit))
        told = [
            f"{words} {number(values[key], signed=key not in description.gates)}"
            for key, words in description.words
            if key in values
        ]
        sentences = [f"Diagram of {description.title}."]
        if description.route and not told:
            sentences.append(description.route)
        if told:
            sentences.append(f"One unit: {'; '.join(told)}.")
        if highlight is not None:
            sentences.append(f"Highlighted: {named}.")
        return " ".join(sentences)

    def _repr_html_(self):
        return self.svg()

    def __repr__(self):
        return f"CellDiagram({self.description.title}; steps: {', '.join(self.steps)})"


def side_by_side(titles, drawings, values):
    """Several drawings for the end of a notebook cell, one below the other on a phone.

    titles, drawings, values: as many strings (symbols between dollars), ``CellDiagram`` and dicts
    of ``values_from``.  Raises ValueError where their numbers differ.
    """
    if not len(titles) == len(drawings) == len(values):
        raise ValueError(
            f"side_by_side: {len(titles)} titles, {len(drawings)} drawings and "
            f"{len(values)} sets of values do not pair up"
        )
    cells, told = [], []
    for title, drawing, numbers in zip(titles, drawings, values, strict=True):
        cells.append((f"<strong>{render_svg.html(title)}</strong>", drawing.svg(values=numbers)))
        told.append(f"{render_svg.spoken(title)}: {drawing.alt_text(numbers)}")
    return Picture(_grid(cells), " ".join(told))


def _grid(cells):
    """(title as HTML, svg) pairs  →  a grid whose columns fit the page."""
    drawn = [
        '<div style="min-width:0"><p style="margin:0 0 .3rem;text-align:center">'
        f"{title}</p>{svg}</div>"
        for title, svg in cells
    ]
    style = (
        "display:grid;gap:1.5rem 1rem;align-items:end;"
        "grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))"
    )
    return f'<div class="lesson-panel" style="{style}">\n' + "\n".join(drawn) + "\n</div>"
