"""Exercises of chapter 2: the Jacobian of a unit that keeps a share, a gradient that arrives."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def leaky_jacobian(W_hh, a, alpha):
    """The Jacobian of a step that keeps a share of the old state.

    h_t = (1 - alpha) h_{t-1} + alpha tanh(a), where
    a = x_t W_xh + h_{t-1} W_hh + b_h
    W_hh (H, H), a (H,), alpha: a number
    →  J (H, H): J[p, q] is the derivative of h_t[q] by h_{t-1}[p].
    """
    return (1 - alpha) * np.eye(len(a)) + alpha * W_hh * (1 - np.tanh(a) ** 2)


def gain_for(W_hh, steps, norm):
    """The factor for W_hh that makes a gradient arrive.

    W_hh (H, H); steps: over how many; norm: a positive number
    →  the positive number g for which the product of ``steps`` Jacobians
    with g W_hh has this spectral norm, where all slopes of tanh are 1.
    """
    product = np.linalg.matrix_power(W_hh, steps)
    return (norm / np.linalg.norm(product, 2)) ** (1 / steps)


def _jacobian_cases():
    rng = np.random.default_rng(21)
    draws = [(H, alpha) for H, alpha in ((4, 0.3), (2, 0.8), (5, 1.0))]
    return [(rng.standard_normal((H, H)), rng.standard_normal(H), alpha) for H, alpha in draws]


def _gain_cases():
    rng = np.random.default_rng(22)
    wanted = ((4, 10, 1.0), (3, 25, 0.01), (5, 1, 2.0), (2, 3, 0.5))
    return [(rng.standard_normal((H, H)), steps, norm) for H, steps, norm in wanted]


EXERCISES = (
    Exercise(
        "long_term.leaky_jacobian",
        leaky_jacobian,
        _jacobian_cases,
        ("J",),
        (
            Mistake(
                "(1 - alpha) * np.eye(len(a)) + alpha * W_hh",
                "alpha * W_hh",
                "the share that is kept has a derivative too: it goes straight to the same unit.",
            ),
            Mistake(
                "(1 - np.tanh(a) ** 2)",
                "(1 - np.tanh(a) ** 2)[:, None]",
                "the slopes belong to the new units: they scale the columns, not the rows.",
            ),
            Mistake(
                "alpha * W_hh * (1 - np.tanh(a) ** 2)",
                "alpha * W_hh * (1 - a**2)",
                "the slope of tanh at a is 1 - tanh² a.",
            ),
            Mistake(
                "(1 - alpha) * np.eye(len(a))",
                "(1 - alpha) * np.ones((len(a), len(a)))",
                "each unit keeps a share of its own old value, not of the others'.",
            ),
            Mistake(
                "alpha * W_hh",
                "alpha * W_hh.T",
                "this is the transpose: rows belong to the state before, columns to the new one.",
            ),
        ),
    ),
    Exercise(
        "long_term.gain_for",
        gain_for,
        _gain_cases,
        ("gain",),
        (
            Mistake(
                "np.linalg.norm(product, 2)",
                "np.linalg.norm(W_hh, 2) ** steps",
                "this makes the bound right. The norm of a power is smaller than the power of the "
                "norm, as a rule.",
            ),
            Mistake(
                "np.linalg.norm(product, 2)",
                "np.linalg.norm(product)",
                "this is the root of the sum of all squares. The spectral norm has order 2.",
            ),
            Mistake(
                " ** (1 / steps)",
                "",
                "this is the factor for the whole product. Each of the steps has its share.",
            ),
            Mistake(
                "np.linalg.norm(product, 2)",
                "np.abs(np.linalg.eigvals(product)).max()",
                "this is the spectral radius, which can be far smaller than the norm.",
            ),
        ),
    ),
)
