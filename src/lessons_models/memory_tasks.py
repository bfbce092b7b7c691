"""The classic memory tasks as experiments: data, loss, the share that is right, sizes, thresholds.

``SHORT`` is for a plain RNN, ``LONG`` for the lesson over a thousand steps.
"""

from collections import namedtuple

import numpy as np

from lessons_lib import tasks
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.training import accuracy
from lessons_models import copying
from lessons_models.curriculum import doubling


def adding(T, B, rng):
    return tasks.adding_problem(T, B, rng=rng, dtype=np.float32)


def order(T, B, rng):
    batch = tasks.temporal_order(T, B, rng=rng, dtype=np.float32)
    return batch.x, batch.y


def copy_of(symbols):
    def copy(T, B, rng):
        batch = copying.copy_memory(T, B, rng=rng, symbols=symbols, dtype=np.float32)
        return batch.x, batch.targets

    return copy


def copy(stage, B, rng):
    symbols, T = stage
    return copy_of(symbols)(T, B, rng)


def explained(y, target):
    """Share of the variance of the sum that the answers explain: 1 - error / baseline."""
    return 1 - squared_error(y, target)[0] / tasks.ADDING_BASELINE


def minus_error(y, target):
    return -squared_error(y, target)[0]


def last_symbols(symbols):
    return lambda y, target: accuracy(y[-symbols:], target[-symbols:])


def symbols_right(y, target):
    return accuracy(y, target, mask=target < 8)


# name → draw(T, B, rng), inputs, outputs, loss, share that is right, the share that ends a training
SHORT = {
    "adding": (adding, 2, 1, squared_error, explained, 0.99),
    "order": (order, 8, 4, cross_entropy, accuracy, 0.995),
    "copy 1": (copy_of(1), 10, 10, cross_entropy, last_symbols(1), 0.995),
    "copy 3": (copy_of(3), 10, 10, cross_entropy, last_symbols(3), 0.995),
}

LONGEST = 1000
# draw(stage, B, rng) → x, target, for the stages of the curriculum: lengths T, or for the copy
# (symbols, T).  on_the_way: the mean metric of a window that ends a stage; at_the_end: the metric
# at T = 1000 that ends the training; solved: the score on new sequences from which a run counts as
# solved; tune(stage) → factor of the learning rate, limit of the gradient's norm.
Long = namedtuple(
    "Long", "draw inputs outputs loss metric on_the_way at_the_end solved stages hidden tune"
)


def steady(_):
    return 1.0, 1.0


def falling(stage):
    """Half the rate from T = 100 on.  The limit is three times the share of the steps that ask for
    a symbol, and that is the scale of the gradient: 1 at T = symbols, 0.015 at T = 1000."""
    symbols, T = stage
    return (1.0 if T < 100 else 0.5), 3 * symbols / (T + 2 * symbols)


LENGTHS = doubling(25, LONGEST)
THREE, FIVE = ([(symbols, T) for T in doubling(5, LONGEST)] for symbols in (3, 5))
TEN = [(symbols, 5) for symbols in (2, 4, 6, 8)] + [(10, T) for T in doubling(5, LONGEST)]
LONG = {
    "adding": Long(adding, 2, 1, squared_error, minus_error, -0.005, -0.005, -0.01, LENGTHS, 32,
                   steady),
    "order": Long(order, 8, 4, cross_entropy, accuracy, 0.99, 0.99, 0.98, LENGTHS, 32, steady),
    "copy 3": Long(copy, 10, 10, cross_entropy, symbols_right, 0.99, 0.99, 0.99, THREE, 64,
                   falling),
    "copy 5": Long(copy, 10, 10, cross_entropy, symbols_right, 0.99, 0.996, 0.99, FIVE, 64,
                   falling),
    "copy 10": Long(copy, 10, 10, cross_entropy, symbols_right, 0.98, 0.993, 0.99, TEN, 128,
                    falling),
}  # fmt: skip
