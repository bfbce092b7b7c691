"""Exercises of chapter 4: gradients of gates, the bound, the keep bias."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


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


def one_gate_backward(dh, h_prev, f, n, W_hf, W_hn):
    """One step back through the minimal gated unit.

    dh (B, H): what arrives at h_t; h_prev, f, n (B, H) of the step;
    W_hf, W_hn (H, H)
    →  dh_prev, da_f, da_n (B, H), a being what σ and tanh were given.
    """
    da_n = dh * f * (1 - n**2)
    dq = da_n @ W_hn.T
    df = dh * (n - h_prev) + dq * h_prev
    da_f = df * f * (1 - f)
    dh_prev = dh * (1 - f) + dq * f + da_f @ W_hf.T
    return dh_prev, da_f, da_n


def state_bound(h0):
    """The smallest bound on |h_t| that no GRU can break, at any later step.

    h0 (B, H): the state before step 0  →  bound (B, H), one for each unit.
    """
    return np.maximum(np.abs(h0), 1.0)


def keep_bias(share, lag):
    """The bias of z with which a GRU keeps a given share over a given lag.

    z weighs the old state and is σ(bias) at every step; share: a number
    between 0 and 1, what is left after ``lag`` steps; lag: a whole number
    →  the bias, a number.
    """
    z = share ** (1 / lag)
    return np.log(z / (1 - z))


def _back_cases():
    rng, cases = np.random.default_rng(1), []
    for B, H in ((3, 4), (2, 3)):
        dh, h, n = rng.standard_normal((3, B, H))
        r, z = sigmoid(rng.standard_normal((2, B, H)))
        W_hh, b_hn = rng.standard_normal((3, H, H)), rng.standard_normal(H)
        cases.append((dh, h, r, z, np.tanh(n), W_hh, b_hn))
    return cases


def _one_gate_cases():
    rng, cases = np.random.default_rng(2), []
    for B, H in ((3, 4), (2, 3)):
        dh, h, f, n = rng.standard_normal((4, B, H))
        W_hf, W_hn = rng.standard_normal((2, H, H))
        cases.append((dh, h, sigmoid(f), np.tanh(n), W_hf, W_hn))
    return cases


EXERCISES = (
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
        "gru.one_gate",
        one_gate_backward,
        _one_gate_cases,
        ("dh_prev", "da_f", "da_n"),
        (
            Mistake(
                " + dq * h_prev",
                "",
                "f has two jobs. Its gradient has a part from each.",
            ),
            Mistake(
                "dh * (n - h_prev) + dq",
                "dh * (h_prev - n) + dq",
                "here f multiplies the new, and 1 - f the old.",
            ),
            Mistake(
                " + dq * f",
                "",
                "h reached the candidate too, behind the gate.",
            ),
            Mistake("dh * (1 - f) + dq", "dq", "the direct path, which 1 - f keeps, is missing."),
            Mistake(" + da_f @ W_hf.T", "", "the gate itself was made from h_prev."),
            Mistake(
                "dh * f * (1 - n**2)",
                "dh * (1 - f) * (1 - n**2)",
                "the candidate enters h_t times f.",
            ),
            Mistake(
                "dq = da_n @ W_hn.T",
                "dq = da_n * f @ W_hn.T",
                "on the way back the matrix comes first and the gate second.",
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
