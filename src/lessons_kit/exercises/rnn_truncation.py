"""Exercises of chapter 1 on truncated backpropagation: what a chunk sees, windows that overlap."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_kit.exercises.rnn_gradient import rnn_forward


def seen_share(T, k, lag):
    """How often does one chunk hold both a target and its input?

    A stream of T steps is cut into chunks of k steps; the last one may be
    shorter. The target at step t is the input of step t - lag, for
    t = lag … T - 1. T, k, lag: whole numbers, lag < T
    →  float, the share of targets whose input lies in the same chunk.
    """
    t = np.arange(lag, T)
    return float((t // k == (t - lag) // k).mean())


def overlapping(dhs, h0, hs, W_hh, every, reach):
    """Gradient of W_hh by truncated backpropagation, windows overlapping.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    After each block of ``every`` steps the losses of this block, and no
    others, are carried back through the last ``reach`` steps, or to the
    start where there are fewer. The gradients of all blocks add up.
    dhs (T, B, H): ∂⁺loss/∂h_t; h0 (B, H); hs (T, B, H); W_hh (H, H);
    every ≤ reach, every divides T  →  dW_hh (H, H).
    """
    states = np.concatenate([h0[None], hs])
    dW_hh = np.zeros_like(W_hh)
    for end in range(every, len(states), every):
        dh = 0.0
        for t in reversed(range(max(0, end - reach), end)):
            if t >= end - every:
                dh = dh + dhs[t]
            da = dh * (1 - states[t + 1] ** 2)
            dW_hh += states[t].T @ da
            dh = da @ W_hh.T
    return dW_hh


def _share_cases():
    return [(20, 5, 2), (22, 6, 3), (31, 9, 7), (24, 24, 5), (40, 10, 1)]


def _window_cases():
    rng, cases = np.random.default_rng(8), []
    for T, every, reach in ((6, 2, 3), (8, 2, 5), (4, 1, 2), (6, 3, 3)):
        shapes = (T, 2, 2), (2, 3), (2, 3), (3, 3), (3,), (T, 2, 3)
        x, h0, W_xh, W_hh, b_h, dhs = (rng.standard_normal(shape) for shape in shapes)
        cases.append((dhs, h0, rnn_forward(x, h0, W_xh, W_hh, b_h), W_hh, every, reach))
    return cases


EXERCISES = (
    Exercise(
        "rnn.seen_share",
        seen_share,
        _share_cases,
        ("share",),
        (
            Mistake(
                "float((t // k == (t - lag) // k).mean())",
                "max(0.0, 1 - lag / k)",
                "nearly: that is the share in an endless stream. Here the first steps have no "
                "target, and the last chunk may be shorter.",
            ),
            Mistake(
                "np.arange(lag, T)",
                "np.arange(T)",
                "the first targets have no input: count from step lag on.",
            ),
            Mistake(
                "(t // k == (t - lag) // k)",
                "(np.full(t.shape, lag < k))",
                "a chunk longer than the lag does not see every pair: some lie across a border.",
            ),
        ),
    ),
    Exercise(
        "rnn.overlapping",
        overlapping,
        _window_cases,
        ("dW_hh",),
        (
            Mistake(
                "            if t >= end - every:\n                dh = dh + dhs[t]\n",
                "            dh = dh + dhs[t]\n",
                "the losses of earlier blocks are counted again in each window that reaches them.",
            ),
            Mistake(
                "max(0, end - reach)",
                "max(0, end - every)",
                "each window stops at the start of its block. It should reach further back.",
            ),
            Mistake(
                "max(0, end - reach)",
                "max(0, end - every - reach)",
                "the window is too long: reach counts from its end, the block included.",
            ),
            Mistake(
                "dW_hh += states[t].T",
                "dW_hh += states[t + 1].T",
                "W_hh multiplied the state before the step.",
            ),
        ),
    ),
)
