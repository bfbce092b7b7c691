"""Exercises of chapter 3: the cell."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def lstm_step(x_t, h, c, W_xh, W_hh, b_h):
    """One step of an LSTM.

    x_t (B, D), h and c (B, H); W_xh (4, D, H), W_hh (4, H, H) and
    b_h (4, H), blocks i f g o  →  h (B, H), c (B, H).
    """
    a_i, a_f, a_g, a_o = x_t @ W_xh + h @ W_hh + b_h[:, None]
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


def _weights(rng, D, H):
    return tuple(rng.standard_normal(shape) for shape in ((4, D, H), (4, H, H), (4, H)))


def _step_cases():
    rng = np.random.default_rng(0)
    return [
        (*(rng.standard_normal(shape) for shape in ((B, D), (B, H), (B, H))), *_weights(rng, D, H))
        for B, D, H in ((3, 2, 4), (2, 5, 3))
    ]


MISSING_BIAS = Mistake(" + b_h[:, None]", "", "the biases are missing.")
SHOWN_BARE = Mistake("o * np.tanh(c)", "o * c", "the cell state is shown without its tanh.")
CANDIDATE = "the candidate g goes through tanh, not through σ: it has a sign."

EXERCISES = (
    Exercise(
        "lstm.step",
        lstm_step,
        _step_cases,
        ("h", "c"),
        (
            MISSING_BIAS,
            SHOWN_BARE,
            Mistake(
                "a_i, a_f, a_g, a_o =",
                "a_f, a_i, a_g, a_o =",
                "the blocks are i f g o; forget and input gate have changed places.",
            ),
            Mistake(
                "a_i, a_f, a_g, a_o =",
                "a_i, a_f, a_o, a_g =",
                "the blocks are i f g o; candidate and output gate have changed places.",
            ),
            Mistake("np.tanh(a_g)", "sigmoid(a_g)", CANDIDATE),
            Mistake("c = f * c + i * g", "c = f * c + g", "the input gate is not used."),
        ),
        phrasings=phrasings.LSTM_STEP,
    ),
)
