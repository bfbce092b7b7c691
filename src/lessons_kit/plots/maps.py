"""Matrices of gates, states and attention weights as pictures."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from lessons_kit.plots.style import INK, PALETTE

SIGNED = LinearSegmentedColormap.from_list(
    "signed", [PALETTE["negative"], "#ffffff", PALETTE["positive"]]
)
SHARES = LinearSegmentedColormap.from_list("shares", ["#ffffff", PALETTE["gate"]])
LARGE = 400  # entries from which an SVG keeps one picture instead of a shape per entry


def heatmap(ax, matrix, rows, columns, numbers=False, limit=None):
    """matrix (R, C) with the names of its rows and columns; long column names are turned.

    Shares (all in 0 … 1) run from white to the gate's green.  Any other matrix runs from orange
    over white to blue, symmetric about 0 up to ``limit`` (default: its largest size).
    ``numbers`` prints the entries, so that nothing hangs on colour alone.
    Raises ValueError where the names do not fit the matrix.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (len(rows), len(columns)):
        raise ValueError(
            f"heatmap: a matrix of shape {matrix.shape} does not fit {len(rows)} row names "
            f"and {len(columns)} column names"
        )
    shares = limit is None and matrix.min() >= 0 and matrix.max() <= 1
    limit = 1.0 if shares else limit or np.abs(matrix).max() or 1.0
    ax.pcolormesh(
        matrix, cmap=SHARES if shares else SIGNED, vmin=0 if shares else -limit, vmax=limit,
        edgecolors="white", linewidth=0.8 if matrix.size < LARGE else 0,
        rasterized=matrix.size >= LARGE,
    )  # fmt: skip
    if numbers:
        _numbers(ax, matrix, limit, signed=not shares)
    return _name_axes(ax, rows, columns)


def verdicts(ax, passes, rows, columns, good=()):
    """passes (R, C) of bool: a filled box with a tick where a check lets a row pass.

    good: the rows that should pass, drawn in green; the others, drawn in orange, should not.
    """
    for (row, column), passed in np.ndenumerate(np.asarray(passes)):
        if passed:
            tint = PALETTE["gate" if rows[row] in good else "negative"]
            place = (column + 0.04, row + 0.1)
            ax.add_patch(Rectangle(place, 0.92, 0.8, facecolor=tint, linewidth=0))
            ax.text(column + 0.5, row + 0.5, "✓", color="white", ha="center", va="center")
    ax.set(xlim=(0, len(columns)), ylim=(0, len(rows)))
    return _name_axes(ax, rows, columns)


def regions(ax, image, said, grid=3, rows=4):
    """image (P, P, 3) with a grid of regions; below it what is said, a pair of words per row.

    said: the caption, a string; rows: how many rows to keep free for it.
    """
    ax.imshow(image, extent=(0, grid, grid, 0), interpolation="nearest")
    ax.set(xticks=range(grid + 1), yticks=range(grid + 1), xticklabels=[], yticklabels=[])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(True)
    words = said.split()
    pairs = [" ".join(words[i : i + 2]) for i in range(0, len(words), 2)]
    ax.set_xlabel("\n".join(pairs + [""] * (rows - len(pairs))))
    return ax


def errors(ax, sizes, rows, columns, right=1e-6):
    """sizes (R, C): relative errors from 0 to 1 in percent, or *right* where below ``right``."""
    for (row, column), size in np.ndenumerate(np.asarray(sizes, dtype=float)):
        wrong = size > right
        if wrong:
            shade = 0.3 + 0.6 * min(size, 1.0)
            place = (column + 0.04, row + 0.1)
            tint = {"facecolor": PALETTE["negative"], "alpha": shade, "linewidth": 0}
            ax.add_patch(Rectangle(place, 0.92, 0.8, **tint))
        text = f"{100 * size:.0f} %" if wrong else "right"
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=INK)
    ax.set(xlim=(0, len(columns)), ylim=(0, len(rows)))
    _name_axes(ax, rows, columns)
    ax.set_xticks(ax.get_xticks(), columns, rotation=0)
    return ax


def _numbers(ax, matrix, limit, signed):
    """Entries in ink, or in white on a strong colour."""
    for (row, column), value in np.ndenumerate(matrix):
        text = f"{value:+.1f}" if signed else f"{value:.2f}".removeprefix("0")
        ink = "white" if abs(value) > 0.85 * limit else INK
        ax.text(column + 0.5, row + 0.5, text.replace("-", "−"), ha="center",
                va="center_baseline", color=ink)  # fmt: skip


def _name_axes(ax, rows, columns):
    """First row on top, column names above the picture."""
    turned = max((len(str(name)) for name in columns), default=0) > 2
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=90 if turned else 0)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.xaxis.tick_top()
    ax.invert_yaxis()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax
