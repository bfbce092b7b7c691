"""Exercises of chapter 5: the causal mask, order, turned positions, several heads."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def causal_attention(q, k, v):
    """Attention in which position t sees the positions 0 … t.

    A position sees itself too.  Scores are divided by √d.
    q, k (T, d), v (T, d_v)  →  context (T, d_v).
    """
    scores = q @ k.T / np.sqrt(q.shape[1])
    allowed = np.tril(np.ones_like(scores, dtype=bool))
    return softmax(np.where(allowed, scores, -np.inf)) @ v


def order_blind(attend, x, order):
    """Does this layer ignore the order of its inputs?  Shuffle and see.

    attend: function (T, d) → (T, d_v); x (T, d);
    order (T,): a permutation of 0 … T - 1
    →  True where shuffled inputs give the same outputs, shuffled the same
    way, up to rounding.
    """
    return bool(np.allclose(attend(x[order]), attend(x)[order]))


def rotary(x, places):
    """Turn each row by the angles of its place.

    x (T, d), d even; places (T,).  Columns 2i and 2i + 1 are a pair
    (a, b).  At place t it is turned by the angle ω_i t, with
    ω_i = 10000^(-2i/d), to (a cos - b sin, a sin + b cos)
    →  the turned rows (T, d).
    """
    T, d = x.shape
    angles = places[:, None] * 10000.0 ** (-np.arange(0, d, 2) / d)
    c, s = np.cos(angles), np.sin(angles)
    a, b = x[:, 0::2], x[:, 1::2]
    return np.stack([a * c - b * s, a * s + b * c], axis=-1).reshape(T, d)


def multi_head(x, W_q, W_k, W_v, W_o, heads):
    """Self-attention with several heads, without biases.

    x (T, d); W_q, W_k, W_v, W_o (d, d); heads divides d.
    Head number j reads columns j·d/heads … (j + 1)·d/heads of the
    queries, keys and values.  Its scores are divided by the root of
    d/heads.  The heads are put side by side and multiplied by W_o
    →  y (T, d).
    """
    parts = []
    for q, k, v in zip(*(np.hsplit(x @ W, heads) for W in (W_q, W_k, W_v)), strict=True):
        parts.append(softmax(q @ k.T / np.sqrt(q.shape[1])) @ v)
    return np.hstack(parts) @ W_o


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


def _rotary_cases():
    rng = np.random.default_rng(6)
    return [(rng.standard_normal((T, d)), rng.integers(0, 40, T)) for T, d in ((5, 4), (3, 6))]


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
            Mistake(" / np.sqrt(q.shape[1])", "", "the scale 1/√d is missing."),
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
        "attention.rotary",
        rotary,
        _rotary_cases,
        ("rows",),
        (
            Mistake(
                "[a * c - b * s, a * s + b * c]",
                "[a * c + b * s, b * c - a * s]",
                "the turn goes the other way.",
            ),
            Mistake(
                "a, b = x[:, 0::2], x[:, 1::2]",
                "a, b = x[:, : d // 2], x[:, d // 2 :]",
                "a pair is two neighbouring columns here, not one of each half.",
            ),
            Mistake(
                "places[:, None]",
                "np.arange(T)[:, None]",
                "turn by the places that are given. They need not be 0, 1, 2, …",
            ),
            Mistake(
                "np.arange(0, d, 2) / d",
                "np.arange(0, d, 2) / 2 / d",
                "the speed of pair i is 10000^(-2i/d).",
            ),
        ),
    ),
    Exercise(
        "attention.multi_head",
        multi_head,
        _head_cases,
        ("y",),
        (
            Mistake(
                "np.sqrt(q.shape[1])",
                "np.sqrt(x.shape[1])",
                "each head divides by the root of its own size, d/heads.",
            ),
            Mistake(" @ W_o", "", "the heads are not mixed by W_o at the end."),
            Mistake("/ np.sqrt(q.shape[1])", "", "the scale is missing."),
            Mistake(
                "(np.hsplit(x @ W, heads) for W",
                "([(x @ W)[:, j::heads] for j in range(heads)] for W",
                "the heads are cut in turns; each reads neighbouring columns.",
            ),
            Mistake("k.T", "q.T", "the queries are compared with themselves."),
        ),
    ),
)
