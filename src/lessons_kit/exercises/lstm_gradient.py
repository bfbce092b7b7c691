"""Exercises of chapter 3: the Jacobian of the pair."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def lstm_jacobian(x_t, h, c, W_xh, W_hh, b_h):
    """Jacobian of one LSTM step for one sequence, with respect to the whole state (h, c).

    x_t (D,), h and c (H,); weights as in ``lstm_step``
    →  J (2H, 2H), row convention: J[p, q] = ∂(new state)[q] / ∂(old state)[p], h before c.
    """
    a_i, a_f, a_g, a_o = x_t @ W_xh + h @ W_hh + b_h
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c_new = f * c + i * g
    tanh_c = np.tanh(c_new)
    W_i, W_f, W_g, W_o = W_hh
    h_to_c = W_f * (c * f * (1 - f)) + W_i * (g * i * (1 - i)) + W_g * (i * (1 - g**2))
    slope = o * (1 - tanh_c**2)  # ∂h/∂c within the step
    h_to_h = h_to_c * slope + W_o * (tanh_c * o * (1 - o))
    c_to_c = np.diag(f)
    return np.block([[h_to_h, h_to_c], [c_to_c * slope, c_to_c]])


def _weights(rng, G, D, H):
    return tuple(rng.standard_normal(shape) for shape in ((G, D, H), (G, H, H), (G, H)))


def _jacobian_cases():
    rng = np.random.default_rng(3)
    return [
        (*(rng.standard_normal(size) for size in (D, H, H)), *_weights(rng, 4, D, H))
        for D, H in ((2, 3), (4, 2))
    ]


EXERCISES = (
    Exercise(
        "lstm.jacobian",
        lstm_jacobian,
        _jacobian_cases,
        ("J",),
        (
            Mistake(
                " + W_o * (tanh_c * o * (1 - o))",
                "",
                "the path through the output gate is missing.",
            ),
            Mistake(
                "h_to_h = h_to_c * slope + W_o",
                "h_to_h = W_o",
                "h_{t-1} also acts on h_t through c_t.",
            ),
            Mistake(
                "[[h_to_h, h_to_c], [c_to_c * slope, c_to_c]]",
                "[[c_to_c, c_to_c * slope], [h_to_c, h_to_h]]",
                "the order is h before c.",
            ),
            Mistake(
                "np.block([[h_to_h, h_to_c], [c_to_c * slope, c_to_c]])",
                "np.block([[h_to_h, h_to_c], [c_to_c * slope, c_to_c]]).T",
                "the matrix is transposed: rows belong to the old state.",
            ),
            Mistake("c_to_c * slope, c_to_c", "0 * c_to_c, c_to_c", "c_{t-1} acts on h_t too."),
        ),
    ),
)
