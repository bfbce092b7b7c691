"""Exercises of chapter 3: the Jacobian of a pair, a bound on it, a memory that nobody sees."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def coupled_jacobian(c_prev, gates, c, W_hh):
    """Jacobian of one step of the LSTM whose input gate is 1 - f.

        c_t = f ⊙ c_{t-1} + (1 - f) ⊙ g        h_t = o ⊙ tanh(c_t)

    c_prev, c (H,): before and after the step; gates (3, H): f, g, o;
    W_hh (3, H, H), in the same order
    →  J (2H, 2H), row convention: J[p, q] = ∂(new state)[q] / ∂(old
    state)[p], h before c.
    """
    f, g, o = gates
    W_f, W_g, W_o = W_hh
    tanh_c = np.tanh(c)
    B = W_f * ((c_prev - g) * f * (1 - f)) + W_g * ((1 - f) * (1 - g**2))
    slope = o * (1 - tanh_c**2)  # ∂h/∂c within the step
    E = W_o * (tanh_c * o * (1 - o))
    F = np.diag(f)
    return np.block([[B * slope + E, B], [F * slope, F]])


def write_bound(W_hh, c_max):
    """A bound on ‖B_t‖, the block h_{t-1} → c_t of the LSTM.

    It must hold for every input, and for every state whose c_{t-1} lies
    between -c_max and c_max.  Use two rules: the norm of a sum is at most
    the sum of the norms, and ‖W diag(v)‖ is at most ‖W‖ times the largest
    |v[p]|.  Each factor of v is at most as large as it can be.
    W_hh (4, H, H), blocks i f g o; c_max: a number  →  a number.
    """
    of_i, of_f, of_g, _ = (np.linalg.norm(W, 2) for W in W_hh)
    return of_i / 4 + c_max * of_f / 4 + of_g


def hidden_memory():
    """Biases of an LSTM that keeps its memory and hides it.

    The cell has one unit and starts with c = 0.5 and h = 0.  All its
    weights and the biases of i and g are 0.  Over 100 steps, ∂c_100/∂c_0
    must be above 0.9 and ∂h_100/∂c_0 below 1e-9
    →  b_f, b_o (numbers).
    """
    return 10.0, -30.0


def _jacobian_cases():
    rng, cases = np.random.default_rng(3), []
    for H in (3, 2):
        gates = sigmoid(rng.standard_normal((3, H)))
        gates[1] = 2 * gates[1] - 1
        c_prev, c = rng.standard_normal((2, H))
        cases.append((c_prev, gates, c, rng.standard_normal((3, H, H))))
    return cases


def _bound_cases():
    rng = np.random.default_rng(8)
    return [(rng.standard_normal((4, H, H)), c_max) for H, c_max in ((3, 2.5), (2, 0.5))]


def _kept_and_hidden(result):
    b_f, b_o = (float(b) for b in result)
    (f, o), c = sigmoid(np.array([b_f, b_o])), 0.5
    kept = f**100
    hidden = kept * o * (1 - np.tanh(kept * c) ** 2) < 1e-9
    return bool(kept > 1e-6), bool(kept > 0.9), bool(hidden)


EXERCISES = (
    Exercise(
        "lstm.coupled_jacobian",
        coupled_jacobian,
        _jacobian_cases,
        ("J",),
        (
            Mistake(
                "(c_prev - g)",
                "c_prev",
                "f stands twice in the equation of c_t: it keeps c_{t-1} and leaves out g.",
            ),
            Mistake("B * slope + E", "B * slope",
                    "the way through the output gate is missing."),
            Mistake("B * slope + E", "E", "h_{t-1} also acts on h_t through c_t."),
            Mistake("F * slope, F", "0 * F, F", "c_{t-1} acts on h_t too."),
            Mistake(
                "[[B * slope + E, B], [F * slope, F]]",
                "[[F, F * slope], [B, B * slope + E]]",
                "the order is h before c.",
            ),
            Mistake(
                "np.block([[B * slope + E, B], [F * slope, F]])",
                "np.block([[B * slope + E, B], [F * slope, F]]).T",
                "the matrix is transposed: rows belong to the old state.",
            ),
        ),
    ),
    Exercise(
        "lstm.write_bound",
        write_bound,
        _bound_cases,
        ("the bound",),
        (
            Mistake("norm(W, 2)", "norm(W)",
                    "this is the Frobenius norm, which is larger. The spectral norm bounds too."),
            Mistake("of_i / 4 + c_max * of_f / 4", "of_i + c_max * of_f",
                    "the slope of σ is s (1 - s). How large can it be?"),
            Mistake("c_max * of_f", "of_f", "the forget gate multiplies c_{t-1}."),
            Mistake("+ of_g", "+ of_g / 4",
                    "the candidate goes through tanh, whose slope can be 1."),
            Mistake("of_g, _ = (np.linalg.norm(W, 2) for W in W_hh)\n    return of_i",
                    "of_g, of_o = (np.linalg.norm(W, 2) for W in W_hh)\n"
                    "    return of_o / 4 + of_i",
                    "the output gate does not stand in the equation of c_t."),
        ),
    ),
    Exercise(
        "lstm.hidden_memory",
        hidden_memory,
        lambda: [()],
        ("something of c is left", "c is kept", "c is hidden"),
        (
            Mistake("10.0, -30.0", "3.0, -30.0",
                    "the forget gate keeps too little: σ(3) to the power 100 is below 0.01."),
            Mistake("-30.0", "0.0", "h shows c. Which gate stands between the two?"),
            Mistake("10.0, -30.0", "-30.0, 0.0",
                    "what is hidden here is gone: the forget gate is shut."),
        ),
        _kept_and_hidden,
    ),
)  # fmt: skip
