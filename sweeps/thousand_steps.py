"""Three classic memory tasks at T = 1000, and what makes it possible, each part alone and together.

The budget is counted in time steps read, so that a run ends at the same step on every machine.
Without a curriculum there is one length, and so nothing at which Adam could be renewed.
"""

from lessons_models.thousand_steps import run
from sweeps.runner.declare import RATES, Sweep


def above_chance(row):
    """The share right at the end; below 1/8 there is nothing to compare."""
    return max(row["score"], 1 / 8)


WAYS = [{"chrono": chrono, "climbs": climbs, "renews": renews} for chrono in (True, False)
        for climbs, renews in ((True, True), (True, False), (False, False))]  # fmt: skip
WITH, USUAL = (way for way in WAYS if way["renews"])
TASKS = ("adding", "LSTM", 250_000), ("order", "GRU", 150_000), ("copy 5", "GRU", 120_000)


def cases(task, cell, budget, *ways):
    return [{"task": task, "cell": cell, "budget": budget, **way} for way in ways]


CLIMBS, JUMPS = ([way for way in WAYS if way["climbs"] is climbs] for climbs in (True, False))
GROUPS = {
    "parts": (cases("copy 3", "GRU", 40_000, *CLIMBS), 10),
    "jump": (cases("copy 3", "GRU", 40_000, *JUMPS), 5),
    "usual": (sum((cases(*task, USUAL) for task in TASKS), []), 10),
    "chrono": (sum((cases(*task, WITH) for task in TASKS), []), 5),
    "ten": (cases("copy 10", "GRU", 200_000, USUAL), 10),
}
SWEEPS = tuple(
    Sweep(f"thousand_steps-{name}", run, group, range(seeds), per=tuple(group[0]),
          grid={"lr": RATES[3:6]}, score=above_chance, tie=0.03, guess=0.0, tuning=(10_000,),
          seconds=lambda settings: settings["budget"] * 1e-4)
    for name, (group, seeds) in GROUPS.items()
)  # fmt: skip
