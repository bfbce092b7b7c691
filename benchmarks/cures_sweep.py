"""The sweep behind the lesson on partial cures: the gap task, one budget, one change at a time.

Every cure, every gap, 5 seeds, 300 steps of 32 sentences, three learning rates each, smaller ones
for the starts that need them.  Seeds, sentences and budget are those of ``make sweep``, so that
the rows can stand beside its RNN.  Kept is, for each cure, the rate with the best mean over all
gaps and seeds.  ``finite`` counts the runs of that rate whose numbers stayed finite.
The second part, ``distractors``, puts ten other countries into a gap of 50 words.
Results: src/lessons_lib/data/cures_sweep.json.

    python -m benchmarks.cures_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from benchmarks.gap_sweep import make_orthogonal
from lessons_lib import cells, experiments
from lessons_lib.experiments import recurrent
from lessons_models.cell_variants import LeakyRNN, ReLURNN, SkipRNN

RATES, SMALLER, LARGER = (3e-3, 1e-2, 2e-2), (1e-3, 3e-3, 1e-2), (3e-2, 5e-2, 1e-1)
STEPS, MIXED = 300, np.geomspace(1, 0.005, experiments.HIDDEN)  # time scales from 1 to 200 steps
RESULTS = store.DATA / "cures_sweep.json"


def make_identity(cell, rng):
    cell.params["W_hh"][:] = np.eye(cell.hidden_size)


# name → build, clip, rates
CURES = {
    "no clipping": (recurrent(cells.RNN), None, RATES),
    "larger rates": (recurrent(cells.RNN), 1.0, LARGER),
    "orthogonal": (recurrent(cells.RNN, make_orthogonal), 1.0, SMALLER),
    "identity": (recurrent(cells.RNN, make_identity), 1.0, SMALLER),
    "identity + ReLU": (recurrent(ReLURNN), 1.0, SMALLER),
    "same, no clipping": (recurrent(ReLURNN), None, SMALLER),
    "skip 10": (recurrent(SkipRNN, skip=10), 1.0, RATES),
    "leaky 0.5": (recurrent(LeakyRNN, leak=0.5), 1.0, RATES),
    "leaky 0.1": (recurrent(LeakyRNN, leak=0.1), 1.0, RATES),
    "leaky 0.01": (recurrent(LeakyRNN, leak=0.01), 1.0, RATES),
    "leaky mixed": (recurrent(LeakyRNN, leak=MIXED), 1.0, RATES),
}
AHEAD = {"LSTM chrono": (recurrent(cells.LSTM, chrono=max(experiments.GAPS)), 1.0, RATES)}
CROWDED, DISTRACTORS = ("orthogonal", "skip 10", "leaky 0.1", "leaky 0.01", "LSTM chrono"), 10


def solve(name, rate, gap, seed, distractors=0):
    """One run of ``experiments.solve_gap``  →  accuracy, finite?"""
    build, clip, _ = {**CURES, **AHEAD}[name]
    try:
        score, _ = experiments.solve_gap(
            build, gap, seed, lr=rate, steps=STEPS, distractors=distractors, clip=clip
        )
    except ValueError:  # a loss, gradient or weight is no longer finite: the answer is a guess
        return 0.1, False
    return score, True


def sweep(name, gaps, pool, distractors=0):
    """All rates, gaps and seeds of one cure  →  its entry in the results."""
    rates, seeds = {**CURES, **AHEAD}[name][2], experiments.SEEDS
    jobs = [(name, rate, gap, seed, distractors) for rate in rates for gap in gaps
            for seed in seeds]  # fmt: skip
    done = list(
        tqdm(pool.map(solve, *zip(*jobs, strict=True)), total=len(jobs), desc=name, file=sys.stderr)
    )
    scores, finite = (np.reshape(part, (len(rates), len(gaps), len(seeds)))
                      for part in zip(*done, strict=True))  # fmt: skip
    best = int(scores.mean(axis=(1, 2)).argmax())
    return {
        "rate": rates[best],
        "accuracy": scores[best].round(4).tolist(),
        "finite": int(finite[best].sum()),
        "mean_by_rate": {str(r): float(scores[k].mean().round(4)) for k, r in enumerate(rates)},
    }


def main():
    results = {
        "command": "python -m benchmarks.cures_sweep", "gaps": experiments.GAPS,
        "seeds": experiments.SEEDS, "steps": STEPS, "batch_size": 32,
        "hidden_size": experiments.HIDDEN, "distractors": DISTRACTORS, "crowded_gap": 50,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "runs": {}, "crowded": {},
    }  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        for name in CROWDED:
            results["crowded"][name] = sweep(name, (50,), pool, DISTRACTORS)
            print("crowded", name, results["crowded"][name], flush=True)
        for name in CURES:
            entry = results["runs"][name] = sweep(name, experiments.GAPS, pool)
            means = np.mean(entry["accuracy"], axis=1).round(2).tolist()
            print(name, entry["rate"], entry["finite"], means, flush=True)
    store.write(RESULTS, results, indent=1)


if __name__ == "__main__":
    main()
