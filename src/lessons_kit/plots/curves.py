"""Lines, losses, gradients and seeds."""

import numpy as np

from lessons_kit.plots.labels import label_ends
from lessons_kit.plots.style import series_styles


def lines(ax, ys, x=None, names=None, **style):
    """ys (K, N), one line per row, against x (N,) or 0 … N-1; names (K) label the lines' ends."""
    ys = np.atleast_2d(ys)
    x = np.arange(ys.shape[1]) if x is None else np.asarray(x)
    drawn = [ax.plot(x, y, **style)[0] for y in ys]
    if names is not None:
        tints = [line.get_color() for line in drawn]
        label_ends(ax, x[-1], [y[-1] for y in ys], names, tints)
    return ax


def gradient_flow(ax, norms, label=None, floor=1e-16, **style):
    """Norm of a gradient at each step, against the distance back from the loss (log scale).

    norms (T,): ‖∂loss/∂h_t‖ for t = 0 … T-1, the last one at distance 0.  Values below ``floor``
    (an exact zero has no logarithm) are drawn on the floor as hollow triangles.
    """
    norms = np.asarray(norms)
    lag, shown = np.arange(len(norms))[::-1], np.maximum(norms, floor)
    (line,) = ax.plot(lag, shown, label=label, **style)
    lost = norms < floor
    if lost.any():
        ax.plot(lag[lost], shown[lost], "v", color=line.get_color(), markerfacecolor="white")
    ax.set(yscale="log", xlabel="steps back from the loss", ylabel="‖∂loss / ∂h‖")
    return ax


def norms_by_lag(ax, runs, styles=None):
    """How much of a change arrives after k steps, on a log scale, several seeds per name.

    runs: name → norms (seeds, lags + 1), lag 0 first, all positive, as many lags for each name;
    styles: name → options of ``ax.plot`` (default: those of the architecture in the name).
    The line is the mean of the logarithms, the band reaches from the smallest to the largest seed.
    """
    styles = styles or series_styles(runs)
    last, lags = [], None
    for name, norms in runs.items():
        norms = np.asarray(norms)
        lags = np.arange(norms.shape[1])
        mean = np.exp(np.log(norms).mean(axis=0))
        options = {"markevery": max(1, len(lags) // 5), **styles[name]}
        (line,) = ax.plot(lags, mean, **options)
        low, high = norms.min(axis=0), norms.max(axis=0)
        ax.fill_between(lags, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
        last.append((mean[-1], line.get_color()))
    ax.set(yscale="log", xlabel="steps back", ylabel="largest effect on the last state")
    ends, colours = zip(*last, strict=True)
    return label_ends(ax, lags[-1], ends, runs, colours)


def bands(ax, x, runs, styles):
    """name → runs (seeds, N) against x (N,): the median as a line, all seeds inside the band.

    styles: name → options of ``ax.plot``; give each series its own colour *and* dash.
    """
    for name, values in runs.items():
        values = np.asarray(values)
        (line,) = ax.plot(x, np.median(values, axis=0), label=name, **styles[name])
        low, high = values.min(axis=0), values.max(axis=0)
        ax.fill_between(x, low, high, color=line.get_color(), alpha=0.18, linewidth=0)
    return ax


def loss_curves(ax, losses, label=None, **style):
    """losses (steps,) or (runs, steps): each run thin, their mean strong; one label for all."""
    losses = np.atleast_2d(losses)
    (mean,) = ax.plot(losses.mean(axis=0), label=label, **style)
    if len(losses) > 1:
        ax.plot(losses.T, color=mean.get_color(), linewidth=0.8, alpha=0.45, zorder=1)
    ax.set(xlabel="training step", ylabel="loss")
    return ax


def scatter_seeds(ax, values, names):
    """values: one array of seeds per name; every seed is a point, the median a bar."""
    styles = series_styles(names)
    for place, (name, seeds) in enumerate(zip(names, values, strict=True)):
        seeds, style = np.asarray(seeds), styles[name]
        spread = place + np.linspace(-0.16, 0.16, len(seeds)) * (len(seeds) > 1)
        ax.plot(spread, seeds, **{**style, "linestyle": "none"})
        ax.hlines(np.median(seeds), place - 0.3, place + 0.3, color=style["color"], linewidth=2)
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.grid(axis="x", visible=False)
    return ax
