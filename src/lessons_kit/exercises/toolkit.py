"""Exercise on finite differences: which gradient is wrong."""

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
)
