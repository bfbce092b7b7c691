"""Draw the picture of the README from the stored sweep: ``make picture``."""

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


if __name__ == "__main__":
    PICTURE.write_bytes(draw())
    print(PICTURE.relative_to(ROOT), file=sys.stderr)
