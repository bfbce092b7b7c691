"""Exercises of chapter 5: what weights listen to, and the nearest key by a product."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def listens(weigh, q, k):
    """Do the weights depend on the queries, and do they depend on the keys?

    weigh: function (q, k) → weights (T_q, T_k), each row sums to 1;
    q (T_q, d), k (T_k, d), rows in no order, no two alike.
    Give the rows of one array in reverse order and leave the other as it
    is: does any weight move?
    →  query, keys: bool each.
    """
    w = weigh(q, k)
    query = not np.allclose(weigh(q[::-1], k), w)
    keys = not np.allclose(weigh(q, k[::-1]), w)
    return query, keys


def nearest_features(q, k):
    """One more number each, so that a product prefers the nearest key.

    The dot products of the longer rows shall give the weights of
    -‖q - k‖² / 2:  softmax(q' k'ᵀ) = softmax(-‖q - k‖² / 2).
    q (T_q, d), k (T_k, d)  →  q' (T_q, d + 1), k' (T_k, d + 1).
    """
    squares = np.einsum("td,td->t", k, k)[:, None]
    return np.hstack([q, np.ones_like(q[:, :1])]), np.hstack([k, -squares / 2])


def by_product(q, k):
    return softmax(q @ k.T)


def by_direction(q, k):
    long = np.linalg.norm(q, axis=1, keepdims=True) * np.linalg.norm(k, axis=1)
    return softmax(q @ k.T / long)


def by_square(q, k):
    return softmax((q @ k.T) ** 2)


def faintly(q, k):
    return softmax(q @ k.T / 100)


def by_key_alone(q, k):
    return softmax(q.sum(axis=1)[:, None] + k.sum(axis=1))


def by_place(q, k):
    return softmax(q @ np.linspace(-1, 1, q.shape[1] * len(k)).reshape(q.shape[1], -1))


def _listening_cases():
    rng = np.random.default_rng(11)
    q, k = rng.standard_normal((3, 4)), rng.standard_normal((5, 4))
    ways = by_product, by_key_alone, by_place, by_direction, by_square, faintly
    return [(weigh, q, k) for weigh in ways]


def _near_cases():
    rng = np.random.default_rng(12)
    return [(rng.standard_normal((T, d)), rng.standard_normal((T + 2, d)))
            for T, d in ((3, 2), (4, 3), (2, 1))]  # fmt: skip


def _weights_of(result, q, k):
    """The weights that the longer rows give."""
    longer_q, longer_k = (np.asarray(part, dtype=float) for part in result)
    if longer_q.shape != (len(q), q.shape[1] + 1):
        raise ValueError(f"q' must have {q.shape[1] + 1} columns, got shape {longer_q.shape}")
    return softmax(longer_q @ longer_k.T)


EXERCISES = (
    Exercise(
        "attention.listens",
        listens,
        _listening_cases,
        ("query", "keys"),
        (
            Mistake(
                "weigh(q[::-1], k)",
                "weigh(2 * q, k)",
                "a query that is twice as long still points the same way, and some scores see "
                "only the direction. Give other queries.",
            ),
            Mistake(
                "weigh(q, k[::-1])",
                "weigh(q, k + 1)",
                "the same number added to every key adds the same score to all keys of a row, "
                "and the softmax takes it away.",
            ),
            Mistake(
                "weigh(q[::-1], k)",
                "weigh(-q, k)",
                "some scores do not see the sign of a query. Give other queries.",
            ),
            Mistake(
                "np.allclose(weigh(q, k[::-1]), w)",
                "np.array_equal(weigh(q, k[::-1]).argmax(axis=1), w.argmax(axis=1))",
                "the largest weight may stay where it is while the weights move. Compare them all.",
            ),
            Mistake(
                "np.allclose(weigh(q[::-1], k), w)",
                "np.allclose(weigh(q[::-1], k).sum(axis=1), w.sum(axis=1))",
                "each row sums to 1, whatever the weights are.",
            ),
            Mistake("return query, keys", "return keys, query", "the two have changed places."),
        ),
    ),
    Exercise(
        "attention.nearest_features",
        nearest_features,
        _near_cases,
        ("weights",),
        (
            Mistake(
                "-squares / 2",
                "squares / 2",
                "the sign is wrong: long keys are preferred in the place of near ones.",
            ),
            Mistake(
                "-squares / 2",
                "-squares",
                "twice too much: ‖q - k‖² / 2 has half the square of the key.",
            ),
            Mistake(
                "-squares / 2",
                "-np.sqrt(squares) / 2",
                "it is the squared length of the key that is needed.",
            ),
            Mistake(
                "np.ones_like(q[:, :1])",
                "np.einsum('td,td->t', q, q)[:, None]",
                "the square of the query is the same for all keys, so the softmax takes it away. "
                "What must the square of the key be multiplied by?",
            ),
        ),
        observe=_weights_of,
    ),
)
