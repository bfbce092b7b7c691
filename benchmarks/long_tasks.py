"""The tasks of ``benchmarks.thousand_steps``: data, loss, metric, curriculum, sizes, thresholds."""

from collections import namedtuple

from benchmarks.memory_sweep import adding, copy_of, mean_squared, order  # it sets the threads
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.training import accuracy
from lessons_models.curriculum import doubling

LONGEST = 1000
# draw(stage, B, rng) → x, target, for the stages of the curriculum: lengths T, or for the copy
# (symbols, T).  on_the_way, at_the_end: the mean metric of a window that ends a stage, the last
# stage; solved: the score on new sequences from which a length counts as solved; budget in CPU
# seconds, a little below 30 and 60 because the step under way is finished; tune(stage) → factor
# of the learning rate, limit of the gradient's norm.
Task = namedtuple(
    "Task",
    "draw inputs outputs loss metric on_the_way at_the_end solved stages hidden budget tune",
)


def minus_error(y, target):
    return -mean_squared(y, target)


def copy(stage, B, rng):
    symbols, T = stage
    return copy_of(symbols)(T, B, rng)


def symbols_right(y, target):
    return accuracy(y, target, mask=target < 8)


def steady(_):
    return 1.0, 1.0


def falling(stage):
    """Half the rate from T = 100 on.  The limit is three times the share of the steps that ask for
    a symbol, and that is the scale of the gradient: 1 at T = symbols, 0.015 at T = 1000."""
    symbols, T = stage
    return (1.0 if T < 100 else 0.5), 3 * symbols / (T + 2 * symbols)


LENGTHS = doubling(25, LONGEST)
FIVE = [(5, T) for T in doubling(5, LONGEST)]
TEN = [(symbols, 5) for symbols in (2, 4, 6, 8)] + [(10, T) for T in doubling(5, LONGEST)]
TASKS = {
    "adding": Task(adding, 2, 1, squared_error, minus_error, -0.005, -0.005, -0.01, LENGTHS, 32,
                   29.5, steady),
    "order": Task(order, 8, 4, cross_entropy, accuracy, 0.99, 0.99, 0.98, LENGTHS, 32, 29.5,
                  steady),
    "copy 5": Task(copy, 10, 10, cross_entropy, symbols_right, 0.99, 0.996, 0.99, FIVE, 64, 29.5,
                   falling),
    "copy 10": Task(copy, 10, 10, cross_entropy, symbols_right, 0.98, 0.993, 0.99, TEN, 128, 59,
                    falling),
}  # fmt: skip
