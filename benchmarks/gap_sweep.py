"""The long sweep behind the flagship figure: ``make sweep``.

Every architecture and initialisation, every gap, 5 seeds, one budget of 300 steps, and three
learning rates each, so that no baseline fails for want of tuning.  All accuracies are kept; the
figure shows, for each architecture, the rate with the best mean over all gaps and seeds.
Results: src/lessons_lib/data/gap_sweep.json, one entry per architecture, written as each is done.

    make sweep                       all of them
    make sweep ONLY="RNN|GRU chrono" some of them; the others' results stay
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

from lessons_lib import cells, experiments
from lessons_lib.experiments import recurrent
from lessons_models.attention_models import AttentionReadout, SelfAttention
from lessons_models.lstm_variants import LSTMVariant

RATES = (3e-3, 1e-2, 2e-2)
RESULTS = store.DATA / "gap_sweep.json"
COMMAND = "make sweep"


def make_orthogonal(cell, rng):
    cell.params["W_hh"][:] = cells.orthogonal(cell.hidden_size, rng)


def shut_input(cell, rng):
    """b_i = -b_f, as in the chrono start, but with one time scale for all units."""
    cell.params["b_h"][0] = -cell.params["b_h"][1]


def attention_on_rnn(rng):
    cell = cells.RNN(experiments.WORDS, experiments.HIDDEN, rng=rng, dtype=np.float32)
    return AttentionReadout(cell, experiments.ANSWERS, rng=rng)


def self_attention(rng):
    words, answers, size = experiments.WORDS, experiments.ANSWERS, experiments.HIDDEN
    return SelfAttention(words, answers, LONGEST + 3, size, rng=rng, dtype=np.float32)


LONGEST = max(experiments.GAPS)
ARCHITECTURES = {
    "RNN": recurrent(cells.RNN),
    "RNN orthogonal": recurrent(cells.RNN, make_orthogonal),
    "LSTM forget bias 0": recurrent(cells.LSTM),
    "LSTM forget bias 1": recurrent(cells.LSTM, forget_bias=1.0),
    "LSTM forget bias 3": recurrent(cells.LSTM, forget_bias=3.0),
    "LSTM forget bias 5": recurrent(cells.LSTM, forget_bias=5.0),
    "LSTM biases 5, -5": recurrent(cells.LSTM, shut_input, forget_bias=5.0),
    "LSTM coupled, bias 3": recurrent(LSTMVariant, coupled=True, forget_bias=3.0),
    "LSTM chrono": recurrent(cells.LSTM, chrono=LONGEST),
    "GRU": recurrent(cells.GRU),
    "GRU keep bias 3": recurrent(cells.GRU, keep_bias=3.0),
    "GRU chrono": recurrent(cells.GRU, chrono=LONGEST),
    "RNN + attention": attention_on_rnn,
    "Self-attention": self_attention,
}


def run(name, rate, gap, seed):
    score, steps = experiments.solve_gap(ARCHITECTURES[name], gap, seed, lr=rate)
    return rate, gap, seed, score, steps


def sweep(name, pool):
    """All rates, gaps and seeds of one architecture  →  its entry in the results."""
    jobs = [(name, r, g, s) for g in reversed(experiments.GAPS) for r in RATES
            for s in experiments.SEEDS]  # fmt: skip
    futures = [pool.submit(run, *job) for job in jobs]
    shape = len(RATES), len(experiments.GAPS), len(experiments.SEEDS)
    scores, steps = np.empty(shape), np.empty(shape, int)
    for future in tqdm(futures, desc=name, file=sys.stderr):
        rate, gap, seed, score, count = future.result()
        where = RATES.index(rate), experiments.GAPS.index(gap), experiments.SEEDS.index(seed)
        scores[where], steps[where] = score, count
    best = int(scores.mean(axis=(1, 2)).argmax())
    return {
        "rate": RATES[best],
        "accuracy": scores[best].round(4).tolist(),
        "steps": steps[best].tolist(),
        "mean_by_rate": {str(r): float(scores[k].mean().round(4)) for k, r in enumerate(RATES)},
    }


def load():
    """The results so far, or an empty frame with the settings they are made with.

    Ends with a message where the file was made with other settings: rows of both kinds in one
    file would not be comparable.
    """
    settings = {
        "command": COMMAND,
        "gaps": list(experiments.GAPS),
        "seeds": list(experiments.SEEDS),
        "steps": 300,
        "batch_size": 32,
        "hidden_size": experiments.HIDDEN,
        "clip": 1.0,
        "rates_tried": list(RATES),
    }
    if not RESULTS.exists():
        return {**settings, "versions": {}, "runs": {}}
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    changed = [name for name, value in settings.items() if results.get(name) != value]
    if changed:
        sys.exit(
            f"{RESULTS.name} was made with other {', '.join(changed)}: delete it, run all rows"
        )
    return results


def save(results):
    """The rows in their order, with the versions they were computed with."""
    order = {name: results["runs"][name] for name in ARCHITECTURES if name in results["runs"]}
    results["runs"] = order
    results["versions"] = {"python": platform.python_version(), "numpy": np.__version__}
    store.write(RESULTS, results, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="|".join(ARCHITECTURES), help="names, with | between")
    names = [name.strip() for name in parser.parse_args().only.split("|") if name.strip()]
    if unknown := [name for name in names if name not in ARCHITECTURES]:
        parser.error(f"unknown {unknown}: choose from {', '.join(ARCHITECTURES)}")
    results = load()
    with ProcessPoolExecutor() as pool:
        for name in names:
            results["runs"][name] = sweep(name, pool)
            save(results)
            means = np.mean(results["runs"][name]["accuracy"], axis=1)
            print(f"{name}: {dict(zip(experiments.GAPS, means.round(2).tolist(), strict=True))}")


if __name__ == "__main__":
    main()
