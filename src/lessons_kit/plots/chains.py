"""The unrolled loop as a drawing."""

from types import MappingProxyType

from lessons_kit.plots.style import INK, PALETTE

WIDTH, GAP = 0.62, 1.5  # size of a box and distance between two, in units of the drawing
# The four ways of the pair (c, h): steps and rows from → to (row 1 is c), and where the name stands
_WAYS = MappingProxyType(
    {
        "F": ((0, 1), (1, 1), (0.5, 1.1)),
        "D": ((0, 1), (0, 0), (-0.09, 0.45)),
        "B": ((0, 0), (1, 1), (0.4, 0.56)),
        "E": ((0, 0), (1, 0), (0.5, -0.17)),
    }
)


def unrolled(ax, words, weights=("$W_{xh}$", "$W_{hh}$"), backward=False):
    """The loop drawn once per word: states in a row, inputs below, the same weights on each arrow.

    words: T strings; weights: labels of the arrows from the input and from the state before.
    backward=True adds the dashed way back of the gradient, from the last state to the first.
    """
    for t in range(len(words) + 1):
        _box(ax, GAP * t, 0, f"$h_{t}$")
    for t, word in enumerate(words, start=1):
        _arrow(ax, (GAP * (t - 1) + WIDTH / 2, 0), (GAP * t - WIDTH / 2, 0), PALETTE["rnn"])
        ax.text(GAP * (t - 0.5), 0.14, weights[1], ha="center", va="bottom", color=INK)
        _arrow(ax, (GAP * t, -1.35), (GAP * t, -WIDTH / 2), PALETTE["rnn"])
        ax.text(GAP * t - 0.08, -0.8, weights[0], ha="right", va="center", color=INK)
        ax.text(GAP * t, -1.45, word, ha="center", va="top", color=INK, style="italic")
        if backward:
            start, end = (GAP * t - 0.1, 0.42), (GAP * (t - 1) + 0.1, 0.42)
            _arrow(ax, start, end, PALETTE["negative"], linestyle="--", bend=0.45)
    return _bare(ax, (-0.6, GAP * len(words) + 0.6), (-1.95, 1.05 if backward else 0.55))


def two_readers(ax, steps, lit):
    """States in a row, each read by its own part of the loss and by the next state.

    lit: the state whose two readers are drawn strong (1 … steps - 1); dashed is the way back.
    """
    for t in range(1, steps + 1):
        strong = PALETTE["positive"] if t == lit else PALETTE["rnn"]
        _box(ax, GAP * t, 0, f"$h_{t}$")
        ax.text(GAP * t, 1.15, rf"$\ell_{t}$", ha="center", va="bottom", color=INK, fontsize=13)
        _arrow(ax, (GAP * t, WIDTH / 2), (GAP * t, 1.1), strong)
        _arrow(ax, (GAP * t + WIDTH / 2, 0), (GAP * (t + 1) - WIDTH / 2, 0), strong)
        back = (GAP * (t + 1) - 0.15, -0.4), (GAP * t + 0.15, -0.4)
        _arrow(ax, *back, PALETTE["negative"], linestyle="--", bend=-0.4)
        ax.text(GAP * (t + 0.5), -0.8, f"$dh_{t + 1}$", ha="center", va="top", color=INK)
    ax.text(GAP * (steps + 1), 0, "…", ha="center", va="center", color=INK, fontsize=13)
    return _bare(ax, (GAP - 0.6, GAP * (steps + 1) + 0.3), (-1.25, 1.6))


def chunked(ax, steps, k):
    """The unrolled loop in chunks of k steps: the state passes each border, the gradient stops."""
    for t in range(steps + 1):
        _box(ax, GAP * t, 0, f"$h_{t}$")
        if t == 0:
            continue
        _arrow(ax, (GAP * (t - 1) + WIDTH / 2, 0), (GAP * t - WIDTH / 2, 0), PALETTE["rnn"])
        border = t % k == 1 % k and t > 1
        if border:
            ax.plot([GAP * (t - 0.5)] * 2, [-0.6, 1.05], ":", color=INK, linewidth=1.5)
        else:
            back = (GAP * t - 0.1, 0.42), (GAP * (t - 1) + 0.1, 0.42)
            _arrow(ax, *back, PALETTE["negative"], linestyle="--", bend=0.45)
    return _bare(ax, (-0.6, GAP * steps + 0.6), (-0.65, 1.1))


def shape(ax, title, reads, writes, given=False):
    """One shape of sequences: states h in a row, inputs x below, answers y above.

    reads, writes: the steps (1 … T) that have an input, an answer; given=True: h_0 is the input.
    A step that writes and reads nothing gets the answer before it, dashed; the first gets $.
    """
    first = 0 if given else 1
    for t in range(first, max(writes) + 1):
        at = GAP * t
        _box(ax, at, 0, f"$h_{t}$", PALETTE["positive" if t == 0 else "rnn"])
        if t > first:
            _arrow(ax, (at - GAP + WIDTH / 2, 0), (at - WIDTH / 2, 0), PALETTE["rnn"])
        if t in reads or t == min(writes):
            name = f"$x_{t}$" if t in reads else r"\$"
            _arrow(ax, (at, -1.2), (at, -WIDTH / 2 - 0.1), PALETTE["positive"])
            ax.text(at, -1.3, name, ha="center", va="top", color=INK, fontsize=12)
        elif t in writes:
            start, end = (at - GAP + 0.35, 1.35), (at - 0.2, WIDTH / 2 + 0.1)
            _arrow(ax, start, end, PALETTE["negative"], linestyle="--")
        if t in writes:
            _arrow(ax, (at, WIDTH / 2 + 0.1), (at, 1.2), PALETTE["negative"])
            name = f"$y_{t - min(writes) + 1}$"
            ax.text(at, 1.3, name, ha="center", va="bottom", color=INK, fontsize=12)
    ax.set_title(title)
    return _bare(ax, (-0.6, GAP * 5 + 0.6), (-2, 2))


def pair_chain(ax, steps, lit=()):
    """The pair (c, h) of an LSTM over ``steps`` steps: who reads whom, one matrix per arrow.

    F: c to the next c, D: c to its own h, B: h to the next c, E: h to the next h; each is named
    by the step that it arrives at.  lit: names of arrows drawn strong, such as {"D_0", "E_1"}.
    Raises ValueError for a name that no arrow has.
    """
    arrows = {}
    for name, (start, end, place) in _WAYS.items():
        for t in range(steps + (name == "D")):
            ends = [(2 * (t + step), GAP * row) for step, row in (start, end, place)]
            arrows[f"{name}_{t if name == 'D' else t + 1}"] = ends
    if set(lit) - set(arrows):
        raise ValueError(f"pair_chain: no arrow {sorted(set(lit) - set(arrows))}")
    for name, (start, end, place) in arrows.items():
        colour = PALETTE["negative" if name in lit else "rnn"]
        look = {"arrowstyle": "-|>", "color": colour, "shrinkA": 14, "shrinkB": 14}
        look["linewidth"] = 3 if name in lit else 1.4
        ax.annotate("", end, start, arrowprops=look)
        ax.text(*place, f"${name}$", color=colour, ha="center", va="center")
    for t in range(steps + 1):
        ax.text(2 * t, GAP, f"$c_{t}$", ha="center", va="center", color=INK, fontsize=14)
        ax.text(2 * t, 0, f"$h_{t}$", ha="center", va="center", color=INK, fontsize=14)
    ax.set(xlim=(-0.5, 2 * steps + 0.5), ylim=(-0.45, GAP + 0.4))
    ax.axis("off")
    return ax


def _box(ax, x, y, label, edge=PALETTE["rnn"]):
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": edge}
    ax.text(x, y, label, ha="center", va="center", color=INK, bbox=box, zorder=3)


def _arrow(ax, start, end, colour, linestyle="-", bend=0.0):
    arrow = {"arrowstyle": "-|>", "color": colour, "linestyle": linestyle, "shrinkA": 0,
             "shrinkB": 0, "connectionstyle": f"arc3,rad={bend}"}  # fmt: skip
    ax.annotate("", end, start, arrowprops=arrow, zorder=2)


def _bare(ax, xlim, ylim):
    ax.set(xlim=xlim, ylim=ylim)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax
