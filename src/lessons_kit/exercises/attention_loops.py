"""Exercises of chapter 5: values without a trace, a key deleted, a minimal GRU as attention."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def no_trace(k):
    """Values that leave the memory of the loop at zero.

    The loop adds k_tᵀ v_t at every step, with no gate, from S = 0.
    k (n, d): more keys than features, n > d
    →  v (n,), one number for each key, of length 1, not all zero, so that
    S is 0 after the n steps.
    """
    _, _, directions = np.linalg.svd(k.T)  # (n, n), the strongest first
    return directions[-1]


def delete(S, k):
    """Take one key out of a memory.

    S (d, d_v); k (d,), of any length but 0
    →  the memory that answers 0 when asked with k, and answers as before
    when asked with a query at a right angle to k.
    """
    return S - np.outer(k, k @ S) / (k @ k)


def min_gru_attention(z):
    """The attention weights of one unit of a minimal GRU.

    h_t = (1 - z_t) h_{t-1} + z_t g_t, and the gates do not read h.
    z (T,), between 0 and 1
    →  weights (T, T): row t says how much of each g stands in h_t;
    start (T,): how much of the initial state stands in h_t.
    """
    log = np.cumsum(np.log(1 - z))
    return np.tril(np.exp(log[:, None] - log) * z), np.exp(log)


def _untraced(v, k):
    """Is there one value for each key, are they of length 1, and is the memory empty?"""
    v = np.asarray(v, dtype=float)
    if v.shape != (len(k),):
        return False, False, False
    return True, bool(np.isclose(np.linalg.norm(v), 1)), bool(np.abs(k.T @ v).max() < 1e-9)


def _key_cases():
    rng = np.random.default_rng(12)
    return [(rng.standard_normal(shape),) for shape in ((5, 3), (4, 3), (9, 2))]


def _memory_cases():
    rng = np.random.default_rng(13)
    shapes = (4, 3), (2, 5), (3, 3)
    return [(rng.standard_normal(shape), 2 * rng.standard_normal(shape[0])) for shape in shapes]


EXERCISES = (
    Exercise(
        "attention.no_trace",
        no_trace,
        _key_cases,
        ("one number for each key", "their length is 1", "S is 0"),
        (
            Mistake(
                "directions[-1]",
                "directions[0]",
                "this is the direction that leaves the most in S. Take one that leaves nothing.",
            ),
            Mistake(
                "directions[-1]",
                "directions[-1] * 0",
                "all values are zero. Find others.",
            ),
            Mistake(
                "np.linalg.svd(k.T)",
                "np.linalg.svd(k)",
                "these are directions of the features. The values have one number for each key.",
            ),
        ),
        observe=_untraced,
    ),
    Exercise(
        "attention.delete",
        delete,
        _memory_cases,
        ("memory",),
        (
            Mistake(
                " / (k @ k)",
                "",
                "right for keys of length 1. Yours have other lengths: divide by k · k.",
            ),
            Mistake(
                "S - np.outer",
                "S + np.outer",
                "what the key says has been written a second time. Subtract it.",
            ),
            Mistake(
                " / (k @ k)",
                " / np.sqrt(k @ k)",
                "k stands twice in the product, so the square of its length is divided out.",
            ),
            Mistake(
                "np.outer(k, k @ S) / (k @ k)",
                "k[:, None] * S",
                "ask the memory first: what it says for k is k S, one row of values.",
            ),
        ),
    ),
    Exercise(
        "attention.min_gru_attention",
        min_gru_attention,
        lambda: [(np.random.default_rng(14).uniform(0.1, 0.9, T),) for T in (5, 2, 8)],
        ("weights", "start"),
        (
            Mistake(
                "np.log(1 - z)",
                "np.log(z)",
                "z is what is written. What is kept at a step is 1 - z.",
            ),
            Mistake(
                "np.exp(log[:, None] - log) * z",
                "np.exp(log[:, None] - log)",
                "these are the products of what is kept. What was written, z, is missing.",
            ),
            Mistake(
                "log[:, None] - log",
                "log[:, None] - log + np.log(1 - z)",
                "a candidate does not pass the gate of its own step, only the later ones.",
            ),
            Mistake(
                "- log) * z",
                "- log) * z[:, None]",
                "the gate of the step that wrote counts, not that of the step that reads.",
            ),
            Mistake(
                "np.tril",
                "np.triu",
                "rows read and columns wrote: nothing is read before it is written.",
            ),
        ),
    ),
)
