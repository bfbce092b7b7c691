"""Exercises of chapter 5: distances that look alike, ALiBi's reach, products, a careless sum."""

import math

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def look_alike(speeds, wanted, seen, within):
    """The first new distance that a rotary head may take for a known one.

    speeds (n,): radians that each hand turns per place; wanted: the known
    distance; seen: the largest distance in training; within: radians,
    below π
    →  the smallest whole distance above ``seen`` at which every hand
    stands at most ``within`` radians from where it stands at ``wanted``.
    """
    distance = seen + 1
    while np.cos(speeds * (distance - wanted)).min() <= np.cos(within):
        distance += 1
    return distance


def nearest_places(slope, share):
    """How many of the nearest places hold a share of a head's weight?

    The head is ALiBi's.  The text is endless, and all words have the same
    score, so only the slope counts.  The last word's own place is the
    nearest.
    slope: above 0; share: between 0 and 1
    →  int, the fewest places whose weights sum to at least ``share``.
    """
    return math.ceil(-math.log(1 - share) / slope)


def window_products(T, d, window):
    """Products of causal self-attention in which a place sees few places.

    A place sees itself and the places before it, ``window`` places at
    most.  Hidden pairs are not computed.  T words of size d, one
    sequence, forward, without biases.  Four projections, then one score
    and one mixed value for each pair that is seen.
    →  int.
    """
    pairs = sum(min(t + 1, window) for t in range(T))
    return 4 * T * d**2 + 2 * pairs * d


def break_the_sum(n):
    """Scores on which a careless softmax in pieces goes wrong.

    The program below reads one score after another.  It keeps the largest
    so far and never scales down what it has summed:

        total, top = 0.0, -inf
        for s in scores: top = max(top, s); total += exp(s - top)

    n: at least 3
    →  scores (n,) such that forwards the total is more than twice what it
    should be, and read backwards it is right.
    """
    return np.arange(n)


def _totals(result, n):
    """Is the careless total too large forwards, and right backwards?"""
    scores = np.asarray(result, dtype=float)
    if scores.shape != (n,):
        raise ValueError(f"give {n} scores in one row, not the shape {scores.shape}")
    right = np.exp(scores - scores.max()).sum()
    careless = [np.exp(s - np.maximum.accumulate(s)).sum() for s in (scores, scores[::-1])]
    return bool(careless[0] > 2 * right), bool(np.isclose(careless[1], right))


EXERCISES = (
    Exercise(
        "attention.look_alike",
        look_alike,
        lambda: [
            (np.array([1.0]), 3, 19, 0.4),
            (np.array([1.0]), 3, 22, 0.3),
            (np.array([1.0, 0.1]), 3, 19, 0.5),
            (np.array([0.7, 0.3, 0.05]), 5, 40, 0.8),
            (np.array([2.0, 0.5]), 1, 13, 1.2),
        ],
        ("distance",),
        (
            Mistake("distance = seen + 1", "distance = seen",
                    "a distance that training has seen is not new."),
            Mistake(".min()", ".max()", "every hand must stand nearly there, not one of them."),
            Mistake("(distance - wanted)", "distance",
                    "compare with where the hands stand at the wanted distance, not at 0."),
            Mistake("np.cos(within)", "1 - within",
                    "two angles are within a limit where the cosine of their difference is "
                    "above the cosine of the limit."),
        ),
    ),
    Exercise(
        "attention.nearest_places",
        nearest_places,
        lambda: [(0.25, 0.5), (0.25, 0.95), (1 / 64, 0.9), (2.0, 0.6), (0.7, 0.99)],
        ("places",),
        (
            Mistake("1 - share", "share", "what lies beyond n places has the share e^(-slope n)."),
            Mistake(" / slope", " * slope", "a steeper slope needs fewer places."),
            Mistake("math.ceil(-math.log(1 - share) / slope)",
                    "math.floor(-math.log(1 - share) / slope)",
                    "one place fewer does not hold the share yet."),
            Mistake("-math.log(1 - share)", "-math.log2(1 - share)",
                    "each step back divides the weight by e^slope: the logarithm is the natural "
                    "one."),
        ),
    ),
    Exercise(
        "attention.window_products",
        window_products,
        lambda: [(7, 3, 4), (5, 2, 9), (20, 6, 1), (11, 4, 11)],
        ("products",),
        (
            Mistake("sum(min(t + 1, window) for t in range(T))", "T * window",
                    "the first places see fewer than the window."),
            Mistake("t + 1", "t", "a place sees itself too."),
            Mistake("2 * pairs", "pairs", "a pair costs a score and a mixed value."),
            Mistake("4 * T", "3 * T", "the last projection is missing."),
            Mistake("min(t + 1, window)", "(t + 1)", "a place sees at most the window."),
        ),
    ),
    Exercise(
        "attention.break_the_sum",
        break_the_sum,
        lambda: [(3,), (6,)],
        ("too large forwards", "right backwards"),
        (
            Mistake("np.arange(n)", "-np.arange(n)",
                    "the largest score comes first, so nothing had to be scaled down."),
            Mistake("np.arange(n)", "0.01 * np.arange(n)",
                    "with equal or nearly equal scores the total is nearly right. Let them rise "
                    "more."),
        ),
        observe=_totals,
    ),
)  # fmt: skip
