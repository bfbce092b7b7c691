"""Exercises of chapter 3: the cell, its gradient and Jacobian, a check that catches, biases."""

import numpy as np

from lessons_lib.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid
from lessons_lib.gradcheck import numerical_gradient, relative_error


def lstm_step(x_t, h, c, W_xh, W_hh, b_h):
    """One step of an LSTM.

    x_t (B, D), h and c (B, H); W_xh (4, D, H), W_hh (4, H, H), b_h (4, H), blocks i f g o
    →  h (B, H), c (B, H).
    """
    a_i, a_f, a_g, a_o = x_t @ W_xh + h @ W_hh + b_h[:, None]
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


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
    ),
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
            Mistake("dc * c_prev * f", "dc * c * f", "the forget gate multiplied the *old* cell."),
            Mistake(
                "da_o = dh * tanh_c",
                "da_o = dc * tanh_c",
                "the output gate stands in h_t, so it is reached by dh.",
            ),
            Mistake("(1 - g**2)", "g * (1 - g)", "g is made by tanh: its slope is 1 - g²."),
        ),
    ),
    Exercise(
        "lstm.trusts",
        trusts,
        _check_cases,
        ("the verdict",),
        (
            Mistake("max(errors)", "min(errors)", "one right array is enough for you. All must be."),
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
    Exercise(
        "lstm.chrono",
        chrono_biases,
        lambda: [(20000, 200, np.random.default_rng(0)), (20000, 50, np.random.default_rng(1))],
        ("b_i = -b_f", "e^b_f between 1 and T_max - 1", "how e^b_f is spread"),
        (
            Mistake(
                "np.log(rng.uniform(1, longest - 1, hidden_size))",
                "rng.uniform(0, np.log(longest - 1), hidden_size)",
                "the *time scales* are uniform, not their logarithms.",
            ),
            Mistake("return b_f, -b_f", "return b_f, 0 * b_f", "the input gate has no bias yet."),
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
