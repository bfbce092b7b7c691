"""The flagship figures: what each network can bridge, by the length of the gap."""

import numpy as np
from matplotlib.patches import Rectangle

from lessons_kit.plots.labels import label_ends
from lessons_kit.plots.style import INK, PALETTE, QUIET, SOLVED, series_styles


def accuracy_by_gap(ax, results, gaps, chance, solved=SOLVED):
    """Accuracy against the gap: a line through the seeds' means, a bar from worst to best seed.

    results: name → accuracies (gaps, seeds); gaps (G,), growing; chance: accuracy of a guess;
    solved: accuracy from which a gap counts as solved.  Names begin with the architecture.
    Raises ValueError where an array does not fit the gaps.
    """
    gaps = np.asarray(gaps, dtype=float)
    scores, styles = _checked(results, gaps), series_styles(results)
    ax.axhline(chance, color=QUIET, linewidth=1.2, linestyle=":", zorder=1)
    ax.axhline(solved, color=QUIET, linewidth=1.2, linestyle=(0, (6, 3)), zorder=1)
    for place, (name, score) in enumerate(scores.items()):
        # a little apart from each other, so that equal values stay visible
        x = gaps * 1.07 ** (place - (len(scores) - 1) / 2)
        ax.plot(x, score.mean(axis=1), **styles[name])
        ax.vlines(x, score.min(axis=1), score.max(axis=1), color=styles[name]["color"], alpha=0.5)
    ax.set(xscale="log", ylim=(0, 1.04), xlabel="gap (words)", ylabel="accuracy")
    ax.set_xticks(gaps, [f"{gap:g}" for gap in gaps])
    ax.minorticks_off()
    for height, word, side in ((chance, "chance", "bottom"), (solved, "solved", "top")):
        shift = 2 if side == "bottom" else -2
        ax.annotate(word, (0, height), (3, shift), xycoords=("axes fraction", "data"),
                    textcoords="offset points", va=side, color=QUIET, fontsize=11)  # fmt: skip
    ends = [score.mean(axis=1)[-1] for score in scores.values()]
    return label_ends(ax, x[-1], ends, scores, [styles[name]["color"] for name in scores])


def solved_frontier(ax, results, gaps, solved=SOLVED):
    """A table: one row per network, one column per gap, each cell "seeds solved / seeds".

    Solved by every seed: filled; by some: outlined; by none: bare.  results as in
    ``accuracy_by_gap``.  About 0.9 + 0.3 · rows inches are high enough.
    """
    scores, styles = _checked(results, gaps), series_styles(results)
    for row, (name, score) in enumerate(scores.items()):
        for column, seeds in enumerate(score >= solved):
            _cell(ax, column, row, int(seeds.sum()), len(seeds), styles[name]["color"])
    ax.set(xlim=(-0.5, len(gaps) - 0.5), ylim=(len(scores) - 0.5, -0.5), xlabel="gap (words)")
    ax.set_xticks(range(len(gaps)), [f"{gap:g}" for gap in gaps])
    ax.set_yticks(range(len(scores)), scores)
    for tick, name in zip(ax.get_yticklabels(), scores, strict=True):
        tick.set_color(styles[name]["color"])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax


def _cell(ax, column, row, solved, seeds, colour):
    """One box of the table with its count."""
    if solved:
        ax.add_patch(
            Rectangle(
                (column - 0.44, row - 0.4), 0.88, 0.8, edgecolor=colour, linewidth=1.4,
                facecolor=colour if solved == seeds else "white",
            )
        )  # fmt: skip
    ink = "white" if solved == seeds else INK if solved else QUIET
    ax.text(column, row, f"{solved}/{seeds}", ha="center", va="center_baseline", color=ink)


def _checked(results, gaps):
    """name → float array (gaps, seeds)."""
    scores = {name: np.asarray(score, dtype=float) for name, score in results.items()}
    for name, score in scores.items():
        if score.ndim != 2 or len(score) != len(gaps):
            raise ValueError(
                f"results[{name!r}] has shape {score.shape}; expected ({len(gaps)}, seeds), "
                "one row per gap"
            )
    return scores


def rungs(ax, lengths, runs, ladder):
    """Scores against length: a dot for each seed, a line through the medians, a ladder behind.

    lengths (N,); runs (N, seeds); ladder: label → score, each a dashed line with its label.
    Raises ValueError where an array does not fit the lengths.
    """
    runs = _checked({"runs": runs}, lengths)["runs"]
    ax.grid(visible=False, axis="x")
    ax.grid(axis="y", linestyle="--", color=PALETTE["negative"], linewidth=1)
    ax.set_yticks([*ladder.values()], [*ladder])
    places = np.arange(len(runs))
    ax.plot(places, np.median(runs, axis=1), color=PALETTE["rnn"])
    spread = places[:, None] + np.linspace(-0.2, 0.2, runs.shape[1])
    ax.plot(spread, runs, "o", color=PALETTE["rnn"], markersize=3)
    ax.set_xticks(places, [f"{length:g}" for length in lengths])
    return ax


def effects(ax, found):
    """found: name → (effect, low, high), a row each from the top, and a line at no effect.

    The marker says what the interval says: above 0 ▲ and blue, below 0 ▼ and orange, else a circle.
    """
    for row, (effect, low, high) in enumerate(found.values()):
        look = ("positive", "^") if low > 0 else ("negative", "v") if high < 0 else ("rnn", "o")
        colour, marker = PALETTE[look[0]], look[1]
        ax.plot([low, high], [row, row], color=colour, linewidth=2)
        ax.plot(effect, row, marker, color=colour, markersize=7)
    ax.axvline(0, color=QUIET, linewidth=1)
    ax.grid(visible=False, axis="y")
    ax.set_yticks(range(len(found)), found)
    ax.set_ylim(len(found) - 0.5, -0.5)
    return ax
