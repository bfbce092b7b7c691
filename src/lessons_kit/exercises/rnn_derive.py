"""Exercises of chapter 1: derive the gradient of a loss of two states, of a loop with a skip."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def smoothness(hs, h0):
    """A loss that charges for changes of the state, and its derivatives.

        loss = ½ Σ_t ‖h_t - h_{t-1}‖²

    hs (T, B, H): the states after each step; h0 (B, H): the one before
    →  loss (a number), dhs (T, B, H): ∂⁺loss/∂h_t with all other states
    held fixed, dh0 (B, H).
    """
    change = np.diff(hs, axis=0, prepend=h0[None])
    dhs = change.copy()
    dhs[:-1] -= change[1:]
    return 0.5 * (change**2).sum(), dhs, -change[0]


def skip_backward(dhs, start, hs, W_1, W_2):
    """Backward pass of a loop that also reads the state of two steps ago.

        h_t = tanh(x_t W_xh + h_{t-1} W_1 + h_{t-2} W_2)

    dhs (T, B, H): ∂⁺loss/∂h_t; hs (T, B, H): the states after each step;
    start (2, B, H): the two states before them, the older one first;
    W_1, W_2 (H, H)  →  dstart (2, B, H), dW_1 (H, H), dW_2 (H, H).
    """
    states = np.concatenate([start, hs])
    dh = np.concatenate([np.zeros_like(start), dhs])
    dW_1 = dW_2 = 0.0
    for t in reversed(range(2, len(states))):
        da = dh[t] * (1 - states[t] ** 2)
        dW_1 = dW_1 + states[t - 1].T @ da
        dW_2 = dW_2 + states[t - 2].T @ da
        dh[t - 1] += da @ W_1.T
        dh[t - 2] += da @ W_2.T
    return dh[:2], dW_1, dW_2


def _smooth_cases():
    rng = np.random.default_rng(4)
    return [
        (rng.standard_normal((T, B, 3)), rng.standard_normal((B, 3))) for T, B in ((5, 2), (1, 4))
    ]


def _skip_cases():
    rng, cases = np.random.default_rng(5), []
    for T, B, H in ((6, 3, 4), (3, 2, 3)):
        shapes = (T, B, H), (2, B, H), (T, B, H), (H, H), (H, H)
        dhs, start, a, W_1, W_2 = (rng.standard_normal(shape) for shape in shapes)
        cases.append((dhs, start, np.tanh(a), 0.5 * W_1, 0.5 * W_2))
    return cases


EXERCISES = (
    Exercise(
        "rnn.smoothness",
        smoothness,
        _smooth_cases,
        ("loss", "dhs", "dh0"),
        (
            Mistake(
                "    dhs[:-1] -= change[1:]\n",
                "",
                "h_t has two readers here: the change that ends at it and the one that begins.",
            ),
            Mistake(
                "dhs[:-1] -= change[1:]",
                "dhs[:-1] += change[1:]",
                "in the change that begins at h_t it is subtracted: mind the sign.",
            ),
            Mistake("-change[0]", "0 * h0", "h0 is read as well, by the first change."),
            Mistake("0.5 * (change**2)", "(change**2)", "the loss has a factor ½ in front."),
        ),
    ),
    Exercise(
        "rnn.skip_backward",
        skip_backward,
        _skip_cases,
        ("dstart", "dW_1", "dW_2"),
        (
            Mistake(
                "        dh[t - 2] += da @ W_2.T\n",
                "",
                "a state has three readers now: the step after the next one is missing.",
            ),
            Mistake(
                "dh[t - 1] += da @ W_1.T",
                "dh[t - 1] = da @ W_1.T",
                "what reaches a state from its other readers is overwritten. Add.",
            ),
            Mistake(
                "da @ W_2.T",
                "da @ W_2",
                "on the way back the matrices are transposed: look at W_2.",
            ),
            Mistake(
                "states[t - 2].T",
                "states[t - 1].T",
                "W_2 multiplied the state of two steps ago.",
            ),
            Mistake(
                "(1 - states[t] ** 2)",
                "(1 - states[t - 1] ** 2)",
                "the slope of tanh belongs to the state that comes out of it.",
            ),
        ),
    ),
)
