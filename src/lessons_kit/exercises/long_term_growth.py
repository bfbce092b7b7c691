"""Exercises of chapter 2: how products of matrices grow, and which terms of a gradient count."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake


def leaky_bound(W_hh, alpha, lag):
    """A bound on ‖∂h_T/∂h_{T-lag}‖ for a network that leaks.

        h_t = (1 - alpha) h_{t-1} + alpha tanh(a_t)
        a_t = x_t W_xh + h_{t-1} W_hh + b_h

    It must hold for every input.  Use two rules: the norm of a sum is at
    most the sum of the norms, and the norm of a product is at most the
    product of the norms.
    W_hh (H, H); alpha between 0 and 1; lag: whole number  →  a number.
    """
    return (1 - alpha + alpha * np.linalg.norm(W_hh, 2)) ** lag


def vanish_apart():
    """Two matrices whose powers vanish, and whose product grows.

    →  A, B, both (2, 2): A^k → 0 and B^k → 0 as k grows, but (A B)^k grows
    without end.
    """
    A = np.array([[0.0, 3.0], [0.0, 0.0]])
    return A, A.T


def lags_needed(terms, share):
    """How many lags to keep so that little of the gradient is lost.

    The gradient is the sum of the terms.  A cut at k leaves out terms[k],
    terms[k + 1], …  It loses the norm of the sum of what is left out, as a
    share of the norm of the whole gradient.
    terms (T, H, H): terms[k] has lag k; share between 0 and 1
    →  int, the smallest k such that every cut at k or later loses at most
    ``share``.
    """
    left_out = np.cumsum(terms[::-1], axis=0)[::-1]
    sizes = np.linalg.norm(left_out, axis=(1, 2))
    too_much = np.flatnonzero(sizes > share * sizes[0])
    return int(too_much[-1]) + 1


def exponents(jacobians):
    """All Lyapunov exponents of a run: mean log of the growth per step.

    H directions start as the rows of the identity.  After each step they
    are made orthonormal again, by a QR decomposition.
    jacobians (T, H, H) in the row convention, δh_t = δh_{t-1} J_t; T may be
    hundreds of steps
    →  (H,): the mean growth of the first direction, of the second in what
    is orthogonal to the first, and so on.
    """
    directions, total = np.eye(len(jacobians[0])), 0.0
    for J in jacobians:
        Q, R = np.linalg.qr((directions @ J).T)
        directions = Q.T
        total = total + np.log(np.abs(np.diag(R)))
    return total / len(jacobians)


def _leaky_cases():
    rng = np.random.default_rng(0)
    return [(rng.standard_normal((4, 4)), 0.3, 3), (rng.standard_normal((3, 3)), 0.8, 7)]


def _radius(matrix):
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (2, 2):
        raise ValueError(f"expected a matrix (2, 2), got {matrix.shape}")
    return np.abs(np.linalg.eigvals(matrix)).max()


def _apart(result):
    A, B = (np.asarray(matrix, dtype=float) for matrix in result)
    return bool(_radius(A) < 1), bool(_radius(B) < 1), bool(_radius(A @ B) > 1)


def _cut_cases():
    """Gradients of which little is lost at a cut, and more at a later one; and slow falls."""
    rng = np.random.default_rng(3)
    some = [2 * size * _unit(rng) for size in (1, 0.8, 0.04, 0.6, 0.3, 0.02, 0.01, 0)]
    slow = np.linspace(3, 0, 13)[:, None, None] * _unit(rng)
    cases = []
    for left_out in (np.array(some), slow):
        cases += [(left_out[:-1] - left_out[1:], share) for share in (0.05, 0.25)]
    return cases


def _unit(rng):
    matrix = rng.standard_normal((3, 3))
    return matrix / np.linalg.norm(matrix)


def _product_cases():
    rng = np.random.default_rng(2)
    return [(rng.standard_normal((5, 3, 3)),), (3 * rng.standard_normal((800, 3, 3)),)]


EXERCISES = (
    Exercise(
        "long_term.leaky_bound",
        leaky_bound,
        _leaky_cases,
        ("the bound",),
        (
            Mistake("norm(W_hh, 2)", "norm(W_hh)",
                    "this is the Frobenius norm, which is larger. The spectral norm bounds too."),
            Mistake("np.linalg.norm(W_hh, 2)", "np.abs(np.linalg.eigvals(W_hh)).max()",
                    "the spectral radius is no bound: a matrix may stretch more than its "
                    "eigenvalues say."),
            Mistake("** lag", "* lag", "the bound of one step enters once per step: a power."),
            Mistake("1 - alpha + ", "", "the part of the state that passes unchanged is missing."),
            Mistake("alpha * np", "np", "the new part of the state has the factor alpha."),
        ),
        phrasings=phrasings.LEAKY_BOUND,
    ),
    Exercise(
        "long_term.vanish_apart",
        vanish_apart,
        lambda: [()],
        ("A alone vanishes", "B alone vanishes", "in turn they grow"),
        (
            Mistake("A, A.T", "A, A",
                    "in turn they vanish as well. Take two different matrices, so that the second "
                    "stretches what the first sends out."),
            Mistake("[0.0, 0.0]", "[0.0, 1.1]",
                    "an eigenvalue lies on the unit circle or outside it."),
        ),
        lambda result: _apart(result),
    ),
    Exercise(
        "long_term.lags_needed",
        lags_needed,
        _cut_cases,
        ("number of lags",),
        (
            Mistake("left_out = np.cumsum(terms[::-1], axis=0)[::-1]", "left_out = terms",
                    "one small term is not enough: all terms from the cut on are left out."),
            Mistake("terms[::-1], axis=0)[::-1]", "terms, axis=0)",
                    "these are the sums of what is kept."),
            Mistake("int(too_much[-1]) + 1", "int(np.argmax(sizes <= share * sizes[0]))",
                    "a later cut may lose more than this one: terms can cancel."),
            Mistake("[-1]) + 1", "[-1])", "a cut at this place still loses too much."),
            Mistake("share * sizes[0]", "share", "what is lost is a share of the whole gradient."),
        ),
    ),
    Exercise(
        "long_term.exponents",
        exponents,
        _product_cases,
        ("the exponents",),
        (
            Mistake("directions = Q.T", "directions = Q",
                    "qr makes columns orthonormal; the directions are rows."),
            Mistake("total / len(jacobians)", "total", "the mean over the steps is missing."),
            Mistake("directions @ J", "J @ directions",
                    "in the row convention it is directions @ J."),
            Mistake("directions = Q.T", "directions = directions @ J",
                    "the directions are never made orthonormal again, so every step counts the "
                    "growth of all steps before it."),
        ),
    ),
)  # fmt: skip
