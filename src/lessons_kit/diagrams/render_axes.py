"""Shapes → matplotlib artists on given axes, with text and lines scaled to the axes."""

from functools import singledispatch

from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Wedge

from lessons_kit.diagrams import scene
from lessons_kit.plots import PALETTE

INK = "#1c1c1c"
_ANCHOR = {"start": "left", "middle": "center", "end": "right"}


def colour(role):
    """Colour of a role on white."""
    return INK if role == "ink" else PALETTE[role]


def points_per_unit(ax, description):
    """Prepare the axes (limits, aspect, no frame) and return the size of one unit in points."""
    width, height = description.size
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()
    figure = ax.get_figure()
    if figure.get_layout_engine() is not None:  # the layout decides the axes' size: let it
        figure.draw_without_rendering()
    ax.apply_aspect()
    return ax.get_window_extent().width / figure.dpi * 72 / width


@singledispatch
def _draw(shape, ax, unit):
    raise TypeError(f"no artist for {type(shape).__name__}")


@_draw.register
def _(shape: scene.Line, ax, unit):
    xs, ys = zip(*shape.points, strict=True)
    (line,) = ax.plot(
        xs, ys, color=colour(shape.colour), linewidth=shape.width * unit, alpha=shape.opacity,
        solid_capstyle="butt", solid_joinstyle="round", dash_capstyle="butt",
        scalex=False, scaley=False, clip_on=False,
    )  # fmt: skip
    if shape.dashed:
        line.set_dashes((5 / shape.width, 3.5 / shape.width))
    return line


@_draw.register
def _(shape: scene.Triangle, ax, unit):
    return ax.add_patch(
        Polygon(shape.points, facecolor=colour(shape.colour), edgecolor="none", alpha=shape.opacity)
    )


@_draw.register
def _(shape: scene.Circle, ax, unit):
    tint = colour(shape.colour)
    return ax.add_patch(
        Circle(
            (shape.x, shape.y), shape.radius, alpha=shape.opacity, linewidth=shape.width * unit,
            facecolor="none" if shape.width else tint, edgecolor=tint if shape.width else "none",
        )
    )  # fmt: skip


@_draw.register
def _(shape: scene.Sector, ax, unit):
    # y points down on these axes, so angles grow clockwise and twelve o'clock is -90°
    return ax.add_patch(
        Wedge(
            (shape.x, shape.y), shape.radius, -90, -90 + 360 * shape.share,
            facecolor=colour(shape.colour), edgecolor="none", alpha=shape.opacity,
        )
    )  # fmt: skip


@_draw.register
def _(shape: scene.Rounded, ax, unit):
    return ax.add_patch(
        FancyBboxPatch(
            (shape.x, shape.y), shape.width, shape.height, boxstyle="round,pad=0,rounding_size=6",
            facecolor="none", edgecolor=colour(shape.colour), linewidth=1.6 * unit,
            alpha=shape.opacity,
        )
    )  # fmt: skip


@_draw.register
def _(shape: scene.Text, ax, unit):
    return ax.text(
        shape.x, shape.y, shape.text, fontsize=shape.size * unit, color=colour(shape.colour),
        ha=_ANCHOR[shape.anchor], va="baseline", alpha=shape.opacity,
    )  # fmt: skip


def render(ax, description, shapes):
    """Draw on ``ax``; every artist's gid is the name of its part.  Returns ``ax``."""
    unit = points_per_unit(ax, description)
    left, top, right, bottom = description.frame
    ax.add_patch(
        FancyBboxPatch(
            (left, top), right - left, bottom - top, boxstyle="round,pad=0,rounding_size=12",
            facecolor="#f5f5f5", edgecolor="#c4c4c4", linewidth=unit,
        )
    )  # fmt: skip
    for shape in shapes:
        _draw(shape, ax, unit).set_gid(shape.part)
    return ax
