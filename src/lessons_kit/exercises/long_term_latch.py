"""Exercises of chapter 2: memory held by being pulled back."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def resting_at(rest):
    """The unit that rests at a given state: its cost and its safety.

    The unit is h_t = tanh(w h_{t-1} + u_t) with noise u_t.  Without noise
    it rests at ``rest``.  The noise that it survives is the smallest push
    which, the same at every step, takes the positive resting point away.
    rest: a number between 0 and 1
    →  w, the factor by which one step at rest multiplies a gradient, and
    the noise that the unit survives.
    """
    w = np.arctanh(rest) / rest
    last = np.sqrt(1 - 1 / w)  # here the slope w (1 - h²) of the step is 1
    return w, w * (1 - rest**2), w * last - np.arctanh(last)


def hold_patterns(patterns):
    """Weights of units that hold several patterns.

    The network is h_t = tanh(h_{t-1} W_hh + noise), without a bias.  Each
    pattern p shall come out of the product twice as long, p W_hh = 2 p, as
    in the single unit with weight 2.  A row that is orthogonal to all the
    patterns shall come out as zero.
    patterns (K, H): rows of ±1, orthogonal to each other  →  W_hh (H, H).
    """
    return 2 * patterns.T @ patterns / patterns.shape[1]


def _pattern_cases():
    rows = np.array([[1.0]])
    for _ in range(4):
        rows = np.block([[rows, rows], [rows, -rows]])  # Hadamard: orthogonal rows of ±1
    return [(rows[:2, :8].copy(),), (rows[[1, 2, 4]].copy(),)]


EXERCISES = (
    Exercise(
        "long_term.resting_at",
        resting_at,
        lambda: [(0.5,), (0.9,), (0.99,)],
        ("weight", "factor of the gradient", "noise"),
        (
            Mistake(
                "np.arctanh(rest) / rest",
                "np.arctanh(rest)",
                "at rest h = tanh(w h): w times the state is artanh of the state.",
            ),
            Mistake(
                "w * (1 - rest**2)",
                "1 - rest**2",
                "a step multiplies by the weight and by the slope of tanh.",
            ),
            Mistake(
                "w * last - np.arctanh(last)",
                "w * rest - np.arctanh(last)",
                "the worst push moves the resting point down to where the slope is 1.",
            ),
            Mistake("1 / w)", "1 / w**2)", "the slope of the step is w (1 - h²), with one w."),
        ),
    ),
    Exercise(
        "long_term.hold_patterns",
        hold_patterns,
        _pattern_cases,
        ("W_hh",),
        (
            Mistake(
                " / patterns.shape[1]",
                "",
                "a pattern times itself gives H: each pattern comes out H times too long.",
            ),
            Mistake(
                "patterns.shape[1]",
                "len(patterns)",
                "a pattern times itself gives the number of units, not of patterns.",
            ),
            Mistake(
                "2 * patterns.T @ patterns / patterns.shape[1]",
                "2 * np.eye(patterns.shape[1])",
                "every row comes out twice as long, not only the patterns.",
            ),
        ),
    ),
)
