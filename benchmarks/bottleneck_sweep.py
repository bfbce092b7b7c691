"""The sweep behind the bottleneck figure: a string written backwards, by its length.

Encoder–decoder without attention, with the dot product, and with the dot product over √H; every
length, 5 seeds, 400 steps, three learning rates each.  The figure shows, for each model, the rate
with the best mean over all lengths and seeds.
Results: src/lessons_lib/data/bottleneck.json.

    python -m benchmarks.bottleneck_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from tqdm import tqdm

from lessons_lib import torch_models

LENGTHS, SEEDS, RATES = (4, 8, 12, 16, 24, 32), (0, 1, 2, 3, 4), (5e-3, 1e-2, 2e-2)
RESULTS = store.DATA / "bottleneck.json"
MODELS = {
    "LSTM alone": torch_models.Seq2Seq,
    "attention": torch_models.AttentiveSeq2Seq,
    "attention / √H": partial(torch_models.AttentiveSeq2Seq, scale=torch_models.HIDDEN**-0.5),
}


def run(job):
    name, rate, length, seed = job
    torch.set_num_threads(1)
    return torch_models.solve_reversal(MODELS[name], length, seed, lr=rate)[0]


def sweep(name, pool):
    """All rates, lengths and seeds of one model  →  its entry in the results."""
    jobs = [(name, rate, length, seed) for rate in RATES for length in LENGTHS for seed in SEEDS]
    scores = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    scores = np.reshape(scores, (len(RATES), len(LENGTHS), len(SEEDS)))
    best = int(scores.mean(axis=(1, 2)).argmax())
    return {
        "rate": RATES[best],
        "accuracy": scores[best].round(4).tolist(),
        "mean_by_rate": {str(r): float(scores[k].mean().round(4)) for k, r in enumerate(RATES)},
    }


def main():
    settings = {
        "command": "python -m benchmarks.bottleneck_sweep", "lengths": LENGTHS, "seeds": SEEDS,
        "steps": torch_models.STEPS, "batch_size": torch_models.BATCH,
        "hidden_size": torch_models.HIDDEN, "clip": 1.0, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
    }  # fmt: skip
    with ProcessPoolExecutor() as pool:
        settings["runs"] = {name: sweep(name, pool) for name in MODELS}
    store.write(RESULTS, settings, indent=1, ensure_ascii=False)
    for name, entry in settings["runs"].items():
        means = np.mean(entry["accuracy"], axis=1).round(2).tolist()
        print(name, entry["mean_by_rate"], dict(zip(LENGTHS, means, strict=True)))


if __name__ == "__main__":
    main()
