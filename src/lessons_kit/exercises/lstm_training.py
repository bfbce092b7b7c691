"""An exercise of chapter 3: what Adam remembers of a gradient that has changed its size."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def steps_after(scale, n, b1, b2):
    """How large are Adam's steps after the gradient has changed its size?

    The gradient was 1 for so long that both running means are 1. From now
    on it is ``scale``. Leave out ε and the correction for the start.
    scale: a number above 0; n: a whole number; b1, b2: the decays of the
    running mean of the gradient and of its square
    →  sizes (n,): the step over the learning rate, after 1, 2, … n of the
    new gradients.
    """
    k = np.arange(1, n + 1)
    mean = scale + (1 - scale) * b1**k
    square = scale**2 + (1 - scale**2) * b2**k
    return mean / np.sqrt(square)


EXERCISES = (
    Exercise(
        "lstm.steps_after",
        steps_after,
        lambda: [(1 / 67, 60, 0.9, 0.999), (4.0, 20, 0.8, 0.95), (0.3, 12, 0.5, 0.75)],
        ("sizes",),
        (
            Mistake(
                "scale**2 + (1 - scale**2) * b2**k",
                "(scale + (1 - scale) * b2**k) ** 2",
                "Adam keeps the mean of the squares, not the square of a mean.",
            ),
            Mistake(
                "np.sqrt(square)",
                "square",
                "the divisor is the root of the mean of the squares.",
            ),
            Mistake(
                "mean = scale + (1 - scale) * b1**k",
                "mean = scale",
                "the mean of the gradient remembers the old gradient too, if not for long.",
            ),
            Mistake("* b2**k", "* b1**k", "the mean of the squares has a decay of its own, b2."),
            Mistake(
                "np.arange(1, n + 1)",
                "np.arange(n)",
                "the first size is the step after one new gradient, not before it.",
            ),
        ),
    ),
)
