"""A plain RNN on short memory tasks: 1,000 steps of 32 sequences, fewer once it is solved.

``right``: share of right answers; for the adding problem, of the variance explained.
"""

import numpy as np

from lessons_lib import cells, training
from lessons_models.memory_tasks import SHORT
from sweeps.runner.declare import RATES, Sweep, every

STEPS, BATCH, TEST, HIDDEN = 1000, 32, 512, 32


def run(settings, seed):
    draw, inputs, outputs, loss, right, solved = SHORT[settings["task"]]
    T, rng = settings["T"], np.random.default_rng([seed, 0])
    cell = cells.RNN(inputs, HIDDEN, rng=rng, dtype=np.float32)
    last_only = not settings["task"].startswith("copy")
    model = training.SequenceModel(cell, outputs, rng=rng, last_only=last_only)
    rng = np.random.default_rng([seed, 1])
    history = training.train(
        model, (draw(T, BATCH, rng) for _ in range(STEPS)), loss=loss, metric=right,
        optimiser=training.Adam(lr=settings["lr"], clip=1.0), stop=training.solved(solved),
        schedule=training.linear_decay(STEPS),
    )  # fmt: skip
    x, target = draw(T, TEST, np.random.default_rng([seed, 2]))
    return {"right": right(model.forward(x)[0], target), "steps": len(history.loss)}


CASES = every(task=("adding", "order"), T=(10, 20, 30, 50)) + every(
    task=("copy 1", "copy 3"), T=(1, 3, 5, 10, 20)
)
SWEEPS = (
    Sweep("memory", run, CASES, per=("task", "T"), grid={"lr": (1e-4, *RATES[:6])}, score="right",
          guess=0.0, tuning=(10_000, 10_001, 10_002)),
)  # fmt: skip
