"""One unit as a curve against the diagonal: where it rests, and where noise can take it."""

import numpy as np

from lessons_kit.plots.style import INK, PALETTE


def latch(axes, w, noise, low, high):
    """The step tanh(w h + u) for three values of the noise u, as a whole and near the upper end.

    axes: two; low, high: the resting points under the steady pushes -noise and +noise.
    Right, a bar marks the interval N from ``low`` = ℓ to 1, which no state leaves.
    """
    looks = ((noise, "positive", ":"), (0, "rnn", "-"), (-noise, "negative", "--"))
    for ax, ends in zip(axes, ((-1.05, 1.05), (2 * low - 1.05, 1.02)), strict=True):
        h = np.linspace(*ends, 200)
        ax.plot(h, h, color=INK, linewidth=1)
        for push, colour, dash in looks:
            name = "u = 0" if push == 0 else f"u = {push:+g}".replace("-", "−")
            ax.plot(h, np.tanh(w * h + push), dash, color=PALETTE[colour], label=name)
        ax.plot([low, high], [low, high], "o", color=PALETTE["gate"])
        ax.set(xlim=ends, ylim=ends, xlabel="$h_{t-1}$", aspect="equal")
    axes[0].set(ylabel="$h_t$", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes[0].legend(loc="upper left", handlelength=1.1, borderpad=0, labelspacing=0.2)
    bottom, tint = ends[0], PALETTE["gate"]
    ax.vlines(low, bottom, low, color=tint, linestyle="--", linewidth=1.2)
    ax.plot([low, 1], [bottom, bottom], color=tint, linewidth=9, solid_capstyle="butt")
    ax.text((low + 1) / 2, bottom + 0.012, "N", color=tint, ha="center", va="bottom")
    ax.set_xticks([low, 1], ["ℓ", "1"])
    ax.set_yticks([low, 1], ["ℓ", "1"])
    return axes


def landscape(ax, x, y, loss, at):
    """A loss over two parameters: x, y, loss (N, M); at: the x whose line is cut, dashed."""
    shown = ax.pcolormesh(x, y, loss, cmap="cividis", rasterized=True)
    ax.figure.colorbar(shown, ax=ax, orientation="horizontal", label="loss")
    ax.axvline(at, color="white", linestyle="--", linewidth=1.2)
    ax.set(xlabel="w", ylabel="b")
    ax.grid(visible=False)
    return ax
