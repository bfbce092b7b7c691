"""Memories on three tasks, 300 steps of 32 sequences; each has a rate of its own for each task."""

from lessons_models.memories import run
from sweeps.runner.declare import RATES, Sweep, every

SIZES = {"softmax": (8, 4), "linear": (8, 16), "gated": (8, 16), "delta": (8, 16), "minGRU": (64,)}
RECALL = [{"task": "recall", "memory": name, "size": size} for name in SIZES for size in SIZES[name]]
MORE = [case | new for case in RECALL if case["size"] in (8, 64) for new in every(task=("copy", "gap"))]
SWEEPS = tuple(
    Sweep(name, run, cases, range(seeds), per=("memory", "task"), grid={"lr": RATES[1:5]}, guess=0.1,
          tuned_on=lambda case: case["size"] in (8, 64), tuning=(10_000,))
    for name, cases, seeds in (("memories", RECALL, 10), ("memories-more", MORE, 5))
)  # fmt: skip
