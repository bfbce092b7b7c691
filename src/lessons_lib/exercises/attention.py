"""Exercises of chapter 5: masked softmax, a score, the backward pass, order, heads."""

import numpy as np

from lessons_lib.exercises.exercise import Exercise, Mistake
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


def causal_attention(q, k, v):
    """Attention in which position t sees the positions 0 … t, itself included.

    q, k (T, d), v (T, d_v)  →  context (T, d_v).  Scores are divided by √d.
    """
    scores = q @ k.T / np.sqrt(q.shape[-1])
    allowed = np.tril(np.ones_like(scores, dtype=bool))
    return softmax(np.where(allowed, scores, -np.inf)) @ v


def order_blind(attend, x, order):
    """Does this layer ignore the order of its inputs?  Shuffle them and see.

    attend: function (T, d) → (T, d_v); x (T, d); order (T,): a permutation of 0 … T - 1
    →  True where shuffled inputs give the same outputs, shuffled the same way, up to rounding.
    """
    return bool(np.allclose(attend(x[order]), attend(x)[order]))


def multi_head(x, W_q, W_k, W_v, W_o, heads):
    """Self-attention with several heads, without biases.

    x (T, d); W_q, W_k, W_v, W_o (d, d); heads divides d.  Head number j reads columns
    j·d/heads … (j + 1)·d/heads of the queries, keys and values; its scores are divided by the
    root of d/heads; the heads are put side by side again and multiplied by W_o
    →  y (T, d).
    """
    size = x.shape[-1] // heads
    q, k, v = x @ W_q, x @ W_k, x @ W_v
    parts = []
    for j in range(heads):
        own = slice(j * size, (j + 1) * size)
        weights = softmax(q[:, own] @ k[:, own].T / np.sqrt(size))
        parts.append(weights @ v[:, own])
    return np.concatenate(parts, axis=-1) @ W_o


def _mask_cases():
    rng, cases = np.random.default_rng(0), []
    for shape in ((2, 3, 5), (4, 3)):
        mask = rng.random(shape) < 0.6
        mask[..., 0, :] = False
        cases.append((3 * rng.standard_normal(shape), mask))
    cases.append((800 + rng.standard_normal((3, 4)), np.ones((3, 4), dtype=bool)))
    mask = np.arange(4) < [[1], [3], [2]]
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


def _causal_cases():
    rng = np.random.default_rng(3)
    return [tuple(_triple(rng, 5, 5, 3, 2)), tuple(_triple(rng, 4, 4, 2, 6))]


def _order_cases():
    rng = np.random.default_rng(4)
    x, W = rng.standard_normal((5, 3)), rng.standard_normal((3, 3))
    places, causal = rng.standard_normal((5, 3)), np.tril(np.ones((5, 5)))

    def blind(x):
        return softmax(x @ W @ x.T) @ x

    def placed(x):
        return blind(x + 0.01 * places)

    def masked(x):
        return softmax(np.where(causal, x @ W @ x.T, -1e30)) @ x

    order = np.array([3, 0, 4, 1, 2])
    return [(layer, x, order) for layer in (blind, placed, masked, lambda x: blind(x) @ W)]


def _head_cases():
    rng = np.random.default_rng(5)
    return [
        (rng.standard_normal((T, d)), *(0.5 * rng.standard_normal((4, d, d))), heads)
        for T, d, heads in ((5, 6, 2), (3, 6, 3), (4, 2, 1))
    ]


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
                "a hidden score of 0 can be the largest of its row, and then the allowed ones "
                "underflow. Hidden keys need a score far below all others.",
            ),
            Mistake(
                "scores.max(axis=-1, keepdims=True)",
                "0",
                "large scores overflow. Subtract the largest of the row first.",
            ),
            Mistake(
                "axis=-1, keepdims=True)\n    return",
                "axis=-2, keepdims=True)\n    return",
                "the weights are shared out over the queries. Each *row* must sum to 1.",
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
    Exercise(
        "attention.causal",
        causal_attention,
        _causal_cases,
        ("context",),
        (
            Mistake("np.tril", "np.triu", "the mask is turned: each position sees the future."),
            Mistake(
                "np.ones_like(scores, dtype=bool)",
                "np.ones_like(scores, dtype=bool), -1",
                "a position must see itself; the first one sees nothing here.",
            ),
            Mistake(
                "softmax(np.where(allowed, scores, -np.inf))",
                "(softmax(scores) * allowed)",
                "the mask comes too late: the rows no longer sum to 1.",
            ),
            Mistake(
                "np.where(allowed, scores, -np.inf)",
                "np.where(allowed, scores, 0)",
                "a score of 0 is a score like any other: hidden keys need -∞.",
            ),
            Mistake(" / np.sqrt(q.shape[-1])", "", "the scale 1/√d is missing."),
        ),
    ),
    Exercise(
        "attention.order_blind",
        order_blind,
        _order_cases,
        ("the verdict",),
        (
            Mistake(
                "attend(x)[order]",
                "attend(x)",
                "the outputs must be shuffled too before you compare.",
            ),
            Mistake("attend(x[order])", "attend(x)[order]", "the inputs were never shuffled."),
        ),
    ),
    Exercise(
        "attention.multi_head",
        multi_head,
        _head_cases,
        ("y",),
        (
            Mistake(
                "np.sqrt(size)",
                "np.sqrt(x.shape[-1])",
                "each head divides by the root of its own size, d/heads.",
            ),
            Mistake(" @ W_o", "", "the heads are not mixed by W_o at the end."),
            Mistake("/ np.sqrt(size)", "", "the scale is missing."),
            Mistake(
                "own = slice(j * size, (j + 1) * size)",
                "own = slice(j, None, heads)",
                "the heads are cut in turns; each reads neighbouring columns.",
            ),
            Mistake("k[:, own].T", "q[:, own].T", "the queries are compared with themselves."),
        ),
    ),
)
