"""Exercises of chapter 4: the step and its gradient, the bound, the keep bias."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def gru_step(x_t, h, W_xh, W_hh, b_h, b_hn):
    """One step of a GRU in PyTorch's form: z weighs the old state, reset after the product.

    x_t (B, D), h (B, H); W_xh (3, D, H), W_hh (3, H, H), b_h (3, H), blocks r z n; b_hn (H,)
    →  h (B, H).
    """
    (W_xr, W_xz, W_xn), (W_hr, W_hz, W_hn), (b_r, b_z, b_n) = W_xh, W_hh, b_h
    r = sigmoid(x_t @ W_xr + h @ W_hr + b_r)
    z = sigmoid(x_t @ W_xz + h @ W_hz + b_z)
    n = np.tanh(x_t @ W_xn + b_n + r * (h @ W_hn + b_hn))
    return (1 - z) * n + z * h


def gru_step_backward(dh, h_prev, r, z, n, W_hh, b_hn):
    """One step back through the GRU of ``gru_step``.

    dh (B, H): what arrives at h_t; h_prev, r, z, n (B, H) of the step; W_hh (3, H, H), b_hn (H,)
    →  dh_prev (B, H), da_r, da_z, da_n (B, H), a being what the activations were given.
    """
    W_hr, W_hz, W_hn = W_hh
    m = h_prev @ W_hn + b_hn
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_r = da_n * m * r * (1 - r)
    dm = da_n * r
    dh_prev = dh * z + da_r @ W_hr.T + da_z @ W_hz.T + dm @ W_hn.T
    return dh_prev, da_r, da_z, da_n


def state_bound(h0):
    """The smallest bound on |h_t| that no GRU can break, at any later step.

    h0 (B, H): the state before step 0  →  bound (B, H), one for each unit.
    """
    return np.maximum(np.abs(h0), 1.0)


def keep_bias(share, lag):
    """The bias of z with which a GRU keeps a given share of its state over a given lag.

    z weighs the old state and is σ(bias) at every step; share: a number between 0 and 1, what is
    left after ``lag`` steps; lag: a whole number  →  the bias, a number.
    """
    z = share ** (1 / lag)
    return np.log(z / (1 - z))


def _step_cases():
    rng, cases = np.random.default_rng(0), []
    for B, D, H in ((3, 2, 4), (2, 5, 3)):
        shapes = (B, D), (B, H), (3, D, H), (3, H, H), (3, H), (H,)
        cases.append(tuple(rng.standard_normal(shape) for shape in shapes))
    return cases


def _back_cases():
    rng, cases = np.random.default_rng(1), []
    for B, H in ((3, 4), (2, 3)):
        dh, h, n = rng.standard_normal((3, B, H))
        r, z = sigmoid(rng.standard_normal((2, B, H)))
        W_hh, b_hn = rng.standard_normal((3, H, H)), rng.standard_normal(H)
        cases.append((dh, h, r, z, np.tanh(n), W_hh, b_hn))
    return cases


EXERCISES = (
    Exercise(
        "gru.step",
        gru_step,
        _step_cases,
        ("h",),
        (
            Mistake(
                "(1 - z) * n + z * h",
                "z * n + (1 - z) * h",
                "your z weighs the candidate. In PyTorch's form it weighs the old state.",
            ),
            Mistake(
                "r * (h @ W_hn + b_hn)",
                "(r * h) @ W_hn + b_hn",
                "your reset gate acts before the product; here it acts after it.",
            ),
            Mistake(
                "r * (h @ W_hn + b_hn)",
                "r * (h @ W_hn) + b_hn",
                "b_hn stands inside the reset gate's bracket.",
            ),
            Mistake(
                "(W_xr, W_xz, W_xn), (W_hr, W_hz, W_hn), (b_r, b_z, b_n)",
                "(W_xz, W_xr, W_xn), (W_hz, W_hr, W_hn), (b_z, b_r, b_n)",
                "the blocks are r z n; reset and update gate have changed places.",
            ),
            Mistake("np.tanh(x_t", "sigmoid(x_t", "the candidate is made by tanh: it has a sign."),
            Mistake(" + b_n +", " +", "the bias b_n is missing."),
        ),
    ),
    Exercise(
        "gru.backward",
        gru_step_backward,
        _back_cases,
        ("dh_prev", "da_r", "da_z", "da_n"),
        (
            Mistake(
                "dm = da_n * r",
                "dm = da_n",
                "on the way to W_hn the gradient passes the reset gate.",
            ),
            Mistake("dh * z + da_r", "da_r", "the direct path, where z keeps, is missing."),
            Mistake("(h_prev - n)", "(n - h_prev)", "z multiplies the old state, 1 - z the new."),
            Mistake("dh * (1 - z) * (1 - n**2)", "dh * z * (1 - n**2)", "n enters times 1 - z."),
            Mistake(
                "h_prev @ W_hn + b_hn",
                "h_prev @ W_hn",
                "the reset gate was given h W_hn + b_hn.",
            ),
        ),
    ),
    Exercise(
        "gru.state_bound",
        state_bound,
        lambda: [(2 * np.random.default_rng(3).standard_normal(s),) for s in ((3, 4), (2, 5))],
        ("bound",),
        (
            Mistake(
                "np.maximum(np.abs(h0), 1.0)",
                "np.ones_like(h0)",
                "a state that starts outside ±1 needs its time to come in.",
            ),
            Mistake("np.abs(h0)", "h0", "a negative start can be large as well."),
            Mistake(
                "np.maximum(np.abs(h0), 1.0)",
                "np.abs(h0) + 1",
                "this is a bound, but not the smallest: shares that sum to 1 never add up.",
            ),
        ),
    ),
    Exercise(
        "gru.keep_bias",
        keep_bias,
        lambda: [(0.5, 100), (0.1, 20), (0.9, 3)],
        ("the bias",),
        (
            Mistake(
                "np.log(z / (1 - z))",
                "z",
                "this is z itself. The bias is what σ turns into it.",
            ),
            Mistake("share ** (1 / lag)", "share / lag", "the share shrinks by a factor a step."),
            Mistake("z / (1 - z)", "(1 - z) / z", "the sign is turned: this gate forgets."),
            Mistake("share ** (1 / lag)", "share", "this is the share after one step, not lag."),
        ),
    ),
)
