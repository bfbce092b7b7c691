"""Exercises of chapter 1: code of others that mixes a batch or looks ahead, found from outside."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def find_mixing(loops, x):
    """In which of these loops do the sequences influence each other?

    loops: list of functions x (T, B, D) → hs (T, B, H), for any B;
    in exactly one of them the sequences influence each other
    →  its place in the list, counted from 0.
    """
    errors = []
    for loop in loops:
        alone = [loop(x[:, b : b + 1]) for b in range(x.shape[1])]
        errors.append(np.abs(np.concatenate(alone, axis=1) - loop(x)).max())
    return np.argmax(errors)


def find_peeking(layers, x):
    """Which of these layers looks ahead?

    layers: list of functions x (T, B, D) → y (T, B, H), for any T; in
    exactly one of them an output depends on a later input
    →  its place in the list, counted from 0.
    """
    errors = []
    for layer in layers:
        ends = [layer(x[: t + 1])[-1] for t in range(len(x))]  # the future cut off
        errors.append(np.abs(np.stack(ends) - layer(x)).max())
    return np.argmax(errors)


def _rnn(x):
    h, hs = np.zeros((x.shape[1], 3)), []
    for x_t in x:
        h = np.tanh(x_t.sum(axis=1, keepdims=True) + h @ np.eye(3, k=1) + 0.3)
        hs.append(h)
    return np.stack(hs)


def _leak(change):
    """The loop, whose states ``change(hs, x)`` alters in place."""

    def loop(x):
        hs = _rnn(x)
        change(hs, x)
        return hs

    return loop


def _first_to_last(hs, x):
    hs[:, -1] += 0.1 * hs[:, 0] * (hs.shape[1] > 1)


def _early(hs, x):
    hs[0] -= 0.01 * hs[0].max(axis=0) - 0.01 * hs[0]


def _last_to_first(hs, x):
    hs[2:, 0] += 0.01 * hs[2:, -1] ** 2 * (hs.shape[1] > 1)


def _mixing_cases():
    x = np.random.default_rng(6).standard_normal((5, 4, 2))
    honest = _leak(lambda hs, x: np.multiply(hs, -2, out=hs))
    return [
        ([_rnn, _leak(_first_to_last), honest], x),
        ([_rnn, honest, _leak(_early)], x),
        ([_rnn, honest, _leak(_last_to_first), _rnn], x),
    ]


def _one_step(y, x):
    if len(y) > 2:
        y[1] += 0.01 * abs(y[-1])


def _centred(y, x):
    y -= 0.02 * x.mean()


def _next(y, x):
    y[:-1, :1] -= 0.1 * y[1:, :1] ** 2


def _next_up(y, x):
    y[:-1, :1] += 0.1 * y[1:, :1] ** 2


def _peeking_cases():
    x = np.random.default_rng(7).standard_normal((6, 3, 2))
    honest = _leak(lambda y, x: np.multiply(y, -2, out=y))
    return [
        ([_rnn, honest, _leak(_one_step)], x),
        ([_leak(_centred), _rnn, honest], x),
        ([honest, _leak(_next), _rnn, _rnn], x),
        ([honest, _rnn, _leak(_next_up)], x),
    ]


ALONE = "np.abs(np.concatenate(alone, axis=1) - loop(x)).max()"
CUT = "np.abs(np.stack(ends) - layer(x)).max()"
EXERCISES = (
    Exercise(
        "rnn.find_mixing",
        find_mixing,
        _mixing_cases,
        ("place",),
        (
            Mistake("np.argmax", "np.argmin", "this loop gives a sequence the same states alone."),
            Mistake(
                ALONE,
                "np.abs(alone[0] - loop(x)[:, :1]).max()",
                "only the first sequence is compared. It may disturb others and be left alone.",
            ),
            Mistake(
                ALONE,
                "np.abs(np.concatenate(alone, axis=1) - loop(x))[-1].max()",
                "only the last states are compared. The sequences may mix at an early step.",
            ),
            Mistake(
                ALONE,
                "(np.concatenate(alone, axis=1) - loop(x)).max()",
                "the differences keep their signs, so some look like none. Take absolute values.",
            ),
        ),
    ),
    Exercise(
        "rnn.find_peeking",
        find_peeking,
        _peeking_cases,
        ("place",),
        (
            Mistake("np.argmax", "np.argmin", "this layer gives the same with the future cut off."),
            Mistake(
                CUT,
                "np.abs(ends[-1] - layer(x)[-1]).max()",
                "the last output has no future to look at. Compare the earlier ones.",
            ),
            Mistake(
                CUT,
                "np.abs(np.stack(ends) - layer(x))[0].max()",
                "only the first output is compared. A later one may look ahead.",
            ),
            Mistake(
                CUT,
                "(np.stack(ends) - layer(x)).max()",
                "the differences keep their signs, so some look like none. Take absolute values.",
            ),
        ),
    ),
)
