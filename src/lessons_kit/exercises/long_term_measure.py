"""Exercises of chapter 2: the factors on the shortest path, the rungs of a product."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def fewest_factors(T, skips):
    """How many factors has the shortest path over each distance?

    A path goes from a state to the one before it, or k states back for any
    k of skips; each such move is one factor.
    T: a whole number; skips: a list of whole numbers of at least 2
    →  counts (T + 1,) of whole numbers: counts[t] for the distance t.
    """
    counts = np.zeros(T + 1, dtype=int)
    for t in range(1, T + 1):
        counts[t] = 1 + min(counts[t - k] for k in (1, *skips) if k <= t)
    return counts


def product_ladder(low, high):
    """Two rungs of a task that asks for the product of two marked numbers.

    Both numbers are drawn evenly from low to high, independently.
    low, high: numbers, low < high
    →  nothing, one: the smallest mean squared error of somebody who knows
    neither number, and of somebody who knows one of them.
    """
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    square = variance + mean**2  # the mean of a squared number
    return square**2 - mean**4, square * variance


EXERCISES = (
    Exercise(
        "long_term.fewest_factors",
        fewest_factors,
        lambda: [(40, [10]), (30, [8, 5]), (6, [7]), (12, [])],
        ("counts",),
        (
            Mistake(
                "counts[t] = 1 + min(counts[t - k] for k in (1, *skips) if k <= t)",
                "counts[t] = 1 + counts[t - max(k for k in (1, *skips) if k <= t)]",
                "to take the longest move first is not always shortest: try 10 with skips 8 and 5.",
            ),
            Mistake("if k <= t", "if k < t", "a move over exactly the distance counts too."),
            Mistake(
                "counts[t] = 1 + min(counts[t - k] for k in (1, *skips) if k <= t)",
                "counts[t] = t // max((1, *skips)) + t % max((1, *skips))",
                "this uses the longest skip and single steps only. The other skips may be shorter.",
            ),
        ),
    ),
    Exercise(
        "long_term.product_ladder",
        product_ladder,
        lambda: [(0.0, 1.0), (-1.0, 1.0), (2.0, 5.0)],
        ("nothing", "one"),
        (
            Mistake(
                "square**2 - mean**4, square * variance",
                "2 * variance, variance",
                "these are the rungs of the sum. The variance of a product is another one.",
            ),
            Mistake(
                "square**2 - mean**4",
                "variance**2",
                "the variance of a product is the mean of its square less the square of its mean.",
            ),
            Mistake(
                "square * variance",
                "mean**2 * variance",
                "who knows u and guesses v is wrong by u times an error: average over u² too.",
            ),
            Mistake(
                "(high - low) ** 2 / 12",
                "1 / 12",
                "the variance of numbers drawn evenly grows with the square of high - low.",
            ),
        ),
    ),
)
