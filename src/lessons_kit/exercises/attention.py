"""Exercises of chapter 5: masked softmax, a score."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake


def masked_softmax(scores, mask):
    """Softmax over the keys that the mask allows.

    scores (..., T_q, T_k); mask, bool, same shape, True = may attend
    →  weights (..., T_q, T_k): 0 where masked.  Each row sums to 1, but a
    row with nothing allowed is all zeros.
    """
    scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.maximum(total, 1)  # an allowed row has a 1 among its e


def additive_scores(q, k, W_q, W_k, v_a):
    """The additive score of every query with every key.

    q (T_q, d_q), k (T_k, d_k), W_q (d_q, A), W_k (d_k, A), v_a (A,)
    →  scores (T_q, T_k): tanh(q W_q + k W_k) v_a for every pair.
    """
    hidden = np.tanh((q @ W_q)[:, None] + (k @ W_k)[None, :])
    return hidden @ v_a


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
                "e / np.maximum(total, 1)",
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
)
