"""Memories on three tasks, 300 steps of 32 sequences; each has a rate of its own for each task."""

from lessons_models.memories import run
from sweeps.runner.declare import RATES, Sweep, every

LOOKUPS = ("softmax", "linear", "gated", "delta")
FIRST = every(size=[8], memory=LOOKUPS) + every(size=[64], memory=["minGRU"])
SECOND = every(size=[16], memory=LOOKUPS[1:]) + every(size=[4], memory=LOOKUPS[:1])
SWEEPS = tuple(
    Sweep(name, run, [case | task for task in every(task=tasks) for case in cases], range(seeds),
          per=("memory", "task"), grid={"lr": RATES[1:5]}, guess=0.1, tuning=(10_000,),
          tuned_on=lambda case: case["size"] in (8, 64))
    for name, tasks, cases, seeds in (("memories", ["recall"], FIRST + SECOND, 10),
                                      ("memories-more", ("copy", "gap"), FIRST, 5))
)  # fmt: skip
