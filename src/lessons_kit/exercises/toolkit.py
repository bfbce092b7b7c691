"""Exercises on finite differences: which gradient is wrong, which step is best."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def find_wrong(f, gradients, x):
    """Which of these gradient functions is wrong?

    f: function of an array (n,) → float; gradients: list of functions
    (n,) → (n,), exactly one of them wrong; x (n,)
    →  its place in the list, counted from 0.
    """
    steps = 1e-6 * np.eye(len(x))
    numeric = np.array([(f(x + s) - f(x - s)) / 2e-6 for s in steps])
    errors = [np.abs(gradient(x) - numeric).max() for gradient in gradients]
    return int(np.argmax(errors))


def best_eps(f, slope, x, candidates):
    """Which step makes central differences most accurate?

    f, slope: functions of a float → float, slope being the exact
    derivative of f; x: float; candidates: list of floats
    →  the candidate with the smallest error.
    """
    errors = [abs((f(x + eps) - f(x - eps)) / (2 * eps) - slope(x)) for eps in candidates]
    return candidates[int(np.argmin(errors))]


def _f(x):
    return float((np.sin(x) * x[::-1] ** 2).sum())


def _right(x):
    return np.cos(x) * x[::-1] ** 2 + 2 * x * np.sin(x[::-1])


def _planted(place, factor):
    """The right gradient but for one entry."""

    def gradient(x):
        return _right(x) * np.where(np.arange(len(x)) == place, factor, 1)

    return gradient


def _wrong_cases():
    x = np.random.default_rng(1).standard_normal(6)
    return [
        (_f, [_right, _planted(3, 1.001), _right], x),
        (_f, [_planted(5, -1), _right, _right], x),
        (_f, [_right, _right, _planted(0, 0.9)], x),
        (_f, [_right, lambda a: _right(a) - 0.01, _right], x),
        (_f, [_right, _right, _right, lambda a: _right(a) + 0.5], x),
    ]


def _eps_cases():
    candidates = [1e-11, 1e-8, 1e-1, 1e-5, 1e-2]
    pairs = [(np.exp, np.exp), (np.sin, np.cos), (lambda a: a**4, lambda a: 4 * a**3)]
    quick = (lambda a: np.sin(1e4 * a)), (lambda a: 1e4 * np.cos(1e4 * a))  # wants a smaller step
    return [
        (f, slope, 0.9, candidates[k:] + candidates[:k])
        for k, (f, slope) in enumerate([*pairs, quick])
    ]


EXERCISES = (
    Exercise(
        "toolkit.find_wrong",
        find_wrong,
        _wrong_cases,
        ("place",),
        (
            Mistake("np.argmax", "np.argmin", "this is the gradient with the smallest error."),
            Mistake(
                "np.abs(gradient(x) - numeric).max()",
                "abs((gradient(x) - numeric)[0])",
                "only the first entry is compared. A gradient can be right there and wrong "
                "elsewhere.",
            ),
            Mistake(
                "np.abs(gradient(x) - numeric).max()",
                "(gradient(x) - numeric).max()",
                "the errors keep their signs, so an entry that is too small looks like no error. "
                "Take absolute values.",
            ),
            Mistake(
                "gradient(x) - numeric",
                "gradient(0 * x) - numeric",
                "the gradients are taken at another point than x.",
            ),
        ),
    ),
    Exercise(
        "toolkit.best_eps",
        best_eps,
        _eps_cases,
        ("eps",),
        (
            Mistake("np.argmin", "np.argmax", "this is the worst of the candidates."),
            Mistake(
                "f(x - eps)) / (2 * eps)",
                "f(x)) / eps",
                "these are forward differences; for central ones another step is best.",
            ),
            Mistake(
                "candidates[int(np.argmin(errors))]",
                "min(candidates)",
                "the smallest step is not the most accurate: the difference of two nearly equal "
                "numbers loses its digits.",
            ),
        ),
    ),
)
