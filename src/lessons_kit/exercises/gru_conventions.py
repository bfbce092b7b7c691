"""Exercises of chapter 4: the two meanings of z and the two places of the reset gate."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def other_sign(params):
    """Weights of the same GRU under the other meaning of z: σ(-a) = 1 - σ(a).

    params: dict of W_xh (3, D, H), W_hh (3, H, H), b_h (3, H), blocks r z n, and b_hn (H,)
    →  a new dict with the same keys; params itself must stay as it is.
    """
    flipped = {name: value.copy() for name, value in params.items()}
    for name in ["W_xh", "W_hh", "b_h"]:
        flipped[name][1] *= -1
    return flipped


def both_candidates(x_t, h, r, W_xn, W_hn, b_n):
    """The candidate of a GRU with the reset gate at both of its places, without b_hn.

    x_t (B, D), h and r (B, H); W_xn (D, H), W_hn (H, H), b_n (H,)
    →  n_after (B, H): the gate acts after the product with W_hn; n_before (B, H): before it.
    """
    n_after = np.tanh(x_t @ W_xn + r * (h @ W_hn) + b_n)
    n_before = np.tanh(x_t @ W_xn + (r * h) @ W_hn + b_n)
    return n_after, n_before


def _step_cases():
    rng, cases = np.random.default_rng(0), []
    for B, D, H in ((3, 2, 4), (2, 5, 3)):
        shapes = (B, D), (B, H), (3, D, H), (3, H, H), (3, H), (H,)
        cases.append(tuple(rng.standard_normal(shape) for shape in shapes))
    return cases


def _sign_cases():
    names = "W_xh", "W_hh", "b_h", "b_hn"
    return [(dict(zip(names, case[2:], strict=True)),) for case in _step_cases()]


def _candidate_cases():
    rng, cases = np.random.default_rng(2), []
    for B, D, H in ((3, 2, 4), (2, 5, 3)):
        x_t, h, r = (rng.standard_normal(shape) for shape in ((B, D), (B, H), (B, H)))
        W = (rng.standard_normal(shape) for shape in ((D, H), (H, H), (H,)))
        cases.append((x_t, h, sigmoid(r), *W))
    return cases


EXERCISES = (
    Exercise(
        "gru.other_sign",
        other_sign,
        _sign_cases,
        ("params",),
        (
            Mistake("[1] *= -1", "[0] *= -1", "this is the block of r. The order is r z n."),
            Mistake('"W_xh", "W_hh", "b_h"', '"W_xh", "W_hh"', "the bias of z must turn as well."),
            Mistake("flipped[name][1] *= -1", "flipped[name] *= -1", "only z changes its meaning."),
        ),
    ),
    Exercise(
        "gru.both_candidates",
        both_candidates,
        _candidate_cases,
        ("n_after", "n_before"),
        (
            Mistake(
                "return n_after, n_before",
                "return n_before, n_after",
                "the two have changed places: after gates the product, before the state.",
            ),
            Mistake("(r * h) @ W_hn", "r * (h @ W_hn)", "both are gated after the product."),
            Mistake(
                "r * (h @ W_hn)",
                "(r * h) @ W_hn",
                "both are gated before the product.",
            ),
        ),
    ),
)
