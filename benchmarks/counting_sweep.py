"""The sweep behind the lesson on counting: aⁿbⁿ, trained on n = 1 … 30, tested up to n = 500.

Every network has 10 units and one budget: 1,500 steps of 32 strings with n drawn from 1 … 30, Adam
with clipping at 1, the rate falling to zero over the last 30 %.  The RNN is shown with 4,000 steps
too, because it is far from done after 1,500.  The learning rate is chosen on
seeds of its own (the best median of "exact up to N" over three of them, ties by the mean), and
the results are those of six other seeds at that rate.
Results: src/lessons_lib/data/counting_sweep.json.  For each network: N per seed; for some n the
number of b's after which each seed says that the string ends (null: not within n + 100); and the
rounded weights of the seed that counts furthest.

    python -m benchmarks.counting_sweep                           all of them
    python -m benchmarks.counting_sweep --only "LSTM|GRU chrono"  some; the others' results stay
"""

import argparse
import json
import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_lib.text import one_hot
from lessons_models import counting

HIDDEN, LONGEST, STEPS, BATCH, TEST = 10, 30, 1500, 32, 500
LONGER = {"RNN 4000 steps": 4000}  # the RNN is not done after STEPS
RATES, TUNING, SEEDS = (1e-2, 3e-2, 6e-2), (100, 101, 102), tuple(range(6))
LENGTHS = tuple(range(5, 121, 5))  # n of the strings whose end is recorded
RESULTS = store.DATA / "counting_sweep.json"

# name → class, options; chrono up to 60, the length of the longest training string
NETWORKS = {
    "RNN": (cells.RNN, {}),
    "RNN 4000 steps": (cells.RNN, {}),
    "LSTM": (cells.LSTM, {}),
    "LSTM chrono": (cells.LSTM, {"chrono": 60}),
    "GRU": (cells.GRU, {}),
    "GRU keep bias 3": (cells.GRU, {"keep_bias": 3.0}),
    "GRU chrono": (cells.GRU, {"chrono": 60}),
}


def build(name, rng, dtype=np.float32):
    kind, options = NETWORKS[name]
    return training.SequenceModel(kind(3, HIDDEN, rng=rng, dtype=dtype, **options), 3, rng=rng)


def strings(steps, rng, longest=LONGEST):
    """Training batches: x, targets, mask; the loss is that of the next symbol, everywhere."""
    for _ in range(steps):
        lengths = rng.integers(1, longest + 1, size=BATCH)
        batch = counting.counting(lengths, dtype=np.float32)
        yield batch.x, batch.targets, batch.mask


def exact_up_to(model, most=TEST):
    """The largest N ≤ most such that all strings with n = 1 … N are right."""
    batch = counting.counting(np.arange(1, most + 1), dtype=model.cell.dtype)
    right = counting.counted(model.forward(batch.x)[0].argmax(-1), batch)
    return most if right.all() else int(right.argmin())


def ends(model, lengths, beyond=100):
    """For each n: after how many b's the network says "end"; None where n + beyond pass first."""
    a, b, end = counting.COUNT_VOCAB.encode("ab$")
    lengths = np.asarray(lengths)
    step = np.arange(1, 2 * lengths.max() + beyond + 1)[:, None]
    tokens = np.vstack([np.full((1, len(lengths)), end), np.where(step <= lengths, a, b)])
    says = model.forward(one_hot(tokens, 3, model.cell.dtype))[0].argmax(-1) == end
    says[: lengths.max() + 1] &= np.arange(lengths.max() + 1)[:, None] > lengths  # after a b only
    says[-1] = True
    count = says.argmax(axis=0) - lengths
    return [int(k) if k < n + beyond else None for k, n in zip(count, lengths, strict=True)]


def run(job):
    """Train one network  →  N, its model."""
    name, rate, seed = job
    model, steps = build(name, np.random.default_rng([seed, 0])), LONGER.get(name, STEPS)
    training.train(
        model, strings(steps, np.random.default_rng([seed, 1])), loss=cross_entropy,
        optimiser=training.Adam(lr=rate, clip=1.0), schedule=training.linear_decay(steps),
    )  # fmt: skip
    return exact_up_to(model), model


def sweep(name, pool):
    """Choose the rate, then train the seeds that are reported  →  entry."""
    jobs = [(name, rate, seed) for rate in RATES for seed in TUNING]
    tried = np.reshape([n for n, _ in show(pool, jobs, f"{name}, rates")], (len(RATES), -1))
    best = max(range(len(RATES)), key=lambda k: (np.median(tried[k]), tried[k].mean()))
    done = show(pool, [(name, RATES[best], seed) for seed in SEEDS], name)
    furthest = max(SEEDS, key=lambda seed: done[seed][0])
    return {
        "rate": RATES[best],
        "steps": LONGER.get(name, STEPS),
        "tuning": {str(rate): row.tolist() for rate, row in zip(RATES, tried, strict=True)},
        "exact_up_to": [n for n, _ in done],
        "ends": [ends(model, LENGTHS) for _, model in done],
        "weights": rounded(name, furthest, done[furthest][1]),
    }


def show(pool, jobs, title):
    return list(tqdm(pool.map(run, jobs), total=len(jobs), desc=title, file=sys.stderr))


def rounded(name, seed, model):
    """The weights of one seed with four decimals, and how far the rounded network counts."""
    copy = build(name, np.random.default_rng(0), np.float64)
    for key, array in copy.params.items():
        array[:] = np.round(model.params[key].astype(float), 4)
    params = {key: array.tolist() for key, array in copy.params.items()}
    return {"seed": seed, "exact_up_to": exact_up_to(copy), "params": params}


def load():
    """The results so far, or an empty frame.  Ends with a message where the settings differ."""
    settings = {
        "command": "python -m benchmarks.counting_sweep", "seeds": list(SEEDS),
        "tuning_seeds": list(TUNING), "steps": STEPS, "batch_size": BATCH,
        "hidden_size": HIDDEN, "clip": 1.0, "rates_tried": list(RATES),
        "longest_trained": LONGEST, "longest_tested": TEST, "lengths": list(LENGTHS),
    }  # fmt: skip
    if not RESULTS.exists():
        return {**settings, "versions": {}, "runs": {}}
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    changed = [name for name, value in settings.items() if results.get(name) != value]
    if changed:
        sys.exit(f"{RESULTS.name} was made with other {', '.join(changed)}: delete it, run all")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="|".join(NETWORKS), help="names, with | between")
    names = [name.strip() for name in parser.parse_args().only.split("|") if name.strip()]
    if unknown := [name for name in names if name not in NETWORKS]:
        parser.error(f"unknown {unknown}: choose from {', '.join(NETWORKS)}")
    results = load()
    with ProcessPoolExecutor(2) as pool:
        for name in names:
            entry = results["runs"][name] = sweep(name, pool)
            results["runs"] = {k: results["runs"][k] for k in NETWORKS if k in results["runs"]}
            results["versions"] = {"python": platform.python_version(), "numpy": np.__version__}
            store.write(RESULTS, results, separators=(",", ":"))
            print(name, entry["rate"], entry["exact_up_to"], entry["tuning"], flush=True)


if __name__ == "__main__":
    main()
