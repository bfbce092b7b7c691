"""The sweep behind the lesson on the classic memory tasks: a plain RNN on short versions of them.

Adding problem, temporal order, copy memory with one and with three symbols; every length, 5 seeds,
1,000 steps of 32 sequences, three learning rates each.  Kept is, for each task and length, the rate
with the best median over the seeds: no length fails for want of tuning.
Results: src/lessons_lib/data/memory_sweep.json.

    python -m benchmarks.memory_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from lessons_lib import cells, tasks, training
from lessons_lib.functional import cross_entropy, squared_error
from lessons_models import copying

STEPS, BATCH, TEST, HIDDEN, SEEDS, RATES = 1000, 32, 512, 32, range(5), (3e-3, 1e-2, 2e-2)
RESULTS = store.DATA / "memory_sweep.json"


def adding(T, B, rng):
    return tasks.adding_problem(T, B, rng=rng, dtype=np.float32)


def order(T, B, rng):
    batch = tasks.temporal_order(T, B, rng=rng, dtype=np.float32)
    return batch.x, batch.y


def copy_of(symbols):
    def copy(T, B, rng):
        batch = copying.copy_memory(T, B, rng=rng, symbols=symbols, dtype=np.float32)
        return batch.x, batch.targets

    return copy


def mean_squared(y, target):
    return squared_error(y, target)[0]


def symbol_accuracy(symbols):
    return lambda y, target: training.accuracy(y[-symbols:], target[-symbols:])


# name → draw(T, B, rng), inputs, outputs, loss, score, lengths, is a larger score better?
TASKS = {
    "adding": (adding, 2, 1, squared_error, mean_squared, (10, 20, 30, 50), False),
    "order": (order, 8, 4, cross_entropy, training.accuracy, (10, 20, 30, 50), True),
    "copy 1": (copy_of(1), 10, 10, cross_entropy, symbol_accuracy(1), (1, 3, 5, 10, 20), True),
    "copy 3": (copy_of(3), 10, 10, cross_entropy, symbol_accuracy(3), (1, 3, 5, 10, 20), True),
}


def run(job):
    """Train one network, test it on new sequences  →  score."""
    name, T, rate, seed = job
    draw, inputs, outputs, loss, score, _, _ = TASKS[name]
    rng = np.random.default_rng([seed, 0])
    cell = cells.RNN(inputs, HIDDEN, rng=rng, dtype=np.float32)
    last_only = not name.startswith("copy")
    model = training.SequenceModel(cell, outputs, rng=rng, last_only=last_only)
    rng = np.random.default_rng([seed, 1])
    training.train(
        model, (draw(T, BATCH, rng) for _ in range(STEPS)), loss=loss,
        optimiser=training.Adam(lr=rate, clip=1.0), schedule=training.linear_decay(STEPS),
    )  # fmt: skip
    x, target = draw(T, TEST, np.random.default_rng([seed, 2]))
    return score(model.forward(x)[0], target)


def sweep(name, pool):
    """All lengths, rates and seeds of one task  →  its entry in the results."""
    lengths, larger = TASKS[name][-2:]
    jobs = [(name, T, rate, seed) for T in lengths for rate in RATES for seed in SEEDS]
    done = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    scores = np.reshape(done, (len(lengths), len(RATES), len(SEEDS)))
    medians = np.median(scores, axis=2)
    best = (medians if larger else -medians).argmax(axis=1)
    return {
        "lengths": lengths,
        "rates": [RATES[k] for k in best],
        "scores": [scores[row, k].round(4).tolist() for row, k in enumerate(best)],
        "median_by_rate": medians.round(4).tolist(),
    }


def main():
    results = {
        "command": "python -m benchmarks.memory_sweep", "seeds": list(SEEDS), "steps": STEPS,
        "batch_size": BATCH, "hidden_size": HIDDEN, "clip": 1.0, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__}, "runs": {},
    }  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        for name in TASKS:
            entry = results["runs"][name] = sweep(name, pool)
            for row in zip(entry["lengths"], entry["rates"], entry["scores"], strict=True):
                print(name, *row, flush=True)
    store.write(RESULTS, results, indent=1)


if __name__ == "__main__":
    main()
