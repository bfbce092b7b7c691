"""Exercises of chapter 4: where two costs cross, and how many seeds a comparison needs."""

import math

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def ahead_from(a, b, a_other, b_other):
    """The shortest sequence from which on one way to run it is ahead.

    A call with T steps takes a + b T, in the other way a_other + b_other T.
    a, b, a_other, b_other: positive numbers, b and b_other not equal
    →  the smallest whole T ≥ 1 such that the first way takes less time for
    T steps and for any more; -1 if there is none.
    """
    if b > b_other:
        return -1
    return max(1, (a - a_other) // (b_other - b) + 1)


def seeds_needed(differences, margin):
    """How many pairs of runs it takes until "equal" can be the outcome.

    Take it that the two are equal: differences have the mean 0.  With n
    pairs the interval is about ± 2 s / √n, where s is the standard
    deviation of a difference.  It must fit into ± margin.
    differences: those of a first few pairs, to estimate s (divide by one
    less than their number); margin: a positive number
    →  int, the fewest pairs.
    """
    s = np.std(differences, ddof=1)
    return math.ceil((2 * s / margin) ** 2)


def _pilots():
    rng = np.random.default_rng(0)
    return [(3 * rng.standard_normal(5), 0.7), (1 + rng.standard_normal(4), 1.1)]


EXERCISES = (
    Exercise(
        "gru.ahead_from",
        ahead_from,
        lambda: [(90.0, 3.0, 20.0, 13.5), (10.0, 2.0, 30.0, 5.0), (5.0, 4.0, 9.0, 2.0),
                 (80.0, 1.0, 20.0, 11.0), (33.0, 7.0, 20.0, 9.0), (2.0, 5.0, 1.0, 8.0),
                 (4.0, 9.0, 30.0, 2.0)],
        ("T",),
        (
            Mistake("(b_other - b)", "(b_other + b)", "what is gained per step is a difference."),
            Mistake(" + 1)", ")", "at this T the two still take the same time, or the other less."),
            Mistake("max(1, (a - a_other) // (b_other - b) + 1)",
                    "(a - a_other) // (b_other - b) + 1",
                    "a sequence has at least one step."),
            Mistake("b > b_other", "a > a_other",
                    "in the long run the cost per step decides, not that of the call."),
            Mistake("//", "/", "a sequence has a whole number of steps."),
        ),
    ),
    Exercise(
        "gru.seeds_needed",
        seeds_needed,
        _pilots,
        ("n",),
        (
            Mistake("ddof=1", "ddof=0", "divide by one less than the number of differences."),
            Mistake("(2 * s / margin) ** 2", "2 * s / margin",
                    "the interval shrinks with √n: half the width takes four times the pairs."),
            Mistake("2 * s", "s", "the interval is ± 2 s / √n."),
            Mistake("math.ceil", "math.floor", "one pair less, and the interval does not fit."),
        ),
    ),
)  # fmt: skip
