"""Names at the ends of lines instead of a legend."""

import numpy as np

from lessons_kit.plots.style import QUIET

LINE_HEIGHT = 1.25  # of the font size
CLOSE = 0.04  # of the axes' height: ends nearer than this look equal


def spread_out(wanted, gap, low=-np.inf, high=np.inf):
    """The places nearest to ``wanted`` (least squares) that keep ``gap`` between neighbours.

    wanted (K,), in any order  →  places (K,) in the same order, inside low … high.
    The pool-adjacent-violators algorithm (Ayer et al., 1955) on wanted - rank · gap.
    """
    order, steps = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    pools = []  # mean and size of each pool
    for target in np.asarray(wanted, dtype=float)[order] - steps:
        mean, size = target, 1
        while pools and pools[-1][0] > mean:
            below, count = pools.pop()
            mean, size = (mean * size + below * count) / (size + count), size + count
        pools.append((mean, size))
    level = np.repeat([mean for mean, _ in pools], [size for _, size in pools])
    room = max(low, high - steps[-1])
    places = np.empty(len(wanted))
    places[order] = np.clip(level, low, room) + steps
    return places


def label_ends(ax, last, ends, names, colours):
    """Write each name to the right of the axes, near its line's end.

    last: x of the ends; ends (K,): their heights, both in data units.
    """
    ends, size, (low, high) = np.asarray(ends, dtype=float), 11, ax.get_ylim()
    if ax.get_yscale() == "log":
        heights, low, high = np.log(ends), np.log(low), np.log(high)
    else:
        heights = ends
    points = ax.get_window_extent().height / ax.get_figure().dpi * 72
    # ends that look equal keep the given order from top to bottom, so the leaders do not cross
    wanted = np.round((heights - low) / (high - low) / CLOSE) * CLOSE
    wanted -= 1e-6 * np.arange(len(ends))
    places = spread_out(wanted, LINE_HEIGHT * size / points, low=0.0, high=1.0)
    for end, place, name, colour in zip(ends, places, names, colours, strict=True):
        leader = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.7, "relpos": (0, 0.5)}
        ax.annotate(
            name, xy=(last, end), xycoords="data", xytext=(1.045, place),
            textcoords="axes fraction", va="center", ha="left", color=colour, fontsize=size,
            annotation_clip=False, arrowprops={**leader, "shrinkA": 2, "shrinkB": 4},
        )  # fmt: skip
    return ax
