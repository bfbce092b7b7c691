"""Exercise of chapter 1 on padded batches: each sequence reversed within its own length."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def reverse_padded(x, lengths):
    """Turn each sequence of a padded batch round; the padding stays.

    x (T, B, D), lengths (B,) of integers from 1 to T
    →  (T, B, D): the first lengths[b] steps of sequence b in reversed
    order, and after them the padding as it was. x is not changed.
    """
    turned = x.copy()
    for b, length in enumerate(lengths):
        turned[:length, b] = x[:length, b][::-1]
    return turned


def _cases():
    rng = np.random.default_rng(9)
    lengths = [5, 2, 3], [1, 4], [6, 6, 5, 1]
    return [(rng.standard_normal((6, len(some), 2)), np.array(some)) for some in lengths]


EXERCISES = (
    Exercise(
        "rnn.reverse_padded",
        reverse_padded,
        _cases,
        ("reversed",),
        (
            Mistake(
                "x[:length, b][::-1]",
                "x[::-1][:length, b]",
                "the whole array is reversed, so the padding comes first.",
            ),
            Mistake(
                "turned = x.copy()",
                "turned = np.zeros_like(x)",
                "the padding must stay as it was.",
            ),
            Mistake(
                "turned[:length, b] = x[:length, b][::-1]",
                "turned[:, b] = np.roll(x[::-1, b], length, axis=0)",
                "the sequences are right, but the padding is reversed too.",
            ),
            Mistake(
                "for b, length in enumerate(lengths):",
                "length = lengths[0]\n    for b in range(len(lengths)):",
                "all sequences are reversed within the length of the first.",
            ),
        ),
    ),
)
