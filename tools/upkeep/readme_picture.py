"""Draw the picture of the README and the card of a shared link: ``make picture``."""

import io
import sys

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)

from lessons_kit import plots  # noqa: E402
from lessons_lib import experiments  # noqa: E402
from lessons_models import gap_runs  # noqa: E402
from tools.environment import ROOT  # noqa: E402

ROWS = (
    "RNN",
    "RNN orthogonal",
    "LSTM forget bias 0",
    "LSTM forget bias 1",
    "LSTM forget bias 3",
    "LSTM chrono",
    "GRU",
    "GRU keep bias 3",
    "GRU chrono",
    "RNN + attention",
    "Self-attention",
)
ON_CARD = (
    "RNN", "LSTM forget bias 0", "LSTM forget bias 1", "LSTM chrono", "GRU", "Self-attention",
)  # fmt: skip
CARD = ROOT / "book" / "_static" / "card.png"
PICTURE = ROOT / "book" / "_static" / "solved_by_gap.svg"


def draw():
    """The table of solved gaps as SVG (bytes), the same for the same results."""
    plots.use_style()
    results = {name: gap_runs.accuracies(name) for name in ROWS}
    fig, ax = plt.subplots(figsize=(5.6, 0.9 + 0.3 * len(results)))
    plots.solved_frontier(ax, results, experiments.GAPS)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(fig)
    return buffer.getvalue()


def card():
    """What a shared link shows: 1200 × 630 pixels as PNG (bytes)."""
    plots.use_style()
    results = {name: gap_runs.accuracies(name) for name in ON_CARD}
    fig = plt.figure(figsize=(6, 3.15), layout="none")
    fig.text(0.04, 0.86, "Memory in sequences", fontsize=20, fontweight="bold")
    fig.text(
        0.04, 0.765, "How many words can stand in between before a network forgets?", fontsize=11
    )
    ax = fig.add_axes((0.27, 0.15, 0.7, 0.55))
    plots.solved_frontier(ax, results, experiments.GAPS)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=200, metadata={"Software": None})
    plt.close(fig)
    return buffer.getvalue()


if __name__ == "__main__":
    for path, picture in ((PICTURE, draw()), (CARD, card())):
        path.write_bytes(picture)
        print(path.relative_to(ROOT), file=sys.stderr)
