"""Three classic memory tasks at T = 1000, and what makes it possible, each part alone and together.

The budget is counted in time steps read, so that a run ends at the same step on every machine.
Without a curriculum there is one length, and so nothing at which Adam could be renewed.
"""

import numpy as np

from lessons_models.memory_tasks import LONG
from lessons_models.thousand_steps import EVERY, run
from sweeps.runner.declare import RATES, Sweep


def merit(row):
    """The mean of the curve over the whole budget: how much is right, and how soon."""
    points = LONG[row["task"]].budget // EVERY + 1
    curve = np.clip(row["score_curve"], 0, 1)
    return np.mean(np.r_[curve, np.full(max(0, points - len(curve)), curve[-1])])


WAYS = [{"chrono": chrono, "climbs": climbs, "renews": renews} for chrono in (True, False)
        for climbs, renews in ((True, True), (True, False), (False, False))]  # fmt: skip
RECIPE = WAYS[0]
PARTS = [{"task": "copy 5", "cell": "GRU", **way} for way in WAYS]
TASKS = [{"task": task, "cell": cell, **RECIPE} for task, cell in
         (("adding", "LSTM"), ("order", "GRU"))]  # fmt: skip
TEN = [{"task": "copy 10", "cell": "LSTM", **RECIPE}]
SHARED = {"per": tuple(RECIPE) + ("task",), "grid": {"lr": RATES[2:5]}, "score": merit,
          "tie": 0.03, "guess": 0.0, "seconds": 12, "tuning": (10_000,)}  # fmt: skip
SWEEPS = tuple(
    Sweep(f"thousand_steps-{name}", run, cases, **SHARED)
    for name, cases in (("parts", PARTS), ("tasks", TASKS), ("ten", TEN))
)
