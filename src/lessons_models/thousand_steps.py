"""The experiment over a thousand steps: a run of LSTM or GRU within a budget of time steps.

settings of a run: task, cell, lr; chrono: the initialisation, or forget bias 1 and keep bias 0;
climbs: a curriculum from short sequences, or T = 1000 from the first step; renews: a new Adam for
each length.
"""

import copy

import numpy as np

from lessons_lib import cells, training
from lessons_models.curriculum import climb
from lessons_models.memory_tasks import LONG, LONGEST

BATCH, TEST, WINDOW, CHUNK = 32, 256, 10, 50
CELLS = {"LSTM": (cells.LSTM, {"forget_bias": 1.0}), "GRU": (cells.GRU, {"keep_bias": 0.0})}


def build(settings, seed):
    """A fresh network of the seed for the task  →  SequenceModel in float32."""
    task, rng = LONG[settings["task"]], np.random.default_rng([seed, 0])
    Cell, biases = CELLS[settings["cell"]]
    start = {"chrono": LONGEST} if settings["chrono"] else biases
    cell = Cell(task.inputs, task.hidden, rng=rng, dtype=np.float32, **start)
    last_only = not settings["task"].startswith("copy")
    return training.SequenceModel(cell, task.outputs, rng=rng, last_only=last_only)


def learn(settings, seed):
    """Train until T = 1000 is passed or the budget is spent  →  (Stage, model) pairs, steps."""
    task, model, read = LONG[settings["task"]], build(settings, seed), [0]
    kept = training.Adam(lr=settings["lr"])

    def draw(stage, B, rng):
        x, target = task.draw(stage, B, rng)
        read[0] += len(x)
        return x, target

    def optimiser(stage):
        chosen = training.Adam(lr=settings["lr"]) if settings["renews"] else kept
        factor, chosen.clip = task.tune(stage)
        chosen.lr = settings["lr"] * factor
        return chosen

    def passed(stage):
        goal = task.at_the_end if stage == task.stages[-1] else task.on_the_way
        return training.solved(goal, WINDOW)

    stages = climb(
        model, draw, task.stages if settings["climbs"] else task.stages[-1:], batch_size=BATCH,
        rng=np.random.default_rng([seed, 1]), loss=task.loss, metric=task.metric,
        optimiser=optimiser, passed=passed, give_up=lambda _: read[0] > task.budget,
    )  # fmt: skip
    return [(stage, copy.deepcopy(model)) for stage in stages], read[0]


def score(task, model, stage, seed):
    """Metric on new sequences of this stage, the same for every network of the seed."""
    x, target = task.draw(stage, TEST, np.random.default_rng([seed, 2]))
    return task.metric(model.forward(x)[0], target)


def longest(task, stages, scores):
    """The largest T, with all symbols, whose score on new sequences is good enough, or 0."""
    (*full, _), reached = pair(task.stages[-1]), [0]
    for stage, right in zip(stages, scores, strict=True):
        *symbols, T = pair(stage)
        if right >= task.solved and symbols == full:
            reached.append(T)
    return max(reached)


def pair(stage):
    """T or (symbols, T)  →  (T,) or (symbols, T)."""
    return stage if isinstance(stage, tuple) else (stage,)


def curves(stages):
    """T, mean metric and median norm of the gradient of every 50 steps or less."""
    points, names = [], ("T_curve", "metric_curve", "norm_curve")
    for stage in stages:
        *_, T = pair(stage.T)
        for k in range(0, len(stage.history.loss), CHUNK):
            metric, norm = (part[k : k + CHUNK] for part in stage.history[1:])
            points.append((T, np.round(metric.mean(), 4), float(f"{np.median(norm):.1e}")))
    return dict(zip(names, zip(*points, strict=True), strict=True))


def run(settings, seed):
    """confirmed: the longest T that counts on new sequences; score: the metric at T = 1000."""
    task, (pairs, read) = LONG[settings["task"]], learn(settings, seed)
    stages, models = zip(*pairs, strict=True)
    steps = sum(len(stage.history.loss) for stage in stages)
    scores = [score(task, model, stage.T, seed) for stage, model in pairs]
    confirmed = longest(task, [stage.T for stage in stages], scores)
    return {"solved": confirmed == LONGEST, "confirmed": confirmed, "sequences": steps * BATCH,
            "score": score(task, models[-1], task.stages[-1], seed), "read": read,
            **curves(stages)}  # fmt: skip
