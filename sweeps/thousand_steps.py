"""Three classic memory tasks at T = 1000, and what makes it possible, each part alone and together.

The budget is counted in time steps read, so that a run ends at the same step on every machine.
Without a curriculum there is one length, and so nothing at which Adam could be renewed.
"""

import numpy as np

from lessons_models.thousand_steps import EVERY, run
from sweeps.runner.declare import RATES, Sweep


def merit(row):
    """The mean of the curve over the whole budget: how much is right, and how soon."""
    curve = np.clip(row["score_curve"], 0, 1)
    missing = row["budget"] // EVERY + 1 - len(curve)
    return np.mean(np.r_[curve, np.full(max(0, missing), curve[-1])])


WAYS = [{"chrono": chrono, "climbs": climbs, "renews": renews} for chrono in (True, False)
        for climbs, renews in ((True, True), (True, False), (False, False))]  # fmt: skip
RECIPE = WAYS[0]


def cases(task, cell, budget, ways=(RECIPE,)):
    return [{"task": task, "cell": cell, "budget": budget, **way} for way in ways]


PARTS = cases("copy 3", "GRU", 40_000, WAYS)
TASKS = [*cases("adding", "LSTM", 250_000), *cases("order", "GRU", 200_000),
         *cases("copy 5", "GRU", 120_000)]  # fmt: skip
TEN = cases("copy 10", "LSTM", 200_000)
SHARED = {"per": tuple(TEN[0]), "grid": {"lr": RATES[2:5]}, "score": merit, "tie": 0.03,
          "guess": 0.0, "seconds": lambda s: s["budget"] * 1e-4, "tuning": (10_000,)}  # fmt: skip
SWEEPS = tuple(
    Sweep(f"thousand_steps-{name}", run, group, **SHARED)
    for name, group in (("parts", PARTS), ("tasks", TASKS), ("ten", TEN))
)
