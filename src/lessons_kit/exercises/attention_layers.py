"""Exercises of chapter 5: the causal mask, order, several heads."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


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


def _triple(rng, T_q, T_k, d, d_v):
    return [rng.standard_normal(shape) for shape in ((T_q, d), (T_k, d), (T_k, d_v))]


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
    layers = blind, placed, masked, lambda x: blind(x) @ W, lambda x: blind(x) + places
    return [(layer, x, order) for layer in layers]


def _head_cases():
    rng = np.random.default_rng(5)
    return [
        (rng.standard_normal((T, d)), *(0.5 * rng.standard_normal((4, d, d))), heads)
        for T, d, heads in ((5, 6, 2), (3, 6, 3), (4, 2, 1))
    ]


EXERCISES = (
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
        phrasings=phrasings.CAUSAL,
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
                "it is never True. Shuffle the outputs the same way, and compare up to rounding.",
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
