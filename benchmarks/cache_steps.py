"""Time of one more token of the lesson's GPT, with its cache and without, over the tokens before.

The classes are those that the lesson types: its cells are run here.  Forward alone, one sequence,
float32, one thread, CPU time; the contenders take turns, as in ``benchmarks.speed``.
Results: src/lessons_lib/data/cache_steps.json.  A minute on an idle machine:

    python -m benchmarks.cache_steps
"""

import json
import platform

from sweeps.runner import rows  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from torch import nn

from benchmarks.speed import measure

LESSON = rows.ROOT / "book" / "5_attention" / "transformer_block.ipynb"
PLACES, ROUNDS, SLOT = (16, 32, 64, 128, 256), 9, 0.02
RESULTS = rows.DATA / "cache_steps.json"


def gpt(longest):
    """The GPT of the lesson, untrained, with 64 columns and two blocks."""
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    typed = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    names = {"torch": torch, "nn": nn}
    for source in typed:
        if "(nn.Module)" in source:
            exec(source, names)
    torch.manual_seed(0)
    return names["GPT"](32, longest)


def contenders(model, stream):
    """label → function of no arguments that reads the token after so many others."""
    functions = {}
    for n in PLACES:
        _, cache = model(stream[:, :n])
        one, whole = stream[:, n : n + 1], stream[:, : n + 1]
        functions[f"with {n}"] = lambda one=one, cache=cache: model(one, cache)
        functions[f"without {n}"] = lambda whole=whole: model(whole)
    return functions


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    stream = torch.randint(32, (1, PLACES[-1] + 1))
    seconds = measure(contenders(gpt(PLACES[-1] + 1), stream), ROUNDS, SLOT)
    micros = {k: float(f"{1e6 * np.median(v):.3g}") for k, v in seconds.items()}
    rows.write_json(RESULTS, {
        "command": "python -m benchmarks.cache_steps", "places": list(PLACES),
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "with": [micros[f"with {n}"] for n in PLACES],
        "without": [micros[f"without {n}"] for n in PLACES],
    })  # fmt: skip


if __name__ == "__main__":
    main()
