"""The sweep behind the bottleneck figure: a string written backwards, by its length.

Encoder–decoder without attention, with the dot product, and with the dot product over √H; every
length, 5 seeds, 400 steps, three learning rates each.  The figure shows, for each model, the rate
with the best mean over all lengths and seeds.  The part ``more`` changes one thing at a time: the
order of reading, the size of the state, the number of steps.
Results: src/lessons_lib/data/bottleneck.json.

    python -m benchmarks.bottleneck_sweep                  # all
    python -m benchmarks.bottleneck_sweep --only "H 128"   # one part, added to the stored ones
"""

import argparse
import json
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from tqdm import tqdm

from lessons_models import torch_models
from lessons_models.torch_models import HIDDEN, STEPS, AttentiveSeq2Seq, Seq2Seq

LENGTHS, SEEDS, RATES = (4, 8, 12, 16, 24, 32), (0, 1, 2, 3, 4), (5e-3, 1e-2, 2e-2)
RESULTS = store.DATA / "bottleneck.json"


class Backwards(Seq2Seq):
    """Reads the last symbol first, so that for it reversing is copying."""

    def forward(self, x, y_before):
        return super().forward(x.flip(0), y_before)

    def translate(self, x, steps):
        return super().translate(x.flip(0), steps)


def sized(hidden_size, symbols, _, *, rng):
    return Seq2Seq(symbols, hidden_size, rng=rng)


# name → build, steps, lengths
MODELS = {
    "LSTM alone": (Seq2Seq, STEPS, LENGTHS),
    "attention": (AttentiveSeq2Seq, STEPS, LENGTHS),
    "attention / √H": (partial(AttentiveSeq2Seq, scale=HIDDEN**-0.5), STEPS, LENGTHS),
}
MORE = {
    "backwards": (Backwards, STEPS, (4, 8, 12)),
    "H 32": (partial(sized, 32), STEPS, (4, 8, 12)),
    "H 128": (partial(sized, 128), STEPS, (12, 16)),
    "4 times the steps": (Seq2Seq, 4 * STEPS, (12, 16)),
}


def run(job):
    name, rate, length, seed = job
    build, steps, _ = {**MODELS, **MORE}[name]
    torch.set_num_threads(1)
    return torch_models.solve_reversal(build, length, seed, lr=rate, steps=steps)[0]


def sweep(name, pool):
    """All rates, lengths and seeds of one model  →  its entry in the results."""
    _, steps, lengths = {**MODELS, **MORE}[name]
    jobs = [(name, rate, length, seed) for rate in RATES for length in lengths for seed in SEEDS]
    scores = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    scores = np.reshape(scores, (len(RATES), len(lengths), len(SEEDS)))
    best = int(scores.mean(axis=(1, 2)).argmax())
    return {
        "steps": steps,
        "lengths": lengths,
        "rate": RATES[best],
        "accuracy": scores[best].round(4).tolist(),
        "mean_by_rate": {str(r): float(scores[k].mean().round(4)) for k, r in enumerate(RATES)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="one name of the results, such as 'H 128'")
    only = parser.parse_args().only
    results = {
        "command": "python -m benchmarks.bottleneck_sweep", "lengths": LENGTHS, "seeds": SEEDS,
        "steps": STEPS, "batch_size": torch_models.BATCH,
        "hidden_size": HIDDEN, "clip": 1.0, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
        "runs": {}, "more": {},
    }  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        for part, models in (("runs", MODELS), ("more", MORE)):
            for name in (name for name in models if only in (None, name)):
                entry = results[part][name] = sweep(name, pool)
                means = np.mean(entry["accuracy"], axis=1).round(2).tolist()
                print(name, entry["rate"], entry["mean_by_rate"], means, flush=True)
    if only:
        before = json.loads(RESULTS.read_text(encoding="utf-8"))
        results |= {part: before.get(part, {}) | results[part] for part in ("runs", "more")}
    store.write(RESULTS, results, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
