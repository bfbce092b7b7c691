"""The drawing with its numbers in it, ready to be moved to other numbers by a script.

It looks like the one of ``render_svg``.  Every element that shows a value is a group of its own:

    data-form    flow, dial, label, box or control
    data-part    the part of the cell it belongs to
    data-value   the name of the value that it shows
    data-points  of a flow: its corners, from which width and arrowhead follow
    data-at      of a dial: centre and radius of the sector
    data-signed  of a label: whether the number is printed with its sign
    data-words   of a label: the words before the number, for a translation
"""

from html import escape

from lessons_kit.diagrams import render_svg, scene
from lessons_kit.diagrams.description import Box, Control, Dial, Flow, Label


def render(description, values, alt):
    """One <svg> element (str).  Raises ValueError where a value of the drawing is missing."""
    missing = description.drawn - set(values)
    if missing:
        raise ValueError(
            f"a live drawing of {description.title} needs all its values; "
            f"missing: {', '.join(sorted(missing))}"
        )
    groups = [_group(element, description, values) for element in description.elements]
    return render_svg.framed(description, "\n".join(groups), alt)


def _group(element, description, values):
    drawn = render_svg.drawn(scene.shapes_of(element, description, values=values))
    data = {"part": element.part, **_data(element, description)}
    given = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f"<g{given}>{drawn}</g>"


def _data(element, description):
    """What a script has to know of one element."""
    if isinstance(element, Control | Box):
        return {"form": type(element).__name__.lower()}
    value = getattr(element, "value", None)
    if isinstance(element, Flow) and value:
        corners = render_svg.points(element.points)
        return {"form": "flow", "value": value, "points": corners, "arrow": str(int(element.arrow))}
    if isinstance(element, Dial):
        at = f"{element.x:g} {element.y:g} {element.radius - 4:g}"
        return {"form": "dial", "value": value, "at": at}
    if isinstance(element, Label):
        signed = {"signed": str(int(value not in description.gates))} if value else {}
        words = {"words": element.text} if element.text and "$" not in element.text else {}
        return {"form": "label", **({"value": value} if value else {}), **signed, **words}
    return {}
