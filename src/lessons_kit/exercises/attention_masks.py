"""Exercises of chapter 5: one array as keys and values, and a test that finds a leak."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def shared_backward(dc, q, hs, weights):
    """Backward of a lookup whose keys are its values.

    c = weights hs with weights = softmax(q hsᵀ / √d): in a translator
    both are the encoder's states.
    dc (T_q, d), q (T_q, d), hs (T_k, d), weights (T_q, T_k)
    →  dq (T_q, d), dhs (T_k, d).
    """
    as_values = weights.T @ dc
    dw = dc @ hs.T
    ds = weights * (dw - (weights * dw).sum(axis=1, keepdims=True))
    ds = ds / np.sqrt(q.shape[1])
    return ds @ hs, as_values + ds.T @ q


def leaks(attend, q, k, v, mask):
    """Which keys move an answer that must not see them?  Try each.

    attend: function (q, k, v, mask) → context (T_q, d_v), perhaps wrong;
    q (T_q, d), k (T_k, d), v (T_k, d_v); mask (T_q, T_k), True = may see.
    Change key and value of one place at a time, and look at the queries
    that may not see it.
    →  bool (T_k,): True where such a query's context moves by more than
    1e-9.
    """
    before, found = attend(q, k, v, mask), []
    for place, sees in enumerate(mask.T):
        other = np.arange(len(k))[:, None] == place
        change = np.abs(attend(q, k + other, v + other, mask) - before)
        found.append(np.any(change[~sees] > 1e-9))
    return np.array(found)


def _weights(q, k, mask=True):
    return softmax(np.where(mask, q @ k.T / np.sqrt(q.shape[-1]), -1e30))


def in_time(q, k, v, mask):
    return _weights(q, k, mask) @ v


def too_late(q, k, v, mask):
    return (_weights(q, k) * mask) @ v


def last_seen(q, k, v, mask):
    return in_time(q, k, v, mask | (np.arange(len(k)) == len(k) - 1))


def one_too_far(q, k, v, mask):
    return in_time(q, k, v, mask | np.roll(mask, 1, axis=-1))


def scores_of_zero(q, k, v, mask):
    return softmax(np.where(mask, q @ k.T / np.sqrt(q.shape[-1]), 0.0)) @ v


def summed(q, k, v, mask):
    return -np.ones((len(q), 1)) * v.sum(axis=0)


def _shared_cases():
    rng, cases = np.random.default_rng(7), []
    for T_q, T_k, d in ((3, 5, 4), (2, 3, 2)):
        q, hs = rng.standard_normal((T_q, d)), rng.standard_normal((T_k, d))
        weights = softmax(q @ hs.T / np.sqrt(d))
        cases.append((rng.standard_normal((T_q, d)), q, hs, weights))
    return cases


def _leak_cases():
    rng = np.random.default_rng(8)
    q, k, v = (rng.standard_normal(shape) for shape in ((4, 3), (5, 3), (5, 3)))
    causal = np.tril(np.ones((4, 5), dtype=bool))
    padding = np.broadcast_to(np.arange(5) < 3, (4, 5))
    cases = [(attend, q, k, v, causal) for attend in (last_seen, too_late, one_too_far, summed)]
    return [*cases, (scores_of_zero, q, k, v, padding)]


EXERCISES = (
    Exercise(
        "attention.shared_backward",
        shared_backward,
        _shared_cases,
        ("dq", "dhs"),
        (
            Mistake(
                "as_values + ds.T @ q",
                "ds.T @ q",
                "the array is used twice. What it gets as values is missing.",
            ),
            Mistake(
                "as_values + ds.T @ q",
                "as_values",
                "the array is used twice. What it gets as keys is missing.",
            ),
            Mistake(
                "(dw - (weights * dw).sum(axis=1, keepdims=True))",
                "dw",
                "the softmax ties the weights of a row together: subtract their mean of dw.",
            ),
            Mistake(
                "    ds = ds / np.sqrt(q.shape[1])\n",
                "",
                "the scale 1/√d is missing on the way back.",
            ),
            Mistake(
                "(weights * dw).sum(axis=1",
                "dw.mean(axis=1",
                "the mean over the keys is weighted by the weights.",
            ),
            Mistake(
                "(weights * dw).sum(axis=1",
                "(weights * dw).sum(axis=0",
                "the sum runs over the keys of a row, not over the queries.",
            ),
        ),
    ),
    Exercise(
        "attention.leaks",
        leaks,
        _leak_cases,
        ("leaks",),
        (
            Mistake(
                "k + other, v",
                "k, v",
                "only the values were changed. A mask that comes too late hides the values and "
                "lets the keys through.",
            ),
            Mistake(
                "v + other, mask)",
                "v, mask)",
                "only the keys were changed. A hidden value must not arrive either.",
            ),
            Mistake(
                "change[~sees]",
                "change",
                "queries that may see the place move too, and should. Leave them out.",
            ),
            Mistake("~sees", "sees", "look at those that may *not* see it."),
        ),
    ),
)
