"""The classic tests of memory: adding, copy, temporal order, counting."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab, one_hot

ADDING_BASELINE = 1 / 6
ORDER_VOCAB = Vocab(("X", "Y", "a", "b", "c", "d", "E", "B"), separator=" ")
ORDER_CLASSES = ("XX", "XY", "YX", "YY")
COUNT_VOCAB = Vocab(("a", "b", "$"))  # $ begins and ends a string


class Adding(NamedTuple):
    """x (T, B, 2): values and markers; y (B, 1): the sum of the two marked values."""

    x: np.ndarray
    y: np.ndarray


class Copy(NamedTuple):
    """x (T, B, alphabet + 2) one-hot; tokens, targets (T, B) int64; mask (T, B) bool, True where
    the answer is asked.  Token ``alphabet`` is the blank, ``alphabet + 1`` the signal "now".
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray


class Order(NamedTuple):
    """x (T, B, 8) one-hot; tokens (T, B) int64 of ORDER_VOCAB; y (B,) int64 of ORDER_CLASSES."""

    x: np.ndarray
    tokens: np.ndarray
    y: np.ndarray


class Counting(NamedTuple):
    """x (T, B, 3) one-hot; tokens, targets (T, B) int64 of COUNT_VOCAB; mask (T, B) bool, True
    inside the string; decided (T, B) bool, True where only one next symbol is possible.
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray
    decided: np.ndarray


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


def copy_memory(T, B, *, rng, symbols=5, alphabet=8, dtype=np.float64):
    """Repeat what was shown T steps ago (Hochreiter & Schmidhuber, 1997; Arjovsky et al., 2016).

        input    s1 … sK  blank × (T - 1)  now  blank × K
        target   blank × (T + K)                s1 … sK

    Each symbol is asked for exactly T + K steps after it was shown; the sequence has T + 2 K
    steps.  symbols = K.  Chance on the masked steps: 1 / alphabet.  ``copy_baseline`` gives the
    cross-entropy of a network that knows when to answer and not what.
    →  Copy(x (T + 2K, B, alphabet + 2), tokens, targets, mask, each (T + 2K, B)).
    """
    checks.sizes(rng, T=(T, 1), B=(B, 1), symbols=(symbols, 1), alphabet=(alphabet, 2))
    blank, now = alphabet, alphabet + 1
    shown = rng.integers(alphabet, size=(symbols, B))
    tokens = np.full((T + 2 * symbols, B), blank)
    tokens[:symbols] = shown
    tokens[T + symbols - 1] = now
    targets = np.full_like(tokens, blank)
    targets[-symbols:] = shown
    mask = np.zeros(tokens.shape, bool)
    mask[-symbols:] = True
    return Copy(one_hot(tokens, alphabet + 2, dtype), tokens, targets, mask)


def copy_baseline(T, *, symbols=5, alphabet=8):
    """Mean cross-entropy in nats over *all* steps, no symbol remembered: K log A / (T + 2 K).

    It predicts the blanks with certainty and guesses each of the K symbols among A.  To know when
    the blanks end takes one bit of memory: whether the signal has come.
    """
    checks.whole(T=(T, 1), symbols=(symbols, 1), alphabet=(alphabet, 2))
    return symbols * float(np.log(alphabet)) / (T + 2 * symbols)


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


def counting(lengths, *, dtype=np.float64):
    """aⁿbⁿ, one string for each n: predict the next symbol (Gers & Schmidhuber, 2001).

        input     $ a a a b b b          n = 3; padded with $, outside the mask
        target    a a a b b b $

    No network knows when the b's begin.  From the first b on all is decided, and the last step
    needs the count: the b's must be as many as the a's.  Without a count the best a network can
    do is to say b, and the string is wrong.  Judge with ``counted``.
    lengths: B whole numbers ≥ 1, such as rng.integers(1, 31, size=32)
    →  Counting with T = 2 max(lengths) + 1.  Raises ValueError for other lengths.
    """
    lengths = np.asarray(lengths)
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or not lengths.size or lengths.min() < 1:
        raise ValueError(f"lengths must be a row of whole numbers of at least 1, got {lengths!r}")
    lengths = lengths.astype(np.int64)  # 2 n of a small unsigned type would turn over
    a, b, end = COUNT_VOCAB.encode("ab$")
    step = np.arange(2 * lengths.max() + 1)[:, None]
    targets = np.where(step < lengths, a, np.where(step < 2 * lengths, b, end))
    tokens = np.concatenate([np.full((1, len(lengths)), end), targets[:-1]])
    mask = step <= 2 * lengths
    decided = mask & ((step > lengths) | (step == 0))
    return Counting(one_hot(tokens, 3, dtype), tokens, targets, mask, decided)


def counted(predictions, batch):
    """Is every decided symbol of a string right?  predictions (T, B) tokens, such as
    logits.argmax(-1); batch: Counting  →  (B,) bool.

    "Exact up to N" means: True for every n from 1 to N.
    Raises ValueError where the shapes differ.
    """
    checks.has(batch=(batch, "targets", "decided"))
    predictions = np.asarray(predictions)
    if predictions.shape != batch.targets.shape:
        raise ValueError(
            f"predictions {predictions.shape} must have the shape {batch.targets.shape} of the "
            "targets: take logits.argmax(-1)"
        )
    return ((predictions == batch.targets) | ~batch.decided).all(axis=0)
