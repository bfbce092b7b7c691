"""Exercises of chapter 1: the loop, weights set by hand, an output that is fed back."""

import itertools

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def rnn_forward(x, h, W_xh, W_hh, b_h):
    """The whole loop of a plain RNN.

    x (T, B, D), h (B, H): the state before step 0; W_xh (D, H),
    W_hh (H, H), b_h (H,)  →  hs (T, B, H), the states after each step.
    """
    hs = []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
        hs.append(h)
    return np.stack(hs)


def parity_weights():
    """Weights, set by hand, of two units that compute the parity of bits.

    The loop is h = tanh(x_t W_xh + h W_hh + b_h) from h = 0, with bits
    x_t (1,) of 0 and 1. After each step h[0] - h[1] must be above 1 where
    the number of ones so far is odd, and below 1 where it is even.
    →  W_xh (1, 2), W_hh (2, 2), b_h (2,).
    """
    sharp = 20.0
    W_xh = sharp * np.array([[1.0, 1.0]])
    W_hh = sharp * np.array([[0.5, 0.5], [-0.5, -0.5]])
    b_h = sharp * np.array([-0.5, -1.5])
    return W_xh, W_hh, b_h


def jordan_step(x_t, y, W_xh, W_yh, b_h, W_hy, b_y):
    """One step of a Jordan network.

    The *output* of the step before is fed back, not the state.
    x_t (B, D), y (B, K): the output before; W_xh (D, H), W_yh (K, H),
    b_h (H,), W_hy (H, K), b_y (K,)
    →  h (B, H), y (B, K).  The output is linear in h.
    """
    h = np.tanh(x_t @ W_xh + y @ W_yh + b_h)
    y = h @ W_hy + b_y
    return h, y


def _weights(rng, T, B, D, H):
    shapes = (T, B, D), (B, H), (D, H), (H, H), (H,)
    return [rng.standard_normal(shape) for shape in shapes]


def _forward_cases():
    rng = np.random.default_rng(0)
    return [tuple(_weights(rng, 7, 3, 2, 4)), tuple(_weights(rng, 4, 1, 3, 2))]


def _parity_of(weights):
    """h[0] - h[1] > 1 after each of all strings of ten bits: (10, 1024) bool."""
    W_xh, W_hh, b_h = (np.asarray(w, dtype=float) for w in weights)
    x = np.array(list(itertools.product([0.0, 1.0], repeat=10))).T[..., None]  # (T, B, 1)
    if [w.shape for w in (W_xh, W_hh, b_h)] != [(1, 2), (2, 2), (2,)]:
        raise ValueError("expected W_xh (1, 2), W_hh (2, 2) and b_h (2,)")
    hs = rnn_forward(x, np.zeros((1024, 2)), W_xh, W_hh, b_h)
    return hs[..., 0] - hs[..., 1] > 1


def _jordan_cases():
    rng = np.random.default_rng(4)
    shapes = (3, 2), (3, 5), (2, 4), (5, 4), (4,), (4, 5), (5,)
    return [tuple(rng.standard_normal(shape) for shape in shapes) for _ in range(2)]


EXERCISES = (
    Exercise(
        "rnn.forward",
        rnn_forward,
        _forward_cases,
        ("hs",),
        (
            Mistake(" + b_h", "", "the bias is missing."),
            Mistake("h @ W_hh", "h @ W_hh.T", "W_hh is used transposed: rows times W, h @ W_hh."),
            Mistake(
                "h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)",
                "h = x_t @ W_xh + h @ W_hh + b_h",
                "there is no tanh, so the loop is one linear map.",
            ),
            Mistake(
                "        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)\n        hs.append(h)",
                "        hs.append(h)\n        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)",
                "the states are one step late: collect h after the step, not before it.",
            ),
            Mistake(
                "hs.append(h)",
                "hs.append(h)\n        h = hs[0]",
                "the state is not carried from step to step.",
            ),
            Mistake(
                "h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)\n        hs.append(h)",
                "hs.append(np.tanh(x_t @ W_xh + h @ W_hh + b_h))",
                "every step starts from h0: the new state must be h when the next step begins.",
            ),
        ),
    ),
    Exercise(
        "rnn.parity",
        parity_weights,
        lambda: [()],
        ("the verdicts on all strings of ten bits",),
        (
            Mistake(
                "[-0.5, -1.5]",
                "[-0.5, -0.5]",
                "the verdict never changes. One unit must count to one, the other to two, and h[0] "
                "must be the first of them.",
            ),
            Mistake(
                "[[0.5, 0.5], [-0.5, -0.5]]",
                "[[1.0, 0.0], [0.0, 1.0]]",
                "each unit hears only itself. What must come back to both is h[0] - h[1].",
            ),
            Mistake(
                "sharp = 20.0",
                "sharp = 1.5",
                "the weights are too small: a clear yes or no fades on long strings.",
            ),
        ),
        lambda result: _parity_of(result),
    ),
    Exercise(
        "rnn.jordan",
        jordan_step,
        _jordan_cases,
        ("h", "y"),
        (
            Mistake("h @ W_hy + b_y", "h @ W_hy", "the bias of the output is missing."),
            Mistake("+ b_h)", ")", "the bias of the state is missing."),
            Mistake(
                "y = h @ W_hy + b_y",
                "y = np.tanh(h @ W_hy + b_y)",
                "the output is linear here: no tanh around it.",
            ),
            Mistake(
                "    h = np.tanh(x_t @ W_xh + y @ W_yh + b_h)\n",
                "    h = np.tanh(x_t @ W_xh + b_h)\n",
                "nothing is fed back.",
            ),
        ),
    ),
)
