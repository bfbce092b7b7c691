"""One unit as a curve against the diagonal: where it rests, and where noise can take it."""

import numpy as np

from lessons_kit.plots.style import INK, PALETTE


def latch(ax, w, noise, low, high):
    """The step tanh(w h + u) for the noise u = -noise, 0 and noise, and the interval that holds.

    low, high: the resting points under the steady pushes -noise and +noise.  The interval from
    ``low`` to 1 is drawn as a bar on the axis, the corner through which no state leaves as a point.
    """
    h = np.linspace(-1.05, 1.15, 400)
    ax.plot(h, h, color=INK, linewidth=1)
    for push, colour, dash in (
        (0, "rnn", "-"),
        (-noise, "negative", "--"),
        (noise, "positive", ":"),
    ):
        ax.plot(h, np.tanh(w * h + push), dash, color=PALETTE[colour])
        ax.text(1.18, np.tanh(w + push), _named(push), color=PALETTE[colour], va="center")
    ax.plot([low, 1], [-1.05, -1.05], color=PALETTE["gate"], linewidth=6, solid_capstyle="butt")
    ax.text((low + 1) / 2, -0.95, "N", color=PALETTE["gate"], ha="center", va="bottom")
    ax.vlines(low, -1.05, low, color=PALETTE["gate"], linestyle="--", linewidth=1.2)
    ax.text(low - 0.03, -0.5, "ℓ", color=PALETTE["gate"], ha="right", fontsize=13)
    ax.plot([low, high], [low, high], "o", color=PALETTE["gate"], markersize=5)
    ax.set(xlabel="state $h_{t-1}$", ylabel="state $h_t$", xlim=(-1.05, 1.15), ylim=(-1.05, 1.15))
    return ax


def _named(push):
    return "u = 0" if push == 0 else f"u = {push:+g}".replace("-", "−")


def landscape(ax, x, y, loss, at):
    """A loss over two parameters: x, y, loss (N, M); at: the x whose line is cut, dashed."""
    shown = ax.pcolormesh(x, y, loss, cmap="cividis", rasterized=True)
    ax.figure.colorbar(shown, ax=ax, orientation="horizontal", label="loss")
    ax.axvline(at, color="white", linestyle="--", linewidth=1.2)
    ax.set(xlabel="w", ylabel="b")
    ax.grid(visible=False)
    return ax
