"""The sweep behind the lesson on which parts matter: eight LSTMs, three tasks, one budget.

Every network, every task, 5 seeds, three learning rates; for each pair the rate with the best mean
over the seeds is kept, and the means of all three are stored.  All start with forget bias 1 and
every other bias at 0; the five ablated cells of a seed start with the weights of the full one.
A run whose numbers do not stay finite scores like a guess.  ``endless`` is for the lesson on the
carousel: the cells with and without a forget gate on the letter streams, with the state reset by
hand at each letter, and with four times the steps.
Results: src/lessons_lib/data/ablation_sweep.json.

    python -m benchmarks.ablation_sweep             (about 11 minutes of CPU)
    python -m benchmarks.ablation_sweep --only letters --cells peepholes coupled
"""

import argparse
import json
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from lessons_lib import cells, experiments, tasks, training
from lessons_lib.functional import cross_entropy, squared_error
from lessons_models.cell_ablation import AblatedLSTM

RATES, SEEDS, FORGET_BIAS = (3e-3, 1e-2, 3e-2), range(5), 1.0
ADDING = {"T": 50, "hidden_size": 16, "steps": 800}
COUNTING = {"trained_to": 15, "tested_to": 60, "hidden_size": 8, "steps": 1000}
LETTERS = {"letters": experiments.LETTERS, "every": 20, "hidden_size": 16, "steps": 600}
RESULTS = store.DATA / "ablation_sweep.json"

# name → class, what is not as in the full LSTM
CELLS = {
    "full": (AblatedLSTM, {}),
    "no input gate": (AblatedLSTM, {"input_gate": False}),
    "no forget gate": (AblatedLSTM, {"forget_gate": False}),
    "no output gate": (AblatedLSTM, {"output_gate": False}),
    "no candidate tanh": (AblatedLSTM, {"candidate_tanh": False}),
    "no output tanh": (AblatedLSTM, {"output_tanh": False}),
    "peepholes": (cells.LSTM, {"peepholes": True}),
    "coupled": (cells.LSTM, {"coupled": True}),
}
ENDLESS = {"steps": (1, True), "reset by hand": (1, False), "four times the steps": (4, True)}
CONTINUAL = ("no forget gate", "full")  # the cells of 1997 and of 2000


def build(name, seed, inputs, hidden_size):
    Cell, options = CELLS[name]
    rng = np.random.default_rng([seed, 0])
    return Cell(inputs, hidden_size, rng=rng, forget_bias=FORGET_BIAS, dtype=np.float32, **options)


def fit(model, batches, loss, rate, steps):
    training.train(
        model, batches, loss=loss, optimiser=training.Adam(lr=rate, clip=1.0),
        schedule=training.linear_decay(steps),
    )  # fmt: skip


def adding(name, rate, seed):
    """Share of the variance explained: 1 - error / (error of the best constant), at least 0."""
    T, H, steps = ADDING.values()
    weights, train, test = (np.random.default_rng([seed, k]) for k in (2, 1, 3))
    model = training.SequenceModel(build(name, seed, 2, H), 1, rng=weights, last_only=True)
    batches = (tasks.adding_problem(T, 32, rng=train, dtype=np.float32) for _ in range(steps))
    fit(model, batches, squared_error, rate, steps)
    x, y = tasks.adding_problem(T, 1024, rng=test, dtype=np.float32)
    error, _ = squared_error(model.forward(x)[0], y)
    return max(0.0, 1 - error / tasks.ADDING_BASELINE)


def counting(name, rate, seed):
    """The largest N such that every string from n = 1 to N is exact."""
    trained, tested, H, steps = COUNTING.values()
    weights, train = (np.random.default_rng([seed, k]) for k in (2, 1))
    model = training.SequenceModel(build(name, seed, 3, H), 3, rng=weights)
    strings = (tasks.counting(train.integers(1, trained + 1, size=32), dtype=np.float32)
               for _ in range(steps))  # fmt: skip
    fit(model, ((b.x, b.targets, b.decided) for b in strings), cross_entropy, rate, steps)
    batch = tasks.counting(np.arange(1, tested + 1), dtype=np.float32)
    exact = tasks.counted(model.forward(batch.x)[0].argmax(-1), batch)
    return int(np.append(exact, False).argmin())


def letters(name, rate, seed, longer=1, endless=True):
    """Accuracy on the last 50 batches: each is new when the network reads it."""
    cell = build(name, seed, experiments.LETTERS + 2, LETTERS["hidden_size"])
    steps = longer * LETTERS["steps"]
    _, history = experiments.train_on_letters(cell, seed, lr=rate, steps=steps, endless=endless)
    return float(history.metric[-50:].mean())


# name → run, its settings, score of a guess
TASKS = {
    "adding": (adding, ADDING, 0.0),
    "counting": (counting, COUNTING, 0),
    "letters": (letters, LETTERS, 1 / experiments.LETTERS),
}


def run(job):
    """(task, cell, rate, seed, more arguments)  →  score, finite?, CPU seconds."""
    task, name, rate, seed, more = job
    solve, _, guess = TASKS[task]
    start = time.process_time()
    try:
        score, finite = solve(name, rate, seed, *more), True
    except ValueError:  # a loss, gradient or weight is no longer finite
        score, finite = guess, False
    return score, finite, time.process_time() - start


def sweep(task, name, pool, more=()):
    """All rates and seeds of one cell on one task  →  its entry in the results."""
    jobs = [(task, name, rate, seed, more) for rate in RATES for seed in SEEDS]
    done = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    scores, finite, seconds = (
        np.reshape(part, (len(RATES), len(SEEDS))) for part in zip(*done, strict=True)
    )
    best = int(scores.mean(axis=1).argmax())
    entry = {
        "rate": RATES[best],
        "scores": scores[best].round(4).tolist(),
        "finite": int(finite[best].sum()),
        "mean_by_rate": scores.mean(axis=1).round(4).tolist(),
        "cpu_seconds": round(float(seconds.sum()), 1),
    }
    print(task, name, more, entry, flush=True)
    return entry


def load():
    """The stored results, or an empty file's worth of them."""
    results = {
        "command": "python -m benchmarks.ablation_sweep", "seeds": list(SEEDS), "batch_size": 32,
        "clip": 1.0, "forget_bias": FORGET_BIAS, "rates_tried": RATES,
        "tasks": {task: settings for task, (_, settings, _) in TASKS.items()},
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "runs": {}, "endless": {},
    }  # fmt: skip
    if RESULTS.exists():
        stored = json.loads(RESULTS.read_text(encoding="utf-8"))
        results |= {part: stored[part] for part in ("runs", "endless")}
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[*TASKS, "endless"], help="parts to compute")
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=[*CELLS], help="their rows")
    chosen = parser.parse_args()
    results = load()
    with ProcessPoolExecutor(2) as pool:
        for task in chosen.only or [*TASKS, "endless"]:
            for name in chosen.cells:
                if task != "endless":
                    results["runs"].setdefault(task, {})[name] = sweep(task, name, pool)
                elif name in CONTINUAL:
                    rows = {
                        way: sweep("letters", name, pool, more) for way, more in ENDLESS.items()
                    }
                    results["endless"][name] = rows
                store.write(RESULTS, results, indent=1)


if __name__ == "__main__":
    main()
