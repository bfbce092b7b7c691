"""Drawings of writers: two loops that meet in one state, and the tree of a beam search."""

from lessons_kit.plots.style import PALETTE

BEAM_PLACES = {"": 0, "a": 2.6, "b": -1.4, ".": -4, "aa": 3.6, "ab": 2.6, "a.": 1.6,
               "ba": -0.4, "bb": -1.4, "b.": -2.4}  # fmt: skip


def two_loops(ax, source, target):
    """An encoder that reads ``source`` (str) and a decoder that writes ``target`` (str)."""
    purple, n = PALETTE["lstm"], len(source)
    box = {"boxstyle": "square,pad=0.35", "facecolor": "white"}
    read, last = f"{source}^{target[:-1]}", len(source) + len(target) - 1
    for t, letter in enumerate(read):
        name = f"$h_{t + 1}$" if t < n else f"$s_{t - n + 1}$"
        ax.text(t, 0, name, ha="center", va="center", bbox=box)
        ax.text(t, -1.4, letter, ha="center", va="center")
        _arrow(ax, (t, -1.1), (t, -0.45))
        if t < last:
            _arrow(ax, (t + 0.3, 0), (t + 0.7, 0), color=purple, lw=3 if t == n - 1 else 1)
        if t >= n:
            ax.text(t, 2.0, target[t - n], ha="center", va="center")
            _arrow(ax, (t, 0.45), (t, 1.7))
            ax.plot(t, 1.1, "o", color=purple)
    ax.plot([n - 1, n - 1, last], [0.45, 1.1, 1.1], "--", color=purple)
    ax.text((n - 1) / 2, -2.3, "encoder", ha="center", va="center")
    ax.text((n + last) / 2, -2.3, "decoder", ha="center", va="center")
    ax.set(xlim=(-0.5, last + 0.5), ylim=(-2.6, 2.4))
    ax.axis("off")
    return ax


def _arrow(ax, start, end, **style):
    ax.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **style}
    )


def beam_tree(ax, chance, marked):
    """The beginnings of all strings of a, b and stop (.), two letters deep.

    chance: beginning, as in BEAM_PLACES → its probability; marked: label → the string that a
    search ends in.  The first is dashed, the second solid.
    """
    looks = dict(zip(marked, ((PALETTE["negative"], "--"), (PALETTE["gate"], "-")), strict=True))
    for text, height in BEAM_PLACES.items():
        if text:
            on = [looks[label] for label, end in marked.items() if end.startswith(text)]
            colour, dash = on[0] if on else ("#b0b0b0", "-")
            left = len(text) - 1 + 0.45 * (len(text) > 1)
            ends = [left, len(text) - 0.04], [BEAM_PLACES[text[:-1]], height]
            ax.plot(*ends, dash, color=colour, lw=3 if on else 1)
            name = "stop" if text[-1] == "." else text[-1]
            ax.text(len(text), height, f"{name} {chance[text]:.2f}", va="center")
    for label, (colour, dash) in looks.items():
        ax.plot([], [], dash, color=colour, lw=3, label=label)
    ax.text(-0.05, 0, "^", ha="right", va="center")
    ax.legend(loc="lower right")
    ax.set(xlim=(-0.2, 2.6), ylim=(-4.6, 4.2))
    ax.axis("off")
    return ax
