"""The sweep behind the lesson that looks inside a trained cell: does one unit carry the subject?

Small LSTMs on the pronoun language, the same 64 batches of 16 streams over and over, with two
penalties that ask for few active units: the network of the lesson, which answers she or he, and a
language model, which predicts every next word.  A seed is clean if one unit meets the lesson's
criterion.  The strengths of the penalties were chosen on seeds 0 … 9; the seeds here are new.
Results: src/lessons_lib/data/subject_sweep.json.

    python -m benchmarks.subject_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from lessons_lib import cells, tasks, training
from lessons_lib.functional import cross_entropy
from lessons_models import probes, sparse

HIDDEN, T, BATCH, BATCHES, TEST, RATE = 8, 40, 16, 64, 256, 2e-2
NAMES = range(8)  # the first words of the vocabulary
RESULTS = store.DATA / "subject_sweep.json"
# name → activity, shrink, steps, predicts every word?, seeds
RUNS = {
    "she or he": (0.05, 0.2, 1500, False, range(10, 25)),
    "language model": (0.02, 0.1, 2000, True, range(10, 20)),
}


def trained(activity, shrink, steps, every_word, seed):
    """One LSTM with its read-out: of she and he before the pronouns, or of every next word."""
    rng, data = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    words = len(tasks.Pronouns.vocab)
    cell = cells.LSTM(words, HIDDEN, rng=rng, forget_bias=1.0, dtype=np.float32)
    outputs = words if every_word else 2
    model = sparse.QuietModel(cell, outputs, rng=rng, activity=activity)
    drawn = [tasks.pronoun_streams(T, BATCH, rng=data, dtype=np.float32) for _ in range(BATCHES)]
    feeds = [(s.x, s.targets) if every_word else (s.x, s.gender, s.mask) for s in drawn]
    optimiser = sparse.ShrinkingAdam(
        RATE, names=("cell.W_hh", "W_hy"), shrink=shrink, start=steps // 5, clip=1.0
    )
    training.train(
        model, (feeds[k % BATCHES] for k in range(steps)), loss=cross_entropy,
        optimiser=optimiser, schedule=training.linear_decay(steps, 0.4),
    )  # fmt: skip
    return model


def answers(model, hs):
    """hs (..., H)  →  0 for she, 1 for he: the likelier of the two."""
    y = hs @ model.read_out["W_hy"] + model.read_out["b_y"]
    if y.shape[-1] > 2:
        y = y[..., tasks.Pronouns.vocab.encode(("she", "he"))]
    return y.argmax(axis=-1)


def flips(model, test, cache, said):
    """Share of the pronouns that change when one unit's cell state changes sign  →  (H,)."""
    x, h, c = (a[test.mask] for a in (test.x, cache.h[:-1], cache.c[:-1]))
    shares = []
    for unit in range(HIDDEN):
        mirrored = c.copy()
        mirrored[:, unit] *= -1
        (h_new, _), _ = model.cell.step(x, (h, mirrored))
        shares.append((answers(model, h_new) != said[test.mask]).mean())
    return np.array(shares)


def measure(model):
    """Accuracy on the pronouns, and the six numbers of the criterion for every unit, each (H,)."""
    test = tasks.pronoun_streams(T, TEST, rng=np.random.default_rng(99), dtype=np.float32)
    _, _, (hs, cache) = model.forward(test.x)
    _, f, _, o = cache.gates
    said = answers(model, hs)
    name = np.isin(test.tokens, NAMES)
    new = name & (np.arange(T)[:, None] > 0)
    return float((said == test.gender)[test.mask].mean()), {
        "correlation": np.abs(probes.unit_correlations(cache.c[1:], test.gender)),
        "forget_new": f[new].mean(axis=0), "forget_else": f[~name].mean(axis=0),
        "output_before": o[test.mask].mean(axis=0), "output_else": o[~test.mask].mean(axis=0),
        "flips": flips(model, test, cache, said),
    }  # fmt: skip


def meets(unit):
    """The criterion, for all units at once  →  (H,) bool."""
    return (
        (unit["correlation"] > 0.8) & (unit["forget_new"] < 0.3) & (unit["forget_else"] > 0.8)
        & (unit["output_before"] > 0.8) & (unit["output_else"] < 0.2) & (unit["flips"] > 0.8)
    )  # fmt: skip


def run(job):
    """Train and measure one network  →  accuracy, clean?, the numbers of the unit that flips most.

    second_flips is the next unit's share of flips.
    """
    name, seed = job
    accuracy, units = measure(trained(*RUNS[name][:-1], seed))
    best = int(units["flips"].argmax())
    row = {key: round(float(values[best]), 3) for key, values in units.items()}
    second = round(float(np.sort(units["flips"])[-2]), 3)
    return {"accuracy": accuracy, "clean": bool(meets(units).any()), **row, "second_flips": second}


def main():
    results = {
        "command": "python -m benchmarks.subject_sweep", "hidden_size": HIDDEN, "T": T,
        "batch_size": BATCH, "batches": BATCHES, "rate": RATE,
        "versions": {"python": platform.python_version(), "numpy": np.__version__}, "runs": {},
    }  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        for name, (activity, shrink, steps, _, seeds) in RUNS.items():
            jobs = [(name, seed) for seed in seeds]
            rows = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
            settings = {"activity": activity, "shrink": shrink, "steps": steps}
            columns = {key: [row[key] for row in rows] for key in rows[0]}
            results["runs"][name] = {**settings, "seeds": list(seeds), **columns}
            print(name, "clean:", sum(columns["clean"]), "of", len(rows), flush=True)
    store.write(RESULTS, results)


if __name__ == "__main__":
    main()
