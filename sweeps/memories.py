"""Five memories on associative recall: 300 steps of 32 sequences, each at its own learning rate."""

from lessons_models.torch_memory_runs import run
from sweeps.runner.declare import RATES, Sweep

SIZES = {"softmax": 8, "linear": 8, "gated": 8, "delta": 8, "minGRU": 64}
CASES = [{"task": "recall", "memory": name, "size": size} for name, size in SIZES.items()]
SWEEPS = (
    Sweep("memories", run, CASES, per=("memory",), grid={"lr": RATES[1:5]}, guess=0.1,
          tuning=(10_000,)),
)  # fmt: skip
