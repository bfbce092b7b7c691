"""Exercises on gradient checks: a gradient to repair, one that a short check cannot see."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_kit.exercises.rnn_gradient import rnn_backward, rnn_forward


def repaired(dhs, x, h0, hs, W_xh, W_hh):
    """Backward pass of the loop that adds to its state.

        h_t = h_{t-1} + tanh(x_t W_xh + h_{t-1} W_hh)

    dhs (T, B, H): ∂⁺loss/∂h_t; x (T, B, D); h0 (B, H); hs (T, B, H);
    W_xh (D, H); W_hh (H, H)  →  dh0 (B, H), dW_xh (D, H), dW_hh (H, H).
    """
    dh, dW_xh, dW_hh = np.zeros_like(h0), np.zeros_like(W_xh), np.zeros_like(W_hh)
    for t in reversed(range(len(x))):
        h_prev = hs[t - 1] if t > 0 else h0
        dh = dhs[t] + dh
        da = dh * (1 - (hs[t] - h_prev) ** 2)
        dW_xh += x[t].T @ da
        dW_hh += h_prev.T @ da
        dh = dh + da @ W_hh.T
    return dh, dW_xh, dW_hh


def short_sighted(dhs, h0, hs, W_hh):
    """A gradient of W_hh, right over one and two steps, wrong over more.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    dhs (T, B, H): ∂⁺loss/∂h_t; h0 (B, H): the state before the steps;
    hs (T, B, H): the states after them; W_hh (H, H)  →  (H, H).
    """
    h_prev, slope = np.concatenate([h0[None], hs[:-1]]), 1 - hs**2
    da = dhs * slope
    da[:-1] += da[1:] @ W_hh.T * slope[:-1]
    return sum(h.T @ d for h, d in zip(h_prev, da, strict=True))


def _adding_cases():
    rng, cases = np.random.default_rng(6), []
    for T, B, D, H in ((7, 3, 2, 4), (4, 2, 5, 3)):
        shapes = (T, B, H), (T, B, D), (B, H), (D, H), (H, H)
        dhs, x, h0, W_xh, W_hh = (rng.standard_normal(shape) for shape in shapes)
        h, hs = h0, []
        for x_t in x:
            h = h + np.tanh(x_t @ W_xh + 0.5 * h @ W_hh)
            hs.append(h)
        cases.append((dhs, x, h0, np.stack(hs), W_xh, 0.5 * W_hh))
    return cases


def _short_cases():
    rng, cases = np.random.default_rng(7), []
    for T in (1, 2, 3, 6):
        shapes = (T, 2, 2), (2, 3), (2, 3), (3, 3), (3,), (T, 2, 3)
        x, h0, W_xh, W_hh, b_h, dhs = (rng.standard_normal(shape) for shape in shapes)
        cases.append((dhs, h0, rnn_forward(x, h0, W_xh, W_hh, b_h), W_hh))
    return cases


def _verdict(result, dhs, h0, hs, W_hh):
    """Is it right (an error below 1e-9) where it should be, and off by 1 % where it should not?"""
    x = np.zeros((*hs.shape[:2], 1))
    right = rnn_backward(dhs, x, h0, hs, np.zeros((1, len(W_hh))), W_hh)[3]
    if np.shape(result) != right.shape or not np.isfinite(result).all():
        raise ValueError(f"expected finite numbers of shape {right.shape}")
    error = np.linalg.norm(result - right) / np.linalg.norm(right)
    return np.array([error < 1e-9, error < 0.01])


EXERCISES = (
    Exercise(
        "toolkit.repair",
        repaired,
        _adding_cases,
        ("dh0", "dW_xh", "dW_hh"),
        (
            Mistake(
                "(1 - (hs[t] - h_prev) ** 2)",
                "(1 - hs[t] ** 2)",
                "the direct way is there. The slope is not: 1 - y² holds for the output y of tanh, "
                "and that is not h_t.",
            ),
            Mistake(
                "dh = dh + da @ W_hh.T",
                "dh = da @ W_hh.T",
                "the slope is right. But h_{t-1} has two readers within the step: tanh, and the "
                "sum.",
            ),
            Mistake(
                "dh = dh + da @ W_hh.T",
                "dh = dh + da @ W_hh",
                "on the way back the recurrent matrix is transposed.",
            ),
        ),
    ),
    Exercise(
        "toolkit.short_sighted",
        short_sighted,
        _short_cases,
        ("right up to two steps, wrong from three",),
        (
            Mistake(
                "    da[:-1] += da[1:] @ W_hh.T * slope[:-1]\n",
                "",
                "it is wrong over two steps already: the first step must hear of the second.",
            ),
            Mistake(
                "    da[:-1] += da[1:] @ W_hh.T * slope[:-1]\n",
                "    for t in reversed(range(len(da) - 1)):\n"
                "        da[t] += da[t + 1] @ W_hh.T * slope[t]\n",
                "this one is right over any number of steps.",
            ),
        ),
        _verdict,
    ),
)
