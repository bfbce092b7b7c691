"""Exercises of chapter 2: how powers and products of matrices grow."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def norm_bound(W_hh, lag):
    """The bound on ‖∂h_T/∂h_{T-lag}‖ that holds for every input of a tanh RNN.

    W_hh (H, H); lag: whole number  →  a number.
    """
    return np.linalg.norm(W_hh, 2) ** lag


def non_normal():
    """A matrix whose powers first grow and then vanish.

    →  W (2, 2) with all eigenvalues inside the unit circle and a power W^k of spectral norm
    above 10, for some k below 200.
    """
    return np.array([[0.9, 5.0], [0.0, 0.9]])


def lyapunov(jacobians, direction):
    """Mean growth per step of a small change, in natural logarithms.

    jacobians (T, H, H) in the row convention, δh_t = δh_{t-1} J_t; direction (H,) of length 1;
    T may be hundreds of steps  →  a number.
    """
    total = 0.0
    for J in jacobians:
        direction = direction @ J
        norm = np.linalg.norm(direction)
        total += np.log(norm)
        direction = direction / norm
    return total / len(jacobians)


def _bound_cases():
    rng = np.random.default_rng(0)
    return [(rng.standard_normal((4, 4)), 3), (0.3 * rng.standard_normal((3, 3)), 7)]


def _grows_then_vanishes(W):
    W = np.asarray(W, dtype=float)
    if W.shape != (2, 2):
        raise ValueError(f"expected a matrix (2, 2), got {W.shape}")
    norms = [np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in range(1, 200)]
    return bool(np.abs(np.linalg.eigvals(W)).max() < 1), bool(max(norms) > 10)


def _growth_cases():
    rng = np.random.default_rng(2)
    start = np.array([0.6, 0.8, 0.0])
    short = rng.standard_normal((5, 3, 3))
    return [(short, start), (3 * rng.standard_normal((800, 3, 3)), start)]


EXERCISES = (
    Exercise(
        "long_term.norm_bound",
        norm_bound,
        _bound_cases,
        ("the bound",),
        (
            Mistake(
                "np.linalg.norm(W_hh, 2)",
                "np.linalg.norm(W_hh)",
                "this is the Frobenius norm, which is larger. The spectral norm bounds too.",
            ),
            Mistake(
                "np.linalg.norm(W_hh, 2)",
                "np.abs(np.linalg.eigvals(W_hh)).max()",
                "the spectral radius is no bound: a matrix may stretch more than its eigenvalues "
                "say.",
            ),
            Mistake("** lag", "* lag", "the norm enters once per step: a power, not a product."),
        ),
    ),
    Exercise(
        "long_term.non_normal",
        non_normal,
        lambda: [()],
        ("all eigenvalues inside the unit circle", "some power above 10"),
        (
            Mistake(
                "0.9, 5.0",
                "0.9, 0.5",
                "no power exceeds 10. Let one coordinate push the other harder.",
            ),
            Mistake(
                "[[0.9, 5.0], [0.0, 0.9]]",
                "[[1.1, 0.0], [0.0, 1.1]]",
                "an eigenvalue lies on the unit circle or outside it.",
            ),
        ),
        lambda result: _grows_then_vanishes(result),
    ),
    Exercise(
        "long_term.lyapunov",
        lyapunov,
        _growth_cases,
        ("the exponent",),
        (
            Mistake(
                "        direction = direction / norm\n",
                "",
                "the direction is never brought back to length 1, so every step counts the "
                "growth of all steps before it.",
            ),
            Mistake("total / len(jacobians)", "total", "the mean over the steps is missing."),
            Mistake("direction @ J", "J @ direction", "in the row convention it is direction @ J."),
            Mistake("total += np.log(norm)", "total += norm", "the logarithm is missing."),
        ),
    ),
)
