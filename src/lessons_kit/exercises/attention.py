"""Exercises of chapter 5: masked softmax, a score, the backward pass."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def masked_softmax(scores, mask):
    """Softmax over the keys that the mask allows; a row with nothing allowed is all zeros.

    scores (..., T_q, T_k); mask, bool, of the same shape, True = may attend
    →  weights (..., T_q, T_k): 0 where masked, each other row summing to 1.
    """
    scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)


def additive_scores(q, k, W_q, W_k, v_a):
    """How well does each key answer each query? One hidden layer for each pair.

    q (T_q, d_q), k (T_k, d_k), W_q (d_q, A), W_k (d_k, A), v_a (A,)
    →  scores (T_q, T_k): tanh(q W_q + k W_k) v_a for every pair.
    """
    hidden = np.tanh((q @ W_q)[:, None] + (k @ W_k)[None, :])
    return hidden @ v_a


def attention_backward(dc, q, k, v, weights):
    """Backward of c = weights v with weights = softmax(q kᵀ / √d).

    dc (T_q, d_v), q (T_q, d), k (T_k, d), v (T_k, d_v), weights (T_q, T_k)
    →  dq (T_q, d), dk (T_k, d), dv (T_k, d_v).
    """
    dv = weights.T @ dc
    dw = dc @ v.T
    ds = weights * (dw - (weights * dw).sum(axis=-1, keepdims=True))
    ds = ds / np.sqrt(q.shape[-1])
    return ds @ k, ds.T @ q, dv


def _mask_cases():
    rng, cases = np.random.default_rng(0), []
    for shape in ((2, 3, 5), (4, 3)):
        mask = rng.random(shape) < 0.6
        mask[..., 0, :] = False
        cases.append((3 * rng.standard_normal(shape), mask))
    cases.append((800 + rng.standard_normal((3, 4)), np.ones((3, 4), dtype=bool)))
    mask = np.arange(4) < [[1], [3], [2]]
    far = np.array([[0.0], [-800.0], [800.0]])  # each row has its own largest
    cases.append((rng.standard_normal((3, 4)) + far, np.ones((3, 4), dtype=bool)))
    for hidden in (0, 900):
        cases.append((np.where(mask, rng.standard_normal((3, 4)) - 800, hidden), mask))
    return cases


def _score_cases():
    rng, cases = np.random.default_rng(1), []
    for T_q, T_k, d_q, d_k, A in ((3, 5, 2, 4, 6), (2, 3, 5, 4, 1)):
        shapes = (T_q, d_q), (T_k, d_k), (d_q, A), (d_k, A), (A,)
        cases.append(tuple(rng.standard_normal(shape) for shape in shapes))
    return cases


def _triple(rng, T_q, T_k, d, d_v):
    return [rng.standard_normal(shape) for shape in ((T_q, d), (T_k, d), (T_k, d_v))]


def _back_cases():
    rng, cases = np.random.default_rng(2), []
    for T_q, T_k, d, d_v in ((3, 5, 4, 2), (2, 3, 2, 5)):
        q, k, v = _triple(rng, T_q, T_k, d, d_v)
        weights = softmax(q @ k.T / np.sqrt(d))
        cases.append((rng.standard_normal((T_q, d_v)), q, k, v, weights))
    return cases


EXERCISES = (
    Exercise(
        "attention.masked_softmax",
        masked_softmax,
        _mask_cases,
        ("weights",),
        (
            Mistake(
                "np.where(mask, scores, -1e30)",
                "np.where(mask, scores, 0)",
                "a hidden score can be the largest of its row; then the allowed ones underflow. "
                "Put hidden scores far below all others before you look for the largest.",
            ),
            Mistake(
                "scores.max(axis=-1, keepdims=True)",
                "0",
                "large scores overflow. Subtract the largest of the row first.",
            ),
            Mistake(
                "axis=-1, keepdims=True)\n    return",
                "axis=-2, keepdims=True)\n    return",
                "the weights are shared out over the queries. Each row must sum to 1.",
            ),
            Mistake(
                "e / np.where(total == 0, 1, total)",
                "e / total",
                "a row with nothing allowed divides zero by zero. It should be all zeros.",
            ),
            Mistake(
                "keepdims=True)) * mask",
                "keepdims=True))",
                "a row with nothing allowed spreads its weights over hidden keys.",
            ),
        ),
        phrasings=phrasings.MASKED_SOFTMAX,
    ),
    Exercise(
        "attention.additive_scores",
        additive_scores,
        _score_cases,
        ("scores",),
        (
            Mistake(
                "np.tanh((q @ W_q)[:, None] + (k @ W_k)[None, :])",
                "(q @ W_q)[:, None] + (k @ W_k)[None, :]",
                "there is no tanh, so query and key never interact: every query would prefer the "
                "same key.",
            ),
            Mistake(
                " + (k @ W_k)[None, :]",
                " + 0 * (k @ W_k)[None, :]",
                "the keys have no influence.",
            ),
            Mistake(
                "np.tanh((q @ W_q)[:, None] + (k @ W_k)[None, :])",
                "np.tanh((q @ W_q)[:, None]) + np.tanh((k @ W_k)[None, :])",
                "tanh is taken of each part. It belongs around their sum.",
            ),
        ),
    ),
    Exercise(
        "attention.backward",
        attention_backward,
        _back_cases,
        ("dq", "dk", "dv"),
        (
            Mistake(
                "(dw - (weights * dw).sum(axis=-1, keepdims=True))",
                "dw",
                "the softmax ties the weights of a row together: subtract their mean of dw.",
            ),
            Mistake(
                "    ds = ds / np.sqrt(q.shape[-1])\n",
                "",
                "the scale 1/√d is missing on the way back.",
            ),
            Mistake(
                "(weights * dw).sum(axis=-1",
                "dw.mean(axis=-1",
                "the mean over the keys is weighted by the weights.",
            ),
            Mistake(
                "(weights * dw).sum(axis=-1",
                "(weights * dw).sum(axis=0",
                "the sum runs over the keys of a row, not over the queries.",
            ),
            Mistake(
                "return ds @ k, ds.T @ q, dv",
                "return ds @ k, ds.T @ q, (weights.T / len(dc)) @ dc",
                "dv is a sum over the queries, not a mean.",
            ),
        ),
    ),
)
