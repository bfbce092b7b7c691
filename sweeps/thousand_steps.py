"""Three classic memory tasks at T = 1000: what makes it possible, alone and together.

The budget is counted in time steps read, so that a run ends at the same step on every machine.
"""

from lessons_models.memory_tasks import LONGEST
from lessons_models.thousand_steps import run
from sweeps.runner.declare import RATES, Sweep


def merit(row):
    """Solved, the longest T, the score at T = 1000; of two that are solved the faster."""
    return row["solved"] + row["confirmed"] / LONGEST + 0.1 * row["score"] - row["read"] / 1e6


WAYS = [{"chrono": chrono, "climbs": climbs, "renews": renews} for chrono in (True, False)
        for climbs, renews in ((True, True), (True, False), (False, True))]  # fmt: skip
SHOWN = [("adding", "LSTM"), ("order", "GRU"), ("copy 5", "GRU")]
OTHER = [("adding", "GRU"), ("order", "LSTM"), ("copy 5", "LSTM"), ("copy 10", "LSTM"),
         ("copy 10", "GRU")]  # fmt: skip
CASES = [{"task": task, "cell": cell, **way} for task, cell in SHOWN for way in WAYS]
CASES += [{"task": task, "cell": cell, **WAYS[0]} for task, cell in OTHER]
SWEEPS = (
    Sweep("thousand_steps", run, CASES, per=tuple(CASES[0]), grid={"lr": RATES[1:6]}, guess=-1.0,
          score=merit, seconds=20, tuning=(10_000,)),
)  # fmt: skip
