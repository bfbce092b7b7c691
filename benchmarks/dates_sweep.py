"""The sweep behind the figure of dates: exact dates by steps of training, with a lookup or not.

Encoder–decoder of equal parameters with the dot product and without attention; three budgets,
5 seeds, three learning rates each.  Kept is, for each model and budget, the rate with the best
mean over the seeds: no budget fails for want of tuning.
Results: src/lessons_lib/data/dates.json.

    python -m benchmarks.dates_sweep               everything
    python -m benchmarks.dates_sweep --steps 100   one budget; the others' results stay
"""

import argparse
import json
import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from tqdm import tqdm

from lessons_models import torch_alignment

BUDGETS, SEEDS, RATES = (50, 100, 200), (0, 1, 2, 3, 4), (1e-2, 2e-2, 4e-2)
RESULTS = store.DATA / "dates.json"
MODELS = {
    "LSTM alone": torch_alignment.Translator,
    "attention": torch_alignment.AttentiveTranslator,
}


def run(job):
    """Train one model, test it on new dates  →  share of exact ones."""
    name, steps, rate, seed = job
    torch.set_num_threads(1)
    return torch_alignment.solve_dates(MODELS[name], seed, lr=rate, steps=steps)[0]


def sweep(name, steps, pool):
    """All rates and seeds of one model and budget  →  its entry in the results."""
    jobs = [(name, steps, rate, seed) for rate in RATES for seed in SEEDS]
    label = f"{name}, {steps} steps"
    done = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=label, file=sys.stderr))
    return best_of_rates(np.reshape(done, (len(RATES), len(SEEDS))))


def best_of_rates(scores):
    """scores (rates, seeds)  →  those of the rate with the best mean, and all means."""
    means = scores.mean(axis=1)
    best = int(means.argmax())
    return {
        "rate": RATES[best],
        "exact": scores[best].round(4).tolist(),
        "mean_by_rate": means.round(4).tolist(),
    }


def header():
    return {
        "command": "python -m benchmarks.dates_sweep", "seeds": SEEDS,
        "batch_size": torch_alignment.BATCH, "hidden_size": torch_alignment.HIDDEN,
        "test_dates": torch_alignment.TEST, "clip": 1.0, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, choices=BUDGETS, help="this budget only")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    stored = json.loads(RESULTS.read_text("utf-8"))["runs"] if args.steps else {}
    runs = {name: dict(stored.get(name, {})) for name in MODELS}
    with ProcessPoolExecutor(args.processes) as pool:
        for steps in (args.steps,) if args.steps else BUDGETS:
            for name in MODELS:
                runs[name][str(steps)] = sweep(name, steps, pool)
                print(name, steps, runs[name][str(steps)], flush=True)
    for name, entry in runs.items():
        runs[name] = {str(steps): entry[str(steps)] for steps in BUDGETS if str(steps) in entry}
    store.write(RESULTS, {**header(), "runs": runs}, indent=1)


if __name__ == "__main__":
    main()
