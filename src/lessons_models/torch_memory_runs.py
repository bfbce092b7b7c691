"""The memories of ``torch_memories`` in one frame, three tasks to train them on, and one budget."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from lessons_lib import tasks
from lessons_lib.text import one_hot
from lessons_lib.torch_training import Adam, accuracy, train
from lessons_lib.training import linear_decay, solved
from lessons_models.copying import copy_memory
from lessons_models.torch_memories import MEMORIES

WIDTH, BATCH, STEPS, TEST = 32, 32, 300, 512
KEYS, VALUES = 32, 8


class Frame(nn.Module):
    """Words and places in, one memory, a small network that reads it: the same for every memory."""

    def __init__(self, memory, inputs, outputs, T, size):
        super().__init__()
        self.words = nn.Linear(inputs, WIDTH, bias=False)
        self.places = nn.Parameter(0.1 * torch.randn(T, 1, WIDTH))
        self.memory = memory(WIDTH, size, T)
        self.out = nn.Sequential(nn.Linear(size, WIDTH), nn.LayerNorm(WIDTH))
        self.read = nn.Sequential(nn.Linear(2 * WIDTH, 64), nn.ReLU(), nn.Linear(64, outputs))

    def forward(self, x):
        e = self.words(x) + self.places
        return self.read(torch.cat([self.out(self.memory(e)), e], dim=-1))

    def kept(self):
        """Numbers from the past that would be needed for one more step."""
        return self.memory.kept(len(self.places))


def recall(B, rng, pairs=16):
    """n pairs of key and value, one each step, then all n keys in another order: which value?

    →  x (2n, B, KEYS + VALUES), y (2n, B), asked (2n, B).
    """
    keys = rng.permuted(np.tile(np.arange(KEYS), (B, 1)), axis=1)[:, :pairs].T
    values = rng.integers(VALUES, size=(pairs, B))
    order = rng.permuted(np.tile(np.arange(pairs), (B, 1)), axis=1).T
    x = np.zeros((2 * pairs, B, KEYS + VALUES), np.float32)
    x[:pairs] = np.concatenate([one_hot(keys, KEYS), one_hot(values, VALUES)], axis=-1)
    x[pairs:, :, :KEYS] = one_hot(np.take_along_axis(keys, order, 0), KEYS)
    y = np.concatenate([values, np.take_along_axis(values, order, 0)])
    return x, y, np.arange(2 * pairs)[:, None] >= np.full(B, pairs)


def copy(B, rng):
    """Five symbols, each asked for 15 steps after it was shown."""
    batch = copy_memory(10, B, rng=rng, symbols=5, dtype=np.float32)
    return batch.x, batch.targets, batch.mask


def gap(B, rng):
    """The sentence of the course with 50 words between the country and the question."""
    batch = tasks.gap_sentences(50, B, rng=rng, dtype=np.float32)
    last = np.arange(len(batch.x))[:, None] == np.full(B, len(batch.x) - 1)
    return batch.x, np.broadcast_to(batch.y, last.shape).copy(), last


TASKS = {"recall": (recall, VALUES), "copy": (copy, 10), "gap": (gap, 10)}  # draw, answers


def solve(memory, task, size, seed, *, lr, steps=STEPS):
    """Build, train and test  →  accuracy where an answer is asked, steps trained, model.

    Adam with clipping at 1, 32 fresh sequences a step, the rate falling to zero over the last
    30 %, an early end once 20 batches in a row are solved.
    """
    draw, outputs = TASKS[task]
    new, old = (np.random.default_rng([seed, part]) for part in range(2))
    test = [torch.from_numpy(part) for part in draw(TEST, new)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Frame(MEMORIES[memory], test[0].shape[-1], outputs, len(test[0]), size)
    history = train(
        model,
        (map(torch.from_numpy, draw(BATCH, old)) for _ in range(steps)),
        loss=lambda y, target, asked: cross_entropy(y[asked], target[asked]),
        optimiser=Adam(model.parameters(), lr, clip=1.0),
        schedule=linear_decay(steps),
        metric=lambda y, target, asked: accuracy(y[asked], target[asked]),
        stop=solved(0.99),
    )
    with torch.no_grad():
        score = accuracy(model(test[0])[test[2]], test[1][test[2]])
    return score, len(history.loss), model


def run(settings, seed):
    """One run of the sweep  →  accuracy, steps trained, the numbers kept at the end."""
    memory, task, size = (settings[name] for name in ("memory", "task", "size"))
    score, steps, model = solve(memory, task, size, seed, lr=settings["lr"])
    return {"accuracy": score, "steps": steps, "kept": model.kept()}
