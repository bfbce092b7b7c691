"""The unrolled loop as a drawing."""

from lessons_lib.plots.style import INK, PALETTE

WIDTH, GAP = 0.62, 1.5  # size of a box and distance between two, in units of the drawing


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
    ax.set(xlim=(-0.6, GAP * len(words) + 0.6), ylim=(-1.95, 1.05 if backward else 0.55))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def _box(ax, x, y, label):
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": PALETTE["rnn"]}
    ax.text(x, y, label, ha="center", va="center", color=INK, bbox=box, zorder=3)


def _arrow(ax, start, end, colour, linestyle="-", bend=0.0):
    arrow = {"arrowstyle": "-|>", "color": colour, "linestyle": linestyle, "shrinkA": 0,
             "shrinkB": 0, "connectionstyle": f"arc3,rad={bend}"}  # fmt: skip
    ax.annotate("", end, start, arrowprops=arrow, zorder=2)
