"""The sweep behind the small transformer: the text of the course, and the gap sentences.

Text: two blocks of size 32, windows of 50 characters, 16 side by side, 40 passes, as in
``character_sweep``; no state is carried from one window to the next, so each pass begins at
another character.  Three learning rates with seed 0; the one with the best pass is run with all
5 seeds.
Gap: one block of size 32 that asks from the last place, with the layer norm before its parts and
after them, under the budget of ``gap_sweep``: 300 steps of 32 fresh sentences, 5 seeds, three
learning rates; the rate with the best mean over all gaps and seeds is kept.
Results: src/lessons_lib/data/transformer_sweep.json.

    python -m benchmarks.transformer_sweep
"""

import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks import store  # first: it sets the threads of NumPy and torch

# isort: split
import numpy as np
import torch
from tqdm import tqdm

from lessons_lib import experiments, tasks, text
from lessons_models.torch_transformer import PostNorm, PreNorm, Transformer
from lessons_models.transformer_experiments import read_text, solve_last

SEEDS, PASSES, SIZE = (0, 1, 2, 3, 4), 40, 32
TEXT_RATES, GAP_RATES, GAPS = (2.5e-3, 5e-3, 1e-2), (1e-3, 3e-3, 1e-2), (5, 50, 200)
BLOCKS = {"norm before": PreNorm, "norm after": PostNorm}
RESULTS = store.DATA / "transformer_sweep.json"
GAP_JOBS = [(b, r, g, s) for b in BLOCKS for r in GAP_RATES for g in GAPS for s in SEEDS]


def run_text(job, passes=PASSES):
    """One language model  →  bits per character (2, passes): training, validation."""
    rate, seed = job
    torch.set_num_threads(1)
    course = text.course_text()
    known, new = text.split(text.Vocab.from_text(course).encode(course), 0.1)
    return read_text(known, new, seed, lr=rate, passes=passes, size=SIZE)[0]


def one_block(block, rng):
    """A block for the gap sentences: every place sees every other, the last one answers."""
    return Transformer(experiments.WORDS, experiments.ANSWERS, max(experiments.GAPS) + 3, SIZE,
                       rng=rng, layers=1, block=block, causal=False)  # fmt: skip


def run_gap(job, steps=300):
    """One block on one gap  →  test accuracy."""
    name, rate, gap, seed = job
    torch.set_num_threads(1)
    draw = partial(tasks.gap_sentences, gap)
    return solve_last(partial(one_block, BLOCKS[name]), draw, seed, lr=rate, steps=steps)[0]


def sweep_text(run):
    """run: jobs → curves.  All rates with seed 0, the best with the other seeds."""
    first = np.array(run([(rate, SEEDS[0]) for rate in TEXT_RATES]))  # (rates, 2, passes)
    bests = first[:, 1].min(axis=-1)
    k = int(bests.argmin())
    others = run([(TEXT_RATES[k], seed) for seed in SEEDS[1:]])
    curves = np.array([first[k], *others])
    return {
        "rate": TEXT_RATES[k],
        "training": curves[:, 0].round(3).tolist(),
        "validation": curves[:, 1].round(3).tolist(),
        "seed_0_by_rate": dict(zip(map(str, TEXT_RATES), bests.round(3).tolist(), strict=True)),
    }


def sweep_gap(run):
    """run: jobs → accuracies  →  by block, the accuracies at its best rate (gaps, seeds)."""
    shape = len(BLOCKS), len(GAP_RATES), len(GAPS), len(SEEDS)
    entries, scores = {}, np.reshape(run(GAP_JOBS), shape)
    for name, by_rate in zip(BLOCKS, scores, strict=True):
        means = by_rate.mean(axis=(1, 2))
        entries[name] = {
            "rate": GAP_RATES[int(means.argmax())],
            "accuracy": by_rate[int(means.argmax())].round(4).tolist(),
            "mean_by_rate": dict(zip(map(str, GAP_RATES), means.round(4).tolist(), strict=True)),
        }
    return entries


def write(on_text, on_gap):
    """on_text, on_gap: functions jobs → results.  Run both parts and store them."""
    results = {
        "command": "python -m benchmarks.transformer_sweep", "seeds": SEEDS, "passes": PASSES,
        "window": 50, "streams": 16, "size": SIZE, "heads": 4, "blocks": 2, "clip": 1.0,
        "text_rates": TEXT_RATES, "gaps": GAPS, "gap_steps": 300, "gap_blocks": 1,
        "gap_rates": GAP_RATES,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]},
    }  # fmt: skip
    results["text"], results["gap"] = sweep_text(on_text), sweep_gap(on_gap)
    store.write(RESULTS, results)
    text_runs = results["text"]
    print(text_runs["seed_0_by_rate"], np.min(text_runs["validation"], axis=1).tolist())
    for name, entry in results["gap"].items():
        print(name, entry["mean_by_rate"], np.mean(entry["accuracy"], axis=1).round(2).tolist())


def main():
    with ProcessPoolExecutor() as pool:

        def every(function, jobs):
            return list(tqdm(pool.map(function, jobs), total=len(jobs), file=sys.stderr))

        write(partial(every, run_text), partial(every, run_gap))


if __name__ == "__main__":
    main()
