"""Exercises of chapter 4: the way back with the other reset gate, and counters under noise."""

import math

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def step_backward_before(dh, h_prev, r, z, n, W_hh):
    """One step back through a GRU whose reset gate acts before the product.

        n = tanh(x_t W_xn + b_n + (r * h_prev) W_hn)
        h_t = (1 - z) * n + z * h_prev

    dh (B, H): what arrives at h_t; h_prev, r, z, n (B, H) of the step;
    W_hh (3, H, H), blocks r z n
    →  dh_prev (B, H); da_r, da_z, da_n (B, H), the gradients of what the
    sigmoids and the tanh are given; dW_hn (H, H).
    """
    W_hr, W_hz, W_hn = W_hh
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    dq = da_n @ W_hn.T
    da_r = dq * h_prev * r * (1 - r)
    dh_prev = dh * z + dq * r + da_r @ W_hr.T + da_z @ W_hz.T
    return dh_prev, da_r, da_z, da_n, (r * h_prev).T @ da_n


def surely_exact(step, noise):
    """How far a counter is exact, whatever the noise does.

    The counter starts at 0.  It adds ``step`` at each a and takes it away
    at each b.  After every letter, noise of at most ±noise is added.  After
    each b it says "end" if it stands below half a step, else "b".
    step, noise: positive numbers, noise less than a quarter of step
    →  int: the largest n for which aⁿbⁿ is answered right after every b,
    for all noise of this size.
    """
    return math.ceil(step / (4 * noise)) - 1


def _back_cases():
    rng, cases = np.random.default_rng(1), []
    for B, H in ((3, 4), (2, 3)):
        dh, h, n = rng.standard_normal((3, B, H))
        r, z = sigmoid(rng.standard_normal((2, B, H)))
        cases.append((dh, h, r, z, np.tanh(n), rng.standard_normal((3, H, H))))
    return cases


EXERCISES = (
    Exercise(
        "gru.backward_before",
        step_backward_before,
        _back_cases,
        ("dh_prev", "da_r", "da_z", "da_n", "dW_hn"),
        (
            Mistake(
                "dq = da_n @ W_hn.T",
                "dq = da_n * r @ W_hn.T",
                "this gate acts before the product: on the way back the product comes first.",
            ),
            Mistake(
                "dq * r + da_r",
                "dq + da_r",
                "on the way to the old state the gradient passes the reset gate.",
            ),
            Mistake(
                "(r * h_prev).T @ da_n",
                "h_prev.T @ da_n",
                "W_hn is given r * h_prev here, not the whole state.",
            ),
            Mistake(
                "dq * h_prev * r",
                "da_n * (h_prev @ W_hn) * r",
                "the reset gate was multiplied by h_prev, not by a product.",
            ),
            Mistake("dh * z + dq", "dq", "the direct path, where z keeps, is missing."),
            Mistake("(h_prev - n)", "(n - h_prev)", "z multiplies the old state, 1 - z the new."),
        ),
    ),
    Exercise(
        "gru.surely_exact",
        surely_exact,
        lambda: [(1.0, 0.01), (1.0, 0.03), (1e-3, 2e-6), (0.02, 0.0003), (0.5, 0.0625)],
        ("n",),
        (
            Mistake(
                "4 * noise", "2 * noise", "aⁿbⁿ has 2n letters, and each of them adds its noise."
            ),
            Mistake(
                "4 * noise",
                "8 * noise",
                "the distance from 0 to the threshold is half a step, not a quarter.",
            ),
            Mistake(
                "math.ceil(step / (4 * noise)) - 1",
                "int(step / (4 * noise))",
                "exactly half a step is not below half a step: noise may reach the threshold.",
            ),
            Mistake("4 * noise)) - 1", "4 * noise))", "at this n the noise can go too far."),
        ),
    ),
)
