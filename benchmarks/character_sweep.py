"""The sweep behind the character model: bits per character after each pass through the text.

RNN, LSTM and GRU with 64 units on the text of the course; 5 seeds, three learning rates each.
The lesson shows, for each cell, the rate with the best mean over the seeds of the best pass.  The
weights of one network, the RNN with that rate and seed 0 at its best pass, are kept as integers,
in thousandths, so that every machine reads the same numbers.
Results: src/lessons_lib/data/character_model.json.

    python -m benchmarks.character_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
from tqdm import tqdm

from lessons_lib import cells, text
from lessons_lib.functional import cross_entropy
from lessons_lib.training import Adam, SequenceModel, train
from lessons_models import characters

HIDDEN, STEPS, STREAMS, PASSES = 64, 50, 16, 40
SEEDS, RATES = (0, 1, 2, 3, 4), (2.5e-3, 5e-3, 1e-2)
RESULTS = store.DATA / "character_model.json"
CELLS = {"RNN": cells.RNN, "LSTM": partial(cells.LSTM, forget_bias=1.0), "GRU": cells.GRU}
KEPT = "RNN"  # the cell whose weights are stored, of seed 0
UNIT = 1000  # weights are stored in thousandths


def run(job):
    """One network of CELLS  →  what ``learn`` returns."""
    name, rate, seed = job
    build = partial(CELLS[name], hidden_size=HIDDEN, dtype=np.float32)
    return learn(lambda size, rng: build(size, rng=rng), rate, seed)


def learn(build, rate, seed):
    """Train the cell of build(alphabet, rng) on the text of the course.

    →  bits per character (2, passes) in training and validation, weights of the best pass.
    """
    course = characters.course_text()
    ids = text.Vocab.from_text(course).encode(course)
    known, new = characters.split(ids, 0.1)
    size, rng = int(ids.max()) + 1, np.random.default_rng(seed)
    model = SequenceModel(build(size, rng), size, rng=rng)
    optimiser = Adam(lr=rate, clip=1.0)
    curves, best = [], {}
    for _ in range(PASSES):
        batches = characters.char_batches(known, STEPS, STREAMS)
        history = train(model, ((text.one_hot(x, size, np.float32), y) for x, y in batches),
                        loss=cross_entropy, optimiser=optimiser, carry_state=True)  # fmt: skip
        curves.append((history.loss.mean() / np.log(2), characters.bits_per_character(model, new)))
        if curves[-1][1] == min(bits for _, bits in curves):
            best = {key: value.copy() for key, value in model.params.items()}
    return np.transpose(curves), best


def sweep(name, pool):
    """All rates and seeds of one cell  →  its entry in the results, weights of seed 0."""
    jobs = [(name, rate, seed) for rate in RATES for seed in SEEDS]
    runs = list(tqdm(pool.map(run, jobs), total=len(jobs), desc=name, file=sys.stderr))
    curves = np.reshape([curve for curve, _ in runs], (len(RATES), len(SEEDS), 2, PASSES))
    by_rate = curves[:, :, 1].min(axis=-1).mean(axis=-1)
    k = int(by_rate.argmin())
    weights = runs[k * len(SEEDS)][1]
    entry = {
        "rate": RATES[k],
        "parameters": sum(value.size for value in weights.values()),
        "training": curves[k, :, 0].round(3).tolist(),
        "validation": curves[k, :, 1].round(3).tolist(),
        "best_by_rate": {str(r): round(float(b), 3) for r, b in zip(RATES, by_rate, strict=True)},
    }
    return entry, {key: np.rint(UNIT * v).astype(int).tolist() for key, v in weights.items()}


def main():
    settings = {
        "command": "python -m benchmarks.character_sweep", "seeds": SEEDS, "passes": PASSES,
        "steps": STEPS, "streams": STREAMS, "hidden_size": HIDDEN, "clip": 1.0,
        "validation_share": 0.1, "rates_tried": RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }  # fmt: skip
    with ProcessPoolExecutor() as pool:
        runs = {name: sweep(name, pool) for name in CELLS}
    settings["runs"] = {name: entry for name, (entry, _) in runs.items()}
    settings["weights"] = {"cell": KEPT, "seed": 0, "unit": 1 / UNIT, "params": runs[KEPT][1]}
    store.write(RESULTS, settings)
    for name, entry in settings["runs"].items():
        best = np.min(entry["validation"], axis=1)
        print(name, entry["best_by_rate"], best.tolist())


if __name__ == "__main__":
    main()
