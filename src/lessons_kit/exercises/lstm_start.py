"""Exercises of chapter 3: what a network begins with, a slower film, units in every octave."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def shortest_times(biases, H):
    """The smallest time constant of the forget gates in each part.

    biases: name → array (4 H,), with the names of nn.LSTM, in any order:
    bias_ih_l0, bias_hh_l0, bias_ih_l0_reverse, bias_hh_l0_reverse …;
    H: units of each part
    →  dict: the end of the names, such as "l0" or "l1_reverse" → its
    smallest τ at zero pre-activation (a number).
    """
    shortest = {}
    for name, bias in biases.items():
        if name.startswith("bias_ih_"):
            part = name.removeprefix("bias_ih_")
            b_f = (bias + biases["bias_hh_" + part])[H : 2 * H]
            shortest[part] = 1 + np.exp(b_f.min())
    return shortest


def slower_bias(b, c):
    """The forget biases for a film that plays c times more slowly.

    b (H,): biases at the old speed; c: a number, 1 or more
    →  biases (H,): at zero pre-activation, c steps with them leave as much
    as one step with b.
    """
    f = sigmoid(b) ** (1 / c)
    return np.log(f / (1 - f))


def octave_biases(hidden_size, longest, rng):
    """Biases of the forget and the input gate, even over the octaves of τ.

    hidden_size: H; longest: T_max; rng: np.random.Generator
    →  b_f (H,), for which ln τ is drawn evenly between ln 2 and ln T_max,
    and b_i = -b_f.
    """
    tau = 2 * (longest / 2) ** rng.uniform(size=hidden_size)
    b_f = np.log(tau - 1)
    return b_f, -b_f


def _module_biases(H, parts, rng):
    names = [f"bias_{side}_{part}" for side in ("hh", "ih") for part in parts]
    return {name: rng.standard_normal(4 * H) for name in names}, H


def _module_cases():
    rng = np.random.default_rng(31)
    parts = ("l0",), ("l1_reverse", "l0", "l1", "l0_reverse"), ("l0", "l1", "l2")
    return [_module_biases(H, names, rng) for H, names in zip((3, 4, 2), parts, strict=True)]


def _slower_cases():
    rng = np.random.default_rng(32)
    return [(rng.standard_normal(H) + shift, c) for H, shift, c in
            ((4, 0.0, 2), (3, 3.0, 7.5), (2, -1.0, 1), (3, 1.0, 30))]  # fmt: skip


def _spread(biases, hidden_size, longest, rng):
    """The tie of the two biases, the range of τ, and the quantiles of ln τ in steps of 0.03."""
    b_f, b_i = (np.asarray(b, dtype=float) for b in biases)
    if b_f.shape != (hidden_size,) or b_i.shape != (hidden_size,):
        raise ValueError(f"expected two arrays ({hidden_size},), got {b_f.shape}, {b_i.shape}")
    tau, shares = 1 + np.exp(b_f), np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    off = np.quantile(np.log(tau / 2) / np.log(longest / 2), shares) - shares
    inside = bool(1.999 < tau.min() < 2.01 and 0.99 * longest < tau.max() < 1.001 * longest)
    return bool(np.array_equal(b_i, -b_f)), inside, (off / 0.03).round()


EXERCISES = (
    Exercise(
        "lstm.shortest_times",
        shortest_times,
        _module_cases,
        ("τ",),
        (
            Mistake(
                '(bias + biases["bias_hh_" + part])',
                "bias",
                "PyTorch adds two biases for each gate; one of them is missing here.",
            ),
            Mistake(
                '(bias + biases["bias_hh_" + part])',
                '((bias + biases["bias_hh_" + part]) / 2)',
                "the two biases are added. This is their mean.",
            ),
            Mistake("[H : 2 * H]", "[:H]", "these are the input gates; the blocks are i f g o."),
            Mistake("1 + np.exp(b_f.min())", "1 + np.exp(b_f.mean())",
                    "the smallest time constant is asked for, not that of the mean bias."),
            Mistake("1 + np.exp(b_f.min())", "1 / sigmoid(b_f.min())",
                    "τ is 1 / (1 - f). This is 1 / f."),
        ),
    ),
    Exercise(
        "lstm.slower_bias",
        slower_bias,
        _slower_cases,
        ("biases",),
        (
            Mistake(
                "np.log(f / (1 - f))",
                "b + np.log(c)",
                "to add ln c multiplies e^b by c. That is close for gates that are nearly open, "
                "and not exact: ask what c steps leave.",
            ),
            Mistake("np.log(f / (1 - f))", "f", "this is the new gate; its bias is asked for."),
            Mistake("** (1 / c)", "** c", "this is a film that plays c times faster."),
            Mistake(
                "sigmoid(b) ** (1 / c)",
                "1 - (1 - sigmoid(b)) / c",
                "to divide the leak by c is right only for small leaks. What is left after c steps "
                "is a power of f.",
            ),
        ),
    ),
    Exercise(
        "lstm.octave_biases",
        octave_biases,
        lambda: [(20000, 1000, np.random.default_rng(0)), (20000, 60, np.random.default_rng(1))],
        ("b_i = -b_f", "τ between 2 and T_max", "how ln τ is spread"),
        (
            Mistake(
                "np.log(tau - 1)",
                "rng.uniform(0, np.log(longest - 1), hidden_size)",
                "these biases are even, so e^b is spread evenly over its octaves, not τ = 1 + e^b.",
            ),
            Mistake(
                "2 * (longest / 2) ** rng.uniform(size=hidden_size)",
                "rng.uniform(2, longest, hidden_size)",
                "this is chrono: τ itself is drawn evenly.",
            ),
            Mistake("np.log(tau - 1)", "np.log(tau)", "b = ln τ gives a time constant of 1 + τ."),
            Mistake("return b_f, -b_f", "return b_f, 0 * b_f", "b_i must be -b_f."),
        ),
        _spread,
    ),
)  # fmt: skip
