"""The experiment over a thousand steps: a run of LSTM or GRU within a budget of time steps.

settings of a run: task, cell, lr; budget: the time steps that it may read; chrono: the
initialisation, or forget bias 1 and keep bias 0; climbs: a curriculum from short sequences, or
T = 1000 from the first step; renews: a new Adam for each length.
"""

import numpy as np

from lessons_lib import cells, training
from lessons_models.curriculum import climb
from lessons_models.memory_tasks import LONG, LONGEST, explained

BATCH, TEST, WATCHED, WINDOW, EVERY = 32, 256, 64, 10, 5000
CELLS = {"LSTM": (cells.LSTM, {"forget_bias": 1.0}), "GRU": (cells.GRU, {"keep_bias": 0.0})}


def build(settings, seed):
    """A fresh network of the seed for the task  →  SequenceModel in float32."""
    task, rng = LONG[settings["task"]], np.random.default_rng([seed, 0])
    Cell, biases = CELLS[settings["cell"]]
    start = {"chrono": LONGEST} if settings["chrono"] else biases
    cell = Cell(task.inputs, task.hidden, rng=rng, dtype=np.float32, **start)
    last_only = not settings["task"].startswith("copy")
    return training.SequenceModel(cell, task.outputs, rng=rng, last_only=last_only)


def right(settings, y, target):
    """The share that is right: symbols, answers, or for adding of the variance."""
    metric = explained if settings["task"] == "adding" else LONG[settings["task"]].metric
    return metric(y, target)


class Watch:
    """Draws batches, counts the time steps read, and looks at T = 1000 every 5,000 of them.

    It has 64 sequences of T = 1000 of its own; a network that is good enough on them is done.
    """

    def __init__(self, settings, model, seed):
        self.settings, self.model, self.task = settings, model, LONG[settings["task"]]
        self.longest = self.task.draw(
            self.task.stages[-1], WATCHED, np.random.default_rng([seed, 3])
        )
        self.read, self.done, self.curve = 0, False, []
        self.look()

    def look(self):
        x, target = self.longest
        y, _, _ = self.model.forward(x)
        self.curve.append(np.round(right(self.settings, y, target), 3))
        self.done = self.task.metric(y, target) >= self.task.at_the_end

    def draw(self, stage, B, rng):
        x, target = self.task.draw(stage, B, rng)
        self.read += len(x)
        return x, target

    def over(self, _):
        """After a step: done, or the budget spent?"""
        if self.read >= EVERY * len(self.curve):
            self.look()
        return self.done or self.read >= self.settings["budget"]


def learn(settings, seed):
    """Train until T = 1000 is right or the budget is spent  →  model, stages, Watch."""
    task, model = LONG[settings["task"]], build(settings, seed)
    watch, kept = Watch(settings, model, seed), training.Adam(lr=settings["lr"])

    def optimiser(stage):
        chosen = training.Adam(lr=settings["lr"]) if settings["renews"] else kept
        factor, chosen.clip = task.tune(stage)
        chosen.lr = settings["lr"] * factor
        return chosen

    def passed(stage):
        last = stage == task.stages[-1]
        return training.solved(np.inf if last else task.on_the_way, WINDOW)

    stages = climb(
        model, watch.draw, task.stages if settings["climbs"] else task.stages[-1:],
        batch_size=BATCH, rng=np.random.default_rng([seed, 1]), loss=task.loss,
        metric=task.metric, optimiser=optimiser, passed=passed, give_up=watch.over,
    )  # fmt: skip
    return model, list(stages), watch


def run(settings, seed):
    """score: the share right of 256 new sequences of T = 1000; its curve has a point for every
    5,000 time steps read, on 64 others; length: T at the end."""
    model, stages, watch = learn(settings, seed)
    task, rng = LONG[settings["task"]], np.random.default_rng([seed, 2])
    x, target = task.draw(task.stages[-1], TEST, rng)
    y, _, _ = model.forward(x)
    steps, (*_, length) = sum(len(stage.history.loss) for stage in stages), pair(stages[-1].T)
    return {"solved": task.metric(y, target) >= task.solved, "score": right(settings, y, target),
            "length": length, "read": watch.read, "sequences": steps * BATCH,
            "score_curve": watch.curve}  # fmt: skip


def pair(stage):
    """T or (symbols, T)  →  (T,) or (symbols, T)."""
    return stage if isinstance(stage, tuple) else (stage,)
