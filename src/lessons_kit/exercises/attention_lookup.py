"""Exercises of chapter 5: sharpness, an empty key, a lookup by place."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def sharpness_for(share, keys, lead):
    """The factor for all scores that gives one key a wanted share.

    One of the keys has a score that is larger by ``lead`` than those of
    all the others, which are equal.
    share: the wanted weight of that key, above 1 / keys and below 1;
    keys: how many there are, the right one included; lead: above 0
    →  the number by which all scores must be multiplied.
    """
    odds = share / (1 - share)
    return np.log(odds * (keys - 1)) / lead


def find_nothing(q, k, v, empty):
    """A lookup that may find nothing.

    Beside the keys stands one more: its score is ``empty`` for every
    query, its value is a row of zeros.  Scores are divided by √d,
    ``empty`` is not.
    q (T_q, d), k (T_k, d), v (T_k, d_v), empty: a number
    →  context (T_q, d_v), nothing (T_q,): the weight of the further key.
    """
    scores = q @ k.T / np.sqrt(q.shape[1])
    more = np.full_like(scores[:, :1], empty)
    weights = softmax(np.hstack([scores, more]))
    return weights[:, :-1] @ v, weights[:, -1]


def look_back(T, n):
    """Projections with which each place looks at the one n before it.

    The words are x = np.eye(T): a row of zeros with a one at the place.
    Queries are x W_q and keys are x W_k; the scores q kᵀ are *not*
    divided.  Each place t ≥ n shall give a weight of more than 0.99 to
    place t - n.  The first n places may look anywhere.
    T, n: whole numbers, 0 < n < T  →  W_q (T, T), W_k (T, T).
    """
    return 100 * np.eye(T, k=-n), np.eye(T)


def _looks(result, T, n):
    """Where the places from n on look, and whether they are sure of it."""
    W_q, W_k = (np.asarray(W, dtype=float) for W in result)
    weights = softmax(W_q @ W_k.T)[n:]
    return weights.argmax(axis=-1), weights.max(axis=-1) > 0.99


def _nothing_cases():
    rng = np.random.default_rng(6)
    return [
        tuple(rng.standard_normal(s) for s in ((T, 4), (T + 2, 4), (T + 2, 3))) + (empty,)
        for T, empty in ((3, 0.5), (2, -1.5))
    ]


EXERCISES = (
    Exercise(
        "attention.sharpness_for",
        sharpness_for,
        lambda: [(0.9, 4, 1.0), (0.5, 100, 0.2), (0.99, 2, 3.0)],
        ("factor",),
        (
            Mistake(
                "odds * (keys - 1)",
                "odds",
                "all the other keys together count, not one of them.",
            ),
            Mistake("keys - 1", "keys", "the right key is not one of its own rivals."),
            Mistake(
                "share / (1 - share)",
                "(1 - share) / share",
                "the odds are turned: the wanted share stands above.",
            ),
            Mistake(" / lead", "", "a larger lead needs less sharpness."),
            Mistake("/ lead", "* lead", "a larger lead needs less sharpness."),
        ),
    ),
    Exercise(
        "attention.find_nothing",
        find_nothing,
        _nothing_cases,
        ("context", "nothing"),
        (
            Mistake(
                "return weights[:, :-1] @ v,",
                "return weights[:, :-1] / weights[:, :-1].sum(axis=-1, keepdims=True) @ v,",
                "the weights of the found keys were stretched to sum to 1. They keep their shares.",
            ),
            Mistake(
                "np.full_like(scores[:, :1], empty)",
                "np.full_like(scores[:, :1], empty / np.sqrt(q.shape[1]))",
                "only the products are divided by √d, not the score of the empty key.",
            ),
            Mistake(
                "np.full_like(scores[:, :1], empty)",
                "np.full_like(scores[:, :1], 0.0)",
                "the empty key has the score that is given, not 0.",
            ),
            Mistake(" / np.sqrt(q.shape[1])", "", "the products are divided by √d."),
            Mistake(
                "weights[:, -1]", "1 - weights[:, -1]", "what is asked for is the share of nothing."
            ),
        ),
    ),
    Exercise(
        "attention.look_back",
        look_back,
        lambda: [(6, 1), (7, 3), (3, 2)],
        ("the place", "sure of it"),
        (
            Mistake(
                "k=-n",
                "k=n",
                "each place looks ahead. Row t of W_q W_kᵀ holds the scores of place t.",
            ),
            Mistake("k=-n", "k=-1", "it looks one place back, whatever n is."),
            Mistake(
                "100 * ",
                "1 * ",
                "the right place, but not sure enough: with scores of 0 and 1 the softmax stays "
                "flat.",
            ),
        ),
        observe=_looks,
    ),
)
