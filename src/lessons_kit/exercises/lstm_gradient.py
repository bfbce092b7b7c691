"""Exercises of chapter 3: the gradient, a check that catches wrong ones, the Jacobian."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid
from lessons_lib.gradcheck import numerical_gradient, relative_error


def lstm_step_backward(dh, dc, c_prev, gates, c, W_xh, W_hh):
    """One step back through an LSTM.

    dh, dc (B, H): what arrives at h_t and c_t from outside and from later steps;
    c_prev, c (B, H): the cell state before and after the step; gates (4, B, H): i, f, g, o;
    W_xh (4, D, H), W_hh (4, H, H)
    →  dx_t (B, D), dh_prev (B, H), dc_prev (B, H), da (4, B, H), a being what the four
    activations were given.
    """
    i, f, g, o = gates
    tanh_c = np.tanh(c)
    dc = dc + dh * o * (1 - tanh_c**2)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c_prev * f * (1 - f)
    da_g = dc * i * (1 - g**2)
    da_o = dh * tanh_c * o * (1 - o)
    da = np.stack([da_i, da_f, da_g, da_o])
    dx_t = (da @ W_xh.transpose(0, 2, 1)).sum(axis=0)
    dh_prev = (da @ W_hh.transpose(0, 2, 1)).sum(axis=0)
    return dx_t, dh_prev, dc * f, da


def trusts(loss, arrays, gradients):
    """A gradient check that cannot be fooled: is *every* gradient right?

    loss: function of no arguments → float, which reads the arrays; arrays: dict name → float64
    array; gradients: dict with the same keys, to be checked
    →  True or False.  ``numerical_gradient(loss, array)`` and ``relative_error(a, b)`` of
    lessons_lib.gradcheck are at hand.  An error above 1e-6 is a wrong gradient.
    """
    errors = [
        relative_error(gradients[name], numerical_gradient(loss, array))
        for name, array in arrays.items()
    ]
    return max(errors) < 1e-6


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


def _back_cases():
    rng, cases = np.random.default_rng(1), []
    for B, D, H in ((3, 2, 4), (2, 5, 3)):
        dh, dc, c_prev, c = rng.standard_normal((4, B, H))
        gates = sigmoid(rng.standard_normal((4, B, H)))
        gates[2] = 2 * gates[2] - 1
        W_xh, W_hh, _ = _weights(rng, 4, D, H)
        cases.append((dh, dc, c_prev, gates, c, W_xh, W_hh))
    return cases


def _check_cases():
    """The right gradients of a small loss, and wrong ones: in one array, sign or entry."""
    rng = np.random.default_rng(2)
    arrays = {name: rng.standard_normal(3) for name in ("a", "b", "c")}

    def loss():
        return float((np.sin(arrays["a"]) * arrays["b"] ** 2 * np.exp(arrays["c"])).sum())

    a, b, c = arrays["a"], arrays["b"], np.exp(arrays["c"])
    right = {"a": np.cos(a) * b**2 * c, "b": 2 * np.sin(a) * b * c, "c": np.sin(a) * b**2 * c}
    wrong = [
        right | {"c": -right["c"]},
        right | {"a": right["a"] * [1, 1, 1.0001]},
        right | {"b": right["b"] * 0.5},
        {name: 1.001 * gradient for name, gradient in right.items()},
    ]
    return [(loss, arrays, gradients) for gradients in (right, *wrong)]


def _jacobian_cases():
    rng = np.random.default_rng(3)
    return [
        (*(rng.standard_normal(size) for size in (D, H, H)), *_weights(rng, 4, D, H))
        for D, H in ((2, 3), (4, 2))
    ]


EXERCISES = (
    Exercise(
        "lstm.backward",
        lstm_step_backward,
        _back_cases,
        ("dx_t", "dh_prev", "dc_prev", "da"),
        (
            Mistake(
                "dc = dc + dh",
                "dc = dh",
                "what the later step sent to c_t is lost: c_t has two readers.",
            ),
            Mistake(
                "    dc = dc + dh * o * (1 - tanh_c**2)\n",
                "",
                "dc lacks what comes from h_t = o ⊙ tanh(c_t).",
            ),
            Mistake("dc * f, da", "dc, da", "on its way to c_{t-1}, dc passes the forget gate."),
            Mistake("dc * c_prev * f", "dc * c * f", "the forget gate multiplied the old cell."),
            Mistake(
                "da_o = dh * tanh_c",
                "da_o = dc * tanh_c",
                "the output gate stands in h_t, so it is reached by dh.",
            ),
            Mistake("(1 - g**2)", "g * (1 - g)", "g is made by tanh: its slope is 1 - g²."),
        ),
        phrasings=phrasings.LSTM_BACKWARD,
    ),
    Exercise(
        "lstm.trusts",
        trusts,
        _check_cases,
        ("the verdict",),
        (
            Mistake("max(errors)", "min(errors)", "one right array is not enough."),
            Mistake(
                "max(errors) < 1e-6",
                "errors[0] < 1e-6",
                "only the first array is checked.",
            ),
            Mistake("< 1e-6", "< 1e-2", "the limit is too loose: an error of 0.1 % passes."),
            Mistake("< 1e-6", "> 1e-6", "True means that the gradients are right."),
        ),
    ),
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
