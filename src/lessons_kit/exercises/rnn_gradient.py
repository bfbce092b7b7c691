"""Exercise of chapter 1: the gradient of the loop."""

import numpy as np

from lessons_kit.exercises import phrasings
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


def rnn_backward(dhs, x, h0, hs, W_xh, W_hh):
    """Backpropagation through time.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    dhs (T, B, H): ∂⁺loss/∂h_t, what reaches h_t from outside the loop;
    x (T, B, D); h0 (B, H): the state before; hs (T, B, H): those after
    →  dx (T, B, D), dh0 (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,).
    """
    dx, dW_xh, dW_hh = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh)
    db_h, dh = np.zeros(W_hh.shape[0]), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        h_prev = hs[t - 1] if t > 0 else h0
        dx[t] = da @ W_xh.T
        dW_xh += x[t].T @ da
        dW_hh += h_prev.T @ da
        db_h += da.sum(axis=0)
        dh = da @ W_hh.T
    return dx, dh, dW_xh, dW_hh, db_h


def _weights(rng, T, B, D, H):
    shapes = (T, B, D), (B, H), (D, H), (H, H), (H,)
    return [rng.standard_normal(shape) for shape in shapes]


def _backward_cases():
    rng, cases = np.random.default_rng(1), []
    for T, B, D, H in ((7, 3, 2, 4), (4, 2, 5, 3)):
        x, h0, W_xh, W_hh, b_h = _weights(rng, T, B, D, H)
        hs = rnn_forward(x, h0, W_xh, 0.5 * W_hh, b_h)
        cases.append((rng.standard_normal(hs.shape), x, h0, hs, W_xh, 0.5 * W_hh))
    return cases


EXERCISES = (
    Exercise(
        "rnn.backward",
        rnn_backward,
        _backward_cases,
        ("dx", "dh0", "dW_xh", "dW_hh", "db_h"),
        (
            Mistake(
                "(dhs[t] + dh)",
                "dhs[t]",
                "the gradient from the later step is missing: h_t has two readers.",
            ),
            Mistake(
                "dh = da @ W_hh.T",
                "dh = da @ W_hh",
                "on the way back the recurrent matrix is transposed.",
            ),
            Mistake(
                "(1 - hs[t] ** 2)",
                "(1 - hs[t])",
                "the slope of tanh, written with its output, is 1 - h².",
            ),
            Mistake(
                "if t > 0 else h0",
                "if t > 0 else 0 * h0",
                "the first step did not start from zero: its h before is h0.",
            ),
            Mistake(
                "h_prev = hs[t - 1] if t > 0 else h0",
                "h_prev = hs[t]",
                "W_hh multiplied the state before the step.",
            ),
            Mistake(
                "dW_hh += h_prev",
                "dW_hh = h_prev",
                "the copies of W_hh share one weight, so their gradients add up.",
            ),
        ),
        phrasings=phrasings.RNN_BACKWARD,
    ),
)
