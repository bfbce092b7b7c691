"""The sweep behind the choice between LSTM and GRU: the same tasks, one budget, equal tuning.

Adding problem and temporal order, 100 steps long: at most 1,000 training steps of 32 sequences,
ended early once the last 20 batches are solved on average.  Three learning rates are tried with
three seeds; the rate with the fewest steps is kept, and ten *other* seeds are trained with it, so
no seed that is compared has chosen anything.  The same seed means the same sequences in every row.
Characters: the task of ``character_sweep``, with its seeds, rates and passes, for more rows.
"equal": as many units as bring the GRU's parameters next to those of the LSTM in the same task.
Results: src/lessons_lib/data/lstm_gru_sweep.json.

    python -m benchmarks.lstm_gru_sweep           all parts
    python -m benchmarks.lstm_gru_sweep adding    one part

Each row is written when it is done, and not computed again: to do so, delete the file first.
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
from tqdm import tqdm

from benchmarks import character_sweep as characters
from lessons_lib import cells, tasks
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.training import Adam, SequenceModel, accuracy, solved, train
from lessons_models.lstm_variants import LSTMVariant

T, STEPS, BATCH, TEST, HIDDEN = 100, 1000, 32, 512, 32
RATES, TUNING, SEEDS = (1e-2, 3e-2, 8e-2), (100, 101, 102), tuple(range(10))
RESULTS = store.DATA / "lstm_gru_sweep.json"


def minus_error(y, target):
    return -squared_error(y, target)[0]


# name → draw, inputs, outputs, loss, score (larger is better), solved from, units of "equal"
TASKS = {
    "adding": (tasks.adding_problem, 2, 1, squared_error, minus_error, -0.01, 37),
    "order": (tasks.temporal_order, 8, 4, cross_entropy, accuracy, 0.98, 37),
}
ROWS = {
    "LSTM": (cells.LSTM, {}),
    "LSTM forget bias 1": (cells.LSTM, {"forget_bias": 1.0}),
    "LSTM coupled": (LSTMVariant, {"coupled": True}),
    "LSTM chrono": (cells.LSTM, {"chrono": T}),
    "GRU": (cells.GRU, {}),
    "GRU equal": (cells.GRU, {}),
    "GRU chrono": (cells.GRU, {"chrono": T}),
    "GRU chrono equal": (cells.GRU, {"chrono": T}),
}
# For the characters the LSTM and the GRU of 64 units are in character_model.json already; the LSTM
# was best there with the largest rate, so it gets a larger one here.
CHARACTER_ROWS = {
    "GRU equal": (partial(cells.GRU, hidden_size=76), characters.RATES),
    "LSTM chrono": (partial(cells.LSTM, hidden_size=64, chrono=50), characters.RATES),
    "GRU chrono": (partial(cells.GRU, hidden_size=64, chrono=50), characters.RATES),
    "LSTM larger rate": (partial(cells.LSTM, hidden_size=64, forget_bias=1.0), (2e-2,)),
}


def draw_batch(draw, B, rng):
    batch = draw(T, B, rng=rng, dtype=np.float32)
    return batch.x, batch.y


def run(job):
    """Train one network until solved or out of budget  →  steps, score on new sequences."""
    task, name, rate, seed = job
    draw, inputs, outputs, loss, score, threshold, equal = TASKS[task]
    Cell, options = ROWS[name]
    rng = np.random.default_rng([seed, 0])
    units = equal if name.endswith("equal") else HIDDEN
    cell = Cell(inputs, units, rng=rng, dtype=np.float32, **options)
    model = SequenceModel(cell, outputs, rng=rng, last_only=True)
    rng = np.random.default_rng([seed, 1])
    history = train(
        model, (draw_batch(draw, BATCH, rng) for _ in range(STEPS)), loss=loss,
        optimiser=Adam(lr=rate, clip=1.0), metric=score, stop=solved(threshold),
    )  # fmt: skip
    done = solved(threshold)(history.metric)
    x, target = draw_batch(draw, TEST, np.random.default_rng([seed, 2]))
    # one step more than the budget stands for "not solved"
    return len(history.loss) if done else STEPS + 1, score(model.forward(x)[0], target)


def sweep(task, name, pool):
    """Choose a rate with the tuning seeds, then train the seeds that count  →  entry."""
    jobs = [(task, name, rate, seed) for rate in RATES for seed in TUNING]
    tuning = np.reshape([steps for steps, _ in pool.map(run, jobs)], (len(RATES), -1))
    rate = RATES[int(tuning.mean(axis=1).argmin())]
    steps, scores = zip(*pool.map(run, [(task, name, rate, seed) for seed in SEEDS]), strict=True)
    return {
        "rate": rate,
        "steps": steps,
        "scores": np.round(scores, 4).tolist(),
        "tuning_steps": tuning.tolist(),
    }


def learn_characters(job):
    name, rate, seed = job
    build = partial(CHARACTER_ROWS[name][0], dtype=np.float32)
    curves, _ = characters.learn(lambda size, rng: build(size, rng=rng), rate, seed)
    return curves[1].min()


def sweep_characters(name, pool):
    """All rates and seeds of one row  →  bits per character of the best pass, best rate."""
    rates, seeds = CHARACTER_ROWS[name][1], characters.SEEDS
    jobs = [(name, rate, seed) for rate in rates for seed in seeds]
    bits = np.reshape(list(pool.map(learn_characters, jobs)), (len(rates), len(seeds)))
    best = int(bits.mean(axis=1).argmin())
    by_rate = dict(zip(map(str, rates), bits.mean(axis=1).round(3).tolist(), strict=True))
    return {"rate": rates[best], "bits": bits[best].round(3).tolist(), "mean_by_rate": by_rate}


def load():
    """The results so far, or an empty frame; ends where they were made with other settings."""
    settings = {
        "command": "python -m benchmarks.lstm_gru_sweep", "T": T, "steps": STEPS,
        "batch_size": BATCH, "hidden_size": HIDDEN, "clip": 1.0, "rates_tried": list(RATES),
        "tuning_seeds": list(TUNING), "seeds": list(SEEDS),
        "equal_units": {task: setting[-1] for task, setting in TASKS.items()},
    }  # fmt: skip
    if not RESULTS.exists():
        return {**settings, "versions": {}, "runs": {}}
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    if changed := [name for name, value in settings.items() if results.get(name) != value]:
        sys.exit(f"{RESULTS.name} was made with other {', '.join(changed)}: delete it, run all")
    return results


def main():
    parts = {**{task: (ROWS, partial(sweep, task)) for task in TASKS},
             "characters": (CHARACTER_ROWS, sweep_characters)}  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(parts))
    chosen = parser.parse_args().parts or list(parts)
    if unknown := sorted(set(chosen) - set(parts)):
        parser.error(f"no part named {', '.join(unknown)}: choose from {', '.join(parts)}")
    results = load()
    results["versions"] = {"python": platform.python_version(), "numpy": np.__version__}
    with ProcessPoolExecutor(2) as pool:
        for part in chosen:
            rows, run_row = parts[part]
            entries = results["runs"].setdefault(part, {})
            for name in tqdm([name for name in rows if name not in entries], desc=part):
                entries[name] = run_row(name, pool)
                print(part, name, entries[name], flush=True)
                store.write(RESULTS, results)


if __name__ == "__main__":
    main()
