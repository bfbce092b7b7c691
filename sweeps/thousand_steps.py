"""Three classic memory tasks at T = 1000, and what makes it possible, each part alone and together.

A budget counts time steps read.  Without a curriculum nothing could renew Adam.
"""

from lessons_models.thousand_steps import run
from sweeps.runner.declare import RATES, Sweep, every

WAYS = [{"chrono": chrono, "climbs": climbs, "renews": renews} for chrono in (True, False)
        for climbs, renews in ((True, True), (True, False), (False, False))]  # fmt: skip
THREE = every(task=["copy 3"], cell=["GRU"], budget=[40_000])
TEN = every(task=["copy 10"], cell=["GRU"], budget=[200_000])
TASKS = [{"task": task, "cell": cell, "budget": budget} for task, cell, budget in
         (("adding", "LSTM", 250_000), ("order", "GRU", 150_000),
          ("copy 5", "GRU", 120_000))]  # fmt: skip
GROUPS = (("parts", THREE, [0, 1, 3, 4], 10), ("jump", THREE, [2, 5], 5),
          ("usual", TASKS, [3], 10), ("chrono", TASKS, [0], 5), ("ten", TEN, [3], 10))  # fmt: skip
SWEEPS = tuple(
    Sweep(f"thousand_steps-{name}", run, [{**task, **WAYS[n]} for task in tasks for n in ways],
          range(seeds), per=(*tasks[0], *WAYS[0]), tie=0.03, guess=0.0,
          grid={"lr": RATES[2 if name == "ten" else 3 : 6]},
          score=lambda row: max(row["score"], 1 / 8),  # below chance nothing is to be compared
          tuning=(10_000,), seconds=lambda settings: settings["budget"] * 1e-4)
    for name, tasks, ways, seeds in GROUPS
)  # fmt: skip
