"""The sweep behind the lesson on where a gate starts: time scales too short, too long, too few.

``starts``: LSTM and GRU with chrono biases for several T_max, two other ways to spread the time
scales, and the zero bias, on short and long gaps, 300 steps.  ``longer``: starts that fail under
this budget, with 1,500 steps.  5 seeds, three learning rates each.  Kept is, for each start and
gap, the rate that solves most seeds, and of these the fastest: no start pays for a wrong rate.
Results: src/lessons_lib/data/chrono_sweep.json.

    python -m benchmarks.chrono_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from benchmarks.gap_sweep import ARCHITECTURES, RATES, shut_input
from lessons_lib import cells, experiments
from lessons_lib.experiments import recurrent

T_MAX, GAPS, SOLVED = (20, 50, 200, 1000), (2, 5, 20, 100), 0.95
STEPS, LONGER = 300, 1500
RESULTS = store.DATA / "chrono_sweep.json"


def even_biases(longest):
    """b_f even between 0 and log(T_max - 1), b_i = -b_f: as many units per octave of time."""

    def adjust(cell, rng):
        cell.params["b_h"][1] = rng.uniform(0, np.log(longest - 1), cell.hidden_size)
        shut_input(cell, rng)

    return adjust


def exponential_biases(cell, rng):
    """b_f exponential with mean 1, b_i = -b_f: no T_max, P(e^b > s) = 1 / s."""
    cell.params["b_h"][1] = rng.exponential(1.0, cell.hidden_size)
    shut_input(cell, rng)


STARTS = {
    "LSTM forget bias 0": recurrent(cells.LSTM),
    **{f"LSTM chrono {longest}": recurrent(cells.LSTM, chrono=longest) for longest in T_MAX},
    **{f"GRU chrono {longest}": recurrent(cells.GRU, chrono=longest) for longest in T_MAX},
    "LSTM even biases 1000": recurrent(cells.LSTM, even_biases(1000)),
    "LSTM exponential biases": recurrent(cells.LSTM, exponential_biases),
}
# name in ``gap_sweep`` → gaps to try again with more steps
PATIENT = {"LSTM forget bias 0": (20, 50)}


def solve(build, rate, gap, seed, steps):
    """One run of ``experiments.solve_gap``  →  accuracy, steps."""
    return experiments.solve_gap(
        {**ARCHITECTURES, **STARTS}[build], gap, seed, lr=rate, steps=steps
    )


def sweep(name, gaps, steps, pool):
    """All rates, gaps and seeds of one start  →  its entry: for each gap the best rate's runs."""
    seeds = experiments.SEEDS
    jobs = [(name, rate, gap, seed, steps) for gap in gaps for rate in RATES for seed in seeds]
    done = pool.map(solve, *zip(*jobs, strict=True))
    done = np.reshape(
        list(tqdm(done, total=len(jobs), desc=name, file=sys.stderr)),
        (len(gaps), len(RATES), len(seeds), 2),
    )
    entry = {"gaps": list(gaps), "rates": [], "accuracy": [], "steps": []}
    for runs in done:
        best = max(range(len(RATES)), key=lambda k: merit(*runs[k].T))
        entry["rates"].append(RATES[best])
        entry["accuracy"].append(runs[best, :, 0].round(4).tolist())
        entry["steps"].append(runs[best, :, 1].astype(int).tolist())
    entry["solved_by_rate"] = (done[..., 0] >= SOLVED).sum(axis=2).tolist()
    return entry


def merit(scores, steps):
    """What makes one learning rate better than another: seeds solved, then speed, then accuracy."""
    return (scores >= SOLVED).sum(), -steps.mean(), scores.mean()


def main():
    results = {
        "command": "python -m benchmarks.chrono_sweep", "seeds": experiments.SEEDS,
        "steps": STEPS, "longer_steps": LONGER, "batch_size": 32,
        "hidden_size": experiments.HIDDEN, "clip": 1.0, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "starts": {}, "longer": {},
    }  # fmt: skip
    parts = [("starts", name, GAPS, STEPS) for name in STARTS]
    parts += [("longer", name, gaps, LONGER) for name, gaps in PATIENT.items()]
    with ProcessPoolExecutor(2) as pool:
        for part, name, gaps, steps in parts:
            entry = results[part][name] = sweep(name, gaps, steps, pool)
            for row in zip(gaps, entry["rates"], entry["accuracy"], entry["steps"], strict=True):
                print(part, name, *row, flush=True)
            store.write(RESULTS, results, indent=1)


if __name__ == "__main__":
    main()
