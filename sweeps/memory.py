"""A plain RNN on short versions of the classic memory tasks: 1,000 steps of 32 sequences at most.

A training ends early once 20 batches in a row are solved on average.  Each task and length has
its own learning rate.  ``right`` is the share of right answers on new sequences, for the adding
problem the share of the variance explained.
"""

import numpy as np

from lessons_lib import cells, tasks, training
from lessons_lib.functional import cross_entropy, squared_error
from sweeps.runner.declare import Sweep, every

STEPS, BATCH, TEST, HIDDEN = 1000, 32, 512, 32


def adding(T, B, rng):
    return tasks.adding_problem(T, B, rng=rng, dtype=np.float32)


def order(T, B, rng):
    batch = tasks.temporal_order(T, B, rng=rng, dtype=np.float32)
    return batch.x, batch.y


def copy_of(symbols):
    def copy(T, B, rng):
        batch = tasks.copy_memory(T, B, rng=rng, symbols=symbols, dtype=np.float32)
        return batch.x, batch.targets

    return copy


def explained(y, target):
    return 1 - squared_error(y, target)[0] / tasks.ADDING_BASELINE


def right_symbols(symbols):
    return lambda y, target: training.accuracy(y[-symbols:], target[-symbols:])


# name → draw(T, B, rng), inputs, outputs, loss, share that is right, solved from
TASKS = {
    "adding": (adding, 2, 1, squared_error, explained, 0.99),
    "order": (order, 8, 4, cross_entropy, training.accuracy, 0.995),
    "copy 1": (copy_of(1), 10, 10, cross_entropy, right_symbols(1), 0.995),
    "copy 3": (copy_of(3), 10, 10, cross_entropy, right_symbols(3), 0.995),
}
SHORT, LENGTHS = (1, 3, 5, 10, 20), (10, 20, 30, 50)


def run(settings, seed):
    draw, inputs, outputs, loss, right, solved = TASKS[settings["task"]]
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


SWEEPS = (
    Sweep(
        "memory",
        run,
        every(task=("adding", "order"), T=LENGTHS) + every(task=("copy 1", "copy 3"), T=SHORT),
        seeds=range(10),
        grid={"lr": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)},
        tuning=(10_000, 10_001, 10_002),
        per=("task", "T"),
        score="right",
        guess=0.0,
    ),
)
