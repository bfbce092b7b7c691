"""Does one unit of a small LSTM carry the subject, with the lesson's two penalties and without?

A seed is clean if one unit meets the lesson's criterion.
"""

import numpy as np

from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_models import agreement, sparse, subject
from sweeps.runner.declare import Sweep

HIDDEN, BATCH, BATCHES, RATE = 8, 16, 64, 2e-2
CASES = [
    {"model": "she or he", "activity": 0.05, "shrink": 0.2, "steps": 1500},
    {"model": "without penalties", "activity": 0.0, "shrink": 0.0, "steps": 1500},
    {"model": "language model", "activity": 0.02, "shrink": 0.1, "steps": 2000},
]


def trained(settings, seed):
    """One LSTM with its read-out: of she and he before the pronouns, or of every next word."""
    rng, data = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    words, steps = len(agreement.Pronouns.vocab), settings["steps"]
    every_word = settings["model"] == "language model"
    cell = cells.LSTM(words, HIDDEN, rng=rng, forget_bias=1.0, dtype=np.float32)
    outputs = words if every_word else 2
    model = sparse.QuietModel(cell, outputs, rng=rng, activity=settings["activity"])
    drawn = [agreement.pronoun_streams(subject.T, BATCH, rng=data, dtype=np.float32)
             for _ in range(BATCHES)]  # fmt: skip
    feeds = [(s.x, s.targets) if every_word else (s.x, s.gender, s.mask) for s in drawn]
    optimiser = sparse.ShrinkingAdam(RATE, names=("cell.W_hh", "W_hy"), start=steps // 5,
                                     shrink=settings["shrink"], clip=1.0)  # fmt: skip
    training.train(
        model, (feeds[k % BATCHES] for k in range(steps)), loss=cross_entropy,
        optimiser=optimiser, schedule=training.linear_decay(steps, 0.4),
    )  # fmt: skip
    return model


def run(settings, seed):
    """Accuracies, clean?, units above 0.8 in correlation, the numbers of the highest of them."""
    whole, units = subject.measure(trained(settings, seed))
    best = int(units["correlation"].argmax())
    row = {key: round(float(values[best]), 3) for key, values in units.items()}
    carriers = int((units["correlation"] > 0.8).sum())
    return {**whole, "clean": bool(subject.meets(units).any()), "carriers": carriers, **row}


SWEEPS = (Sweep("subject", run, CASES, range(10, 25), seconds=4),)
