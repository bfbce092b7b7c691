"""Exercises of chapter 1: a loop that remembers three inputs, what stacked layers see."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def three_steps():
    """Weights, set by hand, of a loop that remembers three inputs.

    The loop is h = tanh(x_t W_xh + h W_hh + b_h) from h = 0, with one
    number per input.  Each of the last three inputs must change the last
    state, and no older one may change it at all.
    →  W_xh (1, H), W_hh (H, H), b_h (H,), with the H that you need.
    """
    return np.eye(1, 3), np.eye(3, k=1), np.zeros(3)


def seen_steps(layers):
    """Which inputs does the top of a stack of causal layers see?

    layers: list of (k, d), the lowest first; a layer combines k outputs of
    the layer below that lie d steps apart: 0, d, … (k-1) d steps ago
    →  array (N,) of int: how many steps back the inputs lie that can
    change the newest output of the top layer, each once, growing.
    """
    seen = {0}
    for k, d in layers:
        seen = {lag + j * d for lag in seen for j in range(k)}
    return np.array(sorted(seen))


def layers_needed(k, reach):
    """How many causal layers are needed for a given reach?

    k: how many outputs of the layer below each layer combines, two or more;
    the dilations are 1, k, k², … from the lowest layer up
    reach: how many inputs the newest output must depend on, two or more
    →  the smallest number of layers, an int.
    """
    return sum(k**n < reach for n in range(reach))


def _remembers(weights):
    """Does the last state change with the inputs of 0, 1, 2 and of more steps ago?"""
    W_xh, W_hh, b_h = (np.asarray(w, dtype=float) for w in weights)
    H = b_h.size
    if [w.shape for w in (W_xh, W_hh, b_h)] != [(1, H), (H, H), (H,)]:
        raise ValueError("expected W_xh (1, H), W_hh (H, H) and b_h (H,)")
    x = np.random.default_rng(8).uniform(-1, 1, (9, 1))
    nudges = np.concatenate([np.zeros((9, 1)), 0.5 * np.eye(9)[::-1]], axis=1)  # newest first
    h = np.zeros((10, H))
    for x_t in (x + nudges)[..., None]:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
    change = np.abs(h[1:] - h[0]).max(axis=1)
    return np.array([*(change[:3] > 1e-3), not change[3:].any()])


def _seen(steps, layers):
    """Which of 40 steps are named, and do they grow?"""
    steps = np.asarray(steps)
    if steps.ndim != 1 or steps.dtype.kind not in "iu" or not ((steps >= 0) & (steps < 40)).all():
        raise ValueError("expected an array (N,) of int, steps back from 0 on")
    return np.isin(np.arange(40), steps), bool((np.diff(steps) > 0).all())


EXERCISES = (
    Exercise(
        "rnn.three_steps",
        three_steps,
        lambda: [()],
        ("sees 0, 1, 2 steps back, and nothing older",),
        (
            Mistake(
                "np.eye(3, k=1)",
                "0.5 * np.eye(3)",
                "each unit keeps a share of its own state, so no input is ever quite forgotten.",
            ),
            Mistake(
                "np.eye(1, 3), np.eye(3, k=1), np.zeros(3)",
                "np.eye(1, 2), np.eye(2, k=1), np.zeros(2)",
                "two units in a row hold two inputs.",
            ),
            Mistake(
                "np.eye(1, 3)",
                "np.ones((1, 3)) * [0.0, 0.0, 1.0]",
                "the input enters at the end of the row of units and has nowhere to go.",
            ),
        ),
        _remembers,
    ),
    Exercise(
        "rnn.seen_steps",
        seen_steps,
        lambda: [
            ([(2, 1), (2, 2), (2, 4)],),
            ([(3, 1), (2, 5)],),
            ([(2, 3)],),
            ([(4, 2), (3, 2)],),
        ],
        ("which steps are seen", "the steps grow"),
        (
            Mistake("range(k)", "range(k + 1)", "k outputs are combined: the oldest is (k-1) d."),
            Mistake(
                "np.array(sorted(seen))",
                "np.arange(max(seen) + 1)",
                "inputs in between can be skipped: a layer with d > 1 leaves gaps.",
            ),
            Mistake(
                "{lag + j * d for lag in seen for j in range(k)}",
                "seen | {j * d for j in range(k)}",
                "the steps of the layers add up: each output below has already looked back.",
            ),
            Mistake(
                "np.array(sorted(seen))",
                "np.array(sorted(seen)[::-1])",
                "the steps must grow: the newest input first.",
            ),
        ),
        _seen,
    ),
    Exercise(
        "rnn.layers_needed",
        layers_needed,
        lambda: [(k, n) for k, n in ((2, 256), (2, 257), (5, 125), (3, 10), (4, 5), (7, 3))],
        ("layers",),
        (
            Mistake(
                "k**n < reach",
                "k**n <= reach",
                "a reach of exactly k to the power of L needs L layers, not one more.",
            ),
            Mistake(
                "sum(k**n < reach for n in range(reach))",
                "int(np.ceil(np.log(reach) / np.log(k)))",
                "a logarithm of floats is round-off away from the whole number: count in whole "
                "numbers.",
            ),
            Mistake(
                "k**n < reach",
                "1 + n * (k - 1) < reach",
                "this is the reach with dilation 1 in every layer.",
            ),
            Mistake(
                "return sum(k**n < reach for n in range(reach))",
                "return sum(k**n < reach for n in range(1, reach))",
                "one layer too few: the reach of L layers is k to the power of L.",
            ),
        ),
    ),
)
