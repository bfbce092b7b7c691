"""Teacher forcing or own words: what a decoder reads in training, on strings of 4 to 12 digits."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from lessons_lib.torch_training import Adam
from lessons_lib.training import linear_decay
from lessons_models.torch_models import BATCH, HIDDEN, STEPS, Seq2Seq

LENGTHS, TEST_LENGTH, TEST_STRINGS, END = (4, 12), 8, 512, 10  # the start sign is 11


def strings(n, count, rng):
    """Sources (n, count) of digits and targets (n + 1, count), which end with END."""
    x = torch.from_numpy(rng.integers(0, 10, (n, count)))
    return x, torch.cat([x.flip(0), torch.full((1, count), END)])


def shifted(y):
    """The symbol before each answer, (T_y, B)."""
    return torch.cat([torch.full_like(y[:1], END + 1), y[:-1]])


def train(seed, rate, own_words, steps=STEPS):
    """One model, trained as in the lesson."""
    rng = np.random.default_rng([seed, 1])
    model = Seq2Seq(END + 1, HIDDEN, rng=np.random.default_rng([seed, 0]))
    adam, schedule = Adam(model.parameters(), rate, clip=1.0), linear_decay(steps)
    for step in range(steps):
        x, y = strings(rng.integers(LENGTHS[0], LENGTHS[1] + 1), BATCH, rng)
        fed = model.translate(x, len(y))[0] if own_words else y
        logits, _ = model(x, shifted(fed))
        loss = cross_entropy(logits.flatten(0, 1), y.flatten())
        adam.clear()
        loss.backward()
        adam.update(schedule(step))
    return model


def scores(model):
    """Shares of new strings without a mistake, and of places right after the first mistake."""
    x, y = strings(TEST_LENGTH, TEST_STRINGS, np.random.default_rng(8))
    right = model.translate(x, len(y))[0] == y
    first = (~right).int().argmax(dim=0)
    column = torch.nonzero(~right.all(dim=0) & (first < TEST_LENGTH))[:, 0]
    after = right[first[column] + 1, column].double()
    return right.all(dim=0).double().mean().item(), after.mean().item()
