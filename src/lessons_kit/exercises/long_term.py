"""Exercises of chapter 2: memory set by hand, an orthogonal start."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def latch():
    """Weight and bias of one unit that holds a bit through noise for ever.

    The unit is h = tanh(w h + b + noise), and |noise| ≤ 0.3 at every step.
    From h = 1 it must stay above 0 and from h = -1 below 0.
    →  w, b (two numbers).
    """
    return 2.0, 0.0


def orthogonal(size, rng):
    """A random orthogonal matrix.

    size: H; rng: np.random.Generator
    →  Q (H, H) with Q Qᵀ = 1, another one for each state of rng.
    """
    Q, R = np.linalg.qr(rng.standard_normal((size, size)))
    return Q * np.sign(np.diag(R))


def _holds(result):
    """Does the latch hold from +1, from -1, and is a change of the start forgotten?"""
    w, b = (float(value) for value in result)
    noise = np.random.default_rng(3).uniform(-0.3, 0.3, 1000)
    up, down, slope = 1.0, -1.0, 1.0
    kept_up = kept_down = True
    for e in (*noise, *np.full(100, -0.3), *np.full(100, 0.3)):
        up, down = np.tanh(w * up + b + e), np.tanh(w * down + b + e)
        kept_up, kept_down = kept_up and up > 0, kept_down and down < 0
        slope *= w * (1 - up**2)
    return bool(kept_up), bool(kept_down), bool(abs(slope) < 1e-10)


def _is_orthogonal(Q, size, rng):
    Q = np.asarray(Q, dtype=float)
    if Q.shape != (size, size):
        raise ValueError(f"expected a matrix ({size}, {size}), got shape {Q.shape}")
    drawn = rng.bit_generator.state != np.random.default_rng(4).bit_generator.state
    mixed = np.count_nonzero(np.abs(Q) > 1e-9) > size
    return bool(np.allclose(Q @ Q.T, np.eye(size))), bool(drawn and mixed)


EXERCISES = (
    Exercise(
        "long_term.latch",
        latch,
        lambda: [()],
        ("holds from 1", "holds from -1", "small changes of the start are forgotten"),
        (
            Mistake(
                "2.0, 0.0",
                "0.9, 0.0",
                "under noise the unit does not stay on its side. Is w positive and large enough?",
            ),
            Mistake("2.0, 0.0", "2.0, 1.0", "the bias leaves only one of the two resting points."),
        ),
        lambda result: _holds(result),
    ),
    Exercise(
        "long_term.orthogonal",
        orthogonal,
        lambda: [(5, np.random.default_rng(4)), (2, np.random.default_rng(4))],
        ("Q Qᵀ = 1", "drawn from rng"),
        (
            Mistake(
                "return Q * np.sign(np.diag(R))",
                "return np.eye(size)",
                "Q Qᵀ is 1, but this is no general draw: mix all coordinates, and use rng.",
            ),
            Mistake(
                "return Q * np.sign(np.diag(R))",
                "return R",
                "Q Qᵀ is not 1.",
            ),
        ),
        lambda result, size, rng: _is_orthogonal(result, size, rng),
    ),
)
