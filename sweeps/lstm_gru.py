"""LSTM or GRU: the same tasks, one budget, equal tuning.

Adding problem and temporal order, 100 steps long: at most 1,000 training steps of 32 sequences,
ended early once the last 20 batches are solved on average.  The rate with the fewest steps is kept.
"equal": as many units as bring the GRU's parameters next to the LSTM's.
"""

import numpy as np

from lessons_lib import cells
from lessons_lib.training import Adam, SequenceModel, solved, train
from lessons_models.lstm_variants import LSTMVariant
from lessons_models.memory_tasks import LONG
from sweeps.runner.declare import RATES, Sweep, every

T, STEPS, BATCH, TEST, HIDDEN, EQUAL = 100, 1000, 32, 512, 32, 37
MODELS = {
    "LSTM": (cells.LSTM, {}),
    "LSTM forget bias 1": (cells.LSTM, {"forget_bias": 1.0}),
    "LSTM coupled": (LSTMVariant, {"coupled": True}),
    "LSTM chrono": (cells.LSTM, {"chrono": T}),
    "GRU": (cells.GRU, {}),
    "GRU equal": (cells.GRU, {}),
    "GRU chrono": (cells.GRU, {"chrono": T}),
    "GRU chrono equal": (cells.GRU, {"chrono": T}),
}


def run(settings, seed, budget=STEPS):
    """steps: one more than the budget means "not solved"; the curve has means of 20 steps."""
    task = LONG[settings["task"]]
    Cell, options = MODELS[settings["model"]]
    rng = np.random.default_rng([seed, 0])
    units = EQUAL if settings["model"].endswith("equal") else HIDDEN
    cell = Cell(task.inputs, units, rng=rng, dtype=np.float32, **options)
    model = SequenceModel(cell, task.outputs, rng=rng, last_only=True)
    rng, stop = np.random.default_rng([seed, 1]), solved(task.solved)
    history = train(
        model, (task.draw(T, BATCH, rng) for _ in range(budget)), loss=task.loss,
        optimiser=Adam(lr=settings["lr"], clip=1.0), metric=task.metric, stop=stop,
    )  # fmt: skip
    x, target = task.draw(T, TEST, np.random.default_rng([seed, 2]))
    chunks = np.array_split(history.metric, np.arange(20, len(history.metric), 20))
    return {"steps": len(history.loss) if stop(history.metric) else budget + 1,
            "score": task.metric(model.forward(x)[0], target),
            "metric_curve": np.round([chunk.mean() for chunk in chunks], 3)}  # fmt: skip


SWEEPS = (
    Sweep("lstm_gru", run, every(model=MODELS, task=("adding", "order")), range(10),
          per=("model", "task"), grid={"lr": RATES[2:]}, score=lambda row: -row["steps"], tie=10,
          guess=-STEPS - 1, seconds=3, tolerance=100, tuning=(10_000, 10_001, 10_002)),
)  # fmt: skip
