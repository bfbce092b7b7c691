"""A classic test of memory: as many b as a."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab, one_hot

COUNT_VOCAB = Vocab(("a", "b", "$"))  # $ begins and ends a string


class Counting(NamedTuple):
    """x (T, B, 3) one-hot; tokens, targets (T, B) int64 of COUNT_VOCAB; mask (T, B) bool, True
    inside the string; decided (T, B) bool, True where only one next symbol is possible.
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray
    decided: np.ndarray


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


def exact_up_to(model, most=500):
    """The largest N ≤ most such that all strings with n = 1 … N are right."""
    batch = counting(np.arange(1, most + 1), dtype=model.cell.dtype)
    right = counted(model.forward(batch.x)[0].argmax(-1), batch)
    return most if right.all() else int(right.argmin())


def ends(model, lengths, beyond=100):
    """For each n: after how many b's the network says "end"; nan where n + beyond pass first."""
    a, b, end = COUNT_VOCAB.encode("ab$")
    lengths = np.asarray(lengths)
    step = np.arange(1, 2 * lengths.max() + beyond + 1)[:, None]
    tokens = np.vstack([np.full((1, len(lengths)), end), np.where(step <= lengths, a, b)])
    says = model.forward(one_hot(tokens, 3, model.cell.dtype))[0].argmax(-1) == end
    says[: lengths.max() + 1] &= np.arange(lengths.max() + 1)[:, None] > lengths  # after a b only
    says[-1] = True
    count = says.argmax(axis=0) - lengths
    return np.where(count < lengths + beyond, count, np.nan)
