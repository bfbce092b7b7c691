"""Arrays → matplotlib axes, in the course's one palette and one style.

Each function draws on the axes it is given and returns them; none makes a figure or shows one.
"""

from lessons_kit.plots.chains import chunked, pair_chain, shape, two_readers, unrolled
from lessons_kit.plots.curves import (
    bands,
    gradient_flow,
    lines,
    loss_curves,
    norms_by_lag,
    scatter_seeds,
)
from lessons_kit.plots.labels import label_ends
from lessons_kit.plots.latches import landscape, latch
from lessons_kit.plots.maps import errors, heatmap, regions, verdicts
from lessons_kit.plots.strings import BEAM_PLACES, beam_tree, two_loops
from lessons_kit.plots.style import DARK, PALETTE, SOLVED, series_style, series_styles, use_style
from lessons_kit.plots.sweeps import accuracy_by_gap, effects, rungs, solved_frontier

__all__ = [
    "BEAM_PLACES",
    "DARK",
    "PALETTE",
    "SOLVED",
    "accuracy_by_gap",
    "bands",
    "beam_tree",
    "chunked",
    "effects",
    "errors",
    "gradient_flow",
    "heatmap",
    "label_ends",
    "landscape",
    "latch",
    "lines",
    "loss_curves",
    "norms_by_lag",
    "pair_chain",
    "regions",
    "rungs",
    "scatter_seeds",
    "series_style",
    "series_styles",
    "shape",
    "solved_frontier",
    "two_loops",
    "two_readers",
    "unrolled",
    "use_style",
    "verdicts",
]
