"""Six memories on three tasks, 300 steps of 32 sequences, two sizes, each at its own rate."""

from lessons_models.torch_memory_runs import MEMORIES, TASKS, run
from sweeps.runner.declare import RATES, Sweep, every

SIZES = {name: (16, 64) if name.startswith("min") else (4, 8) for name in MEMORIES}
CASES = [case for case in every(task=TASKS, size=(8, 64, 4, 16), memory=MEMORIES)
         if case["size"] in SIZES[case["memory"]]]  # fmt: skip
SHARED = {"run": run, "per": ("task", "memory", "size"), "grid": {"lr": RATES[1:6]}, "guess": 0.1,
          "tuning": (10_000,)}  # fmt: skip
SWEEPS = (Sweep("memories", cases=CASES[:5], **SHARED),
          Sweep("memories-more", cases=CASES[5:], seeds=range(5), **SHARED))  # fmt: skip
