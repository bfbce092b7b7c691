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
STARTS = WAYS[0], WAYS[3]


def cases(task, cell, budget, ways=STARTS):
    return [{"task": task, "cell": cell, "budget": budget, **way} for way in ways]


GROUPS = {
    "parts": (cases("copy 3", "GRU", 40_000, WAYS), RATES[3:6]),
    "starts": ([*cases("adding", "LSTM", 250_000), *cases("order", "GRU", 150_000),
                *cases("copy 5", "GRU", 120_000)], RATES[3:6]),
    "patience": (cases("copy 3", "GRU", 200_000, WAYS[-1:]), RATES[4:7]),
    "ten": (cases("copy 10", "GRU", 200_000, STARTS[1:]), RATES[3:6]),
}  # fmt: skip
SWEEPS = tuple(
    Sweep(f"thousand_steps-{name}", run, group, per=tuple(group[0]), grid={"lr": rates},
          score=above_chance, tie=0.03, guess=0.0, tuning=(10_000,),
          seconds=lambda settings: settings["budget"] * 1e-4)
    for name, (group, rates) in GROUPS.items()
)  # fmt: skip
