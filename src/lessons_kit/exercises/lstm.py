"""Exercises of chapter 3: the cell, its coupled variant, biases that remember."""

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


def chrono_biases(hidden_size, longest, rng):
    """Biases of the forget and the input gate for gaps up to ``longest`` steps.

    hidden_size: H; longest: T_max; rng: np.random.Generator
    →  b_f (H,), the logarithm of numbers uniform between 1 and T_max - 1, and b_i = -b_f.
    """
    b_f = np.log(rng.uniform(1, longest - 1, hidden_size))
    return b_f, -b_f


def coupled_step(x_t, h, c, W_xh, W_hh, b_h):
    """One step of an LSTM whose gates are coupled: it writes exactly where it forgets, i = 1 - f.

    x_t (B, D), h and c (B, H); W_xh (3, D, H), W_hh (3, H, H), b_h (3, H), blocks f g o
    →  h (B, H), c (B, H).
    """
    a_f, a_g, a_o = x_t @ W_xh + h @ W_hh + b_h[:, None]
    f, g, o = sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c + (1 - f) * g
    h = o * np.tanh(c)
    return h, c


def _weights(rng, G, D, H):
    return tuple(rng.standard_normal(shape) for shape in ((G, D, H), (G, H, H), (G, H)))


def _step_cases(G):
    def cases():
        rng = np.random.default_rng(0)
        return [
            (*(rng.standard_normal(shape) for shape in ((B, D), (B, H), (B, H))),
             *_weights(rng, G, D, H))
            for B, D, H in ((3, 2, 4), (2, 5, 3))
        ]  # fmt: skip

    return cases


def _time_scales(biases, hidden_size, longest, rng):
    """Shapes, the tie of the two biases, and the quantiles of e^b as shares of T_max."""
    b_f, b_i = (np.asarray(b, dtype=float) for b in biases)
    if b_f.shape != (hidden_size,) or b_i.shape != (hidden_size,):
        raise ValueError(f"expected two arrays ({hidden_size},), got {b_f.shape}, {b_i.shape}")
    scales = np.exp(b_f)
    spread = np.quantile(scales / longest, [0.1, 0.3, 0.5, 0.7, 0.9]).round(1)
    inside = bool(1 <= scales.min() < 1.5 and longest - 1.5 < scales.max() <= longest - 1)
    return bool(np.array_equal(b_i, -b_f)), inside, spread


MISSING_BIAS = Mistake(" + b_h[:, None]", "", "the biases are missing.")
SHOWN_BARE = Mistake("o * np.tanh(c)", "o * c", "the cell state is shown without its tanh.")
CANDIDATE = "the candidate g goes through tanh, not through σ: it has a sign."

EXERCISES = (
    Exercise(
        "lstm.step",
        lstm_step,
        _step_cases(4),
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
    Exercise(
        "lstm.chrono",
        chrono_biases,
        lambda: [(20000, 200, np.random.default_rng(0)), (20000, 50, np.random.default_rng(1))],
        ("b_i = -b_f", "e^b_f between 1 and T_max - 1", "how e^b_f is spread"),
        (
            Mistake(
                "np.log(rng.uniform(1, longest - 1, hidden_size))",
                "rng.uniform(0, np.log(longest - 1), hidden_size)",
                "the time scales are uniform, not their logarithms.",
            ),
            Mistake("return b_f, -b_f", "return b_f, 0 * b_f", "b_i must be -b_f."),
            Mistake(
                "np.log(rng.uniform(1, longest - 1, hidden_size))",
                "np.log(np.full(hidden_size, longest - 1.0))",
                "all units have the same time scale; they should share out the range.",
            ),
        ),
        _time_scales,
    ),
    Exercise(
        "lstm.coupled",
        coupled_step,
        _step_cases(3),
        ("h", "c"),
        (
            MISSING_BIAS,
            SHOWN_BARE,
            Mistake("(1 - f) * g", "f * g", "it writes where it keeps. Coupled means i = 1 - f."),
            Mistake("f * c + (1 - f)", "(1 - f) * c + f", "the shares have changed places."),
            Mistake("np.tanh(a_g)", "sigmoid(a_g)", CANDIDATE),
        ),
    ),
)
