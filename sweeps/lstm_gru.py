"""LSTM or GRU: the same tasks, one budget, equal tuning.

Adding problem and temporal order, 100 steps long: at most 1,000 training steps of 32 sequences,
ended early once the last 20 batches are solved on average.  The rate with the fewest steps is kept.
The same seed means the same sequences in every row.  "equal": as many units as bring the GRU's
parameters next to those of the LSTM in the same task.  Characters: ``characters``.
"""

import numpy as np

from lessons_lib import cells, tasks
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.training import Adam, SequenceModel, accuracy, solved, train
from sweeps.runner.declare import Sweep, every

T, STEPS, BATCH, TEST, HIDDEN, EQUAL = 100, 1000, 32, 512, 32, 37


def minus_error(y, target):
    return -squared_error(y, target)[0]


# name → draw, inputs, outputs, loss, score (larger is better), solved from
TASKS = {
    "adding": (tasks.adding_problem, 2, 1, squared_error, minus_error, -0.01),
    "order": (tasks.temporal_order, 8, 4, cross_entropy, accuracy, 0.98),
}
MODELS = {
    "LSTM": (cells.LSTM, {}),
    "LSTM forget bias 1": (cells.LSTM, {"forget_bias": 1.0}),
    "LSTM coupled": (cells.LSTM, {"coupled": True}),
    "LSTM chrono": (cells.LSTM, {"chrono": T}),
    "GRU": (cells.GRU, {}),
    "GRU equal": (cells.GRU, {}),
    "GRU chrono": (cells.GRU, {"chrono": T}),
    "GRU chrono equal": (cells.GRU, {"chrono": T}),
}


def draw_batch(draw, B, rng):
    batch = draw(T, B, rng=rng, dtype=np.float32)
    return batch.x, batch.y


def run(settings, seed, budget=STEPS):
    """Train one network until solved or out of budget.

    steps: one more than the budget stands for "not solved"; the curve has means of 20 steps.
    """
    draw, inputs, outputs, loss, score, threshold = TASKS[settings["task"]]
    Cell, options = MODELS[settings["model"]]
    rng = np.random.default_rng([seed, 0])
    units = EQUAL if settings["model"].endswith("equal") else HIDDEN
    cell = Cell(inputs, units, rng=rng, dtype=np.float32, **options)
    model = SequenceModel(cell, outputs, rng=rng, last_only=True)
    rng = np.random.default_rng([seed, 1])
    history = train(
        model, (draw_batch(draw, BATCH, rng) for _ in range(budget)), loss=loss,
        optimiser=Adam(lr=settings["lr"], clip=1.0), metric=score, stop=solved(threshold),
    )  # fmt: skip
    done = solved(threshold)(history.metric)
    x, target = draw_batch(draw, TEST, np.random.default_rng([seed, 2]))
    chunks = np.array_split(history.metric, np.arange(20, len(history.metric), 20))
    return {"steps": len(history.loss) if done else budget + 1,
            "score": score(model.forward(x)[0], target),
            "metric_curve": np.round([chunk.mean() for chunk in chunks], 3)}  # fmt: skip


SWEEPS = (
    Sweep(
        "lstm_gru",
        run,
        every(model=MODELS, task=TASKS),
        seeds=range(20),
        grid={"lr": (3e-3, 1e-2, 3e-2, 1e-1, 0.3)},
        tuning=(10_000, 10_001, 10_002),
        per=("model", "task"),
        score=lambda row: -row["steps"],
        tie=10,
        guess=-STEPS - 1,
        seconds=3,
        tolerance=100,
    ),
)
