"""Two classic tests of memory: adding and temporal order."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab, one_hot

ADDING_BASELINE = 1 / 6
ORDER_VOCAB = Vocab(("X", "Y", "a", "b", "c", "d", "E", "B"), separator=" ")
ORDER_CLASSES = ("XX", "XY", "YX", "YY")


class Adding(NamedTuple):
    """x (T, B, 2): values and markers; y (B, 1): the sum of the two marked values."""

    x: np.ndarray
    y: np.ndarray


class Order(NamedTuple):
    """x (T, B, 8) one-hot; tokens (T, B) int64 of ORDER_VOCAB; y (B,) int64 of ORDER_CLASSES."""

    x: np.ndarray
    tokens: np.ndarray
    y: np.ndarray


def adding_problem(T, B, *, rng, dtype=np.float64):
    """Add the two marked numbers of a long list (after Hochreiter & Schmidhuber, 1997).

    The common variant: values from U(0, 1); one marker in the first half, one in the second.
    Baseline: the sum of two U(0, 1) has mean 1 and variance 2 · 1/12, so the best constant
    answer, 1, has a mean squared error of 1/6 (ADDING_BASELINE).
    T ≥ 2  →  Adding(x (T, B, 2), y (B, 1)).
    """
    checks.sizes(rng, T=(T, 2), B=(B, 1))
    sequence = np.arange(B)
    first = rng.integers(T // 2, size=B)
    second = rng.integers(T // 2, T, size=B)
    x = np.zeros((T, B, 2), checks.dtype(dtype))
    x[..., 0] = rng.uniform(size=(T, B))
    x[first, sequence, 1] = x[second, sequence, 1] = 1
    y = x[first, sequence, 0] + x[second, sequence, 0]
    return Adding(x, y[:, None])


def temporal_order(T, B, *, rng, dtype=np.float64):
    """In which order came the two marked symbols? (Hochreiter & Schmidhuber, 1997, task 6a)

    E, then letters a, b, c, d at random, and at the end B.  Two letters, one at a step in
    [T/10, 2T/10) and one in [5T/10, 6T/10), are X or Y: the classes are XX, XY, YX, YY.  These
    are the positions of the original, 10–20 and 50–60 of about 100, scaled to T.  Chance 1/4.
    T ≥ 10  →  Order(x (T, B, 8), tokens (T, B), y (B,)).
    """
    checks.sizes(rng, T=(T, 10), B=(B, 1))
    sequence = np.arange(B)
    tokens = rng.integers(2, 6, size=(T, B))
    tokens[0], tokens[-1] = ORDER_VOCAB.encode("E B")
    marked = rng.integers(2, size=(2, B))  # 0 and 1 are the tokens of X and Y
    tokens[rng.integers(T // 10, T // 5, size=B), sequence] = marked[0]
    tokens[rng.integers(T // 2, 6 * T // 10, size=B), sequence] = marked[1]
    return Order(one_hot(tokens, len(ORDER_VOCAB), dtype), tokens, 2 * marked[0] + marked[1])
