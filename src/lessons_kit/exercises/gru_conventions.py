"""Exercises of chapter 4: the two meanings of z, a documented form, and whose block it is."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import sigmoid


def other_sign(params):
    """Weights of the same GRU under the other meaning of z.

    params: dict of W_xh (3, D, H), W_hh (3, H, H), b_h (3, H), blocks
    r z n, and b_hn (H,)  →  a new dict with the same keys; params itself
    must stay as it is.
    """
    flipped = {name: value.copy() for name, value in params.items()}
    for name in ["W_xh", "W_hh", "b_h"]:
        flipped[name][1] *= -1
    return flipped


def gru_step(x_t, h, W, R, b, b2):
    """One step of the GRU that the documentation describes.

    x_t (B, D), h (B, H); W (3H, D), R (3H, H), b (3H,), rows in blocks
    z r o; b2 (H,)  →  h_t (B, H).
    """
    (W_z, W_r, W_o), (R_z, R_r, R_o) = np.split(W, 3), np.split(R, 3)
    b_z, b_r, b_o = np.split(b, 3)
    z = sigmoid(x_t @ W_z.T + h @ R_z.T + b_z)
    r = sigmoid(x_t @ W_r.T + h @ R_r.T + b_r)
    o = np.tanh(x_t @ W_o.T + b_o + r * (h @ R_o.T + b2))
    return (1 - z) * h + z * o


def block_places(step):
    """Where the four blocks of an LSTM stand; all its weights are zero.

    step(h, c, b): one step without input from the numbers h and c, with
    b (4,), one bias for each block, in the unknown order  →  h, c, numbers
    →  array of four whole numbers, the places of i, f, g, o in b.
    """
    h, c = np.transpose([step(0.0, 0.4, 40 * row) for row in np.eye(4)])
    f = np.argmin(np.abs(c - 0.4))
    g = np.argmax(c)
    o = np.argmax(h / np.tanh(c))
    return np.array([6 - f - g - o, f, g, o])


def _step_cases():
    rng, cases = np.random.default_rng(0), []
    for B, D, H in ((3, 2, 4), (2, 5, 3)):
        shapes = (B, D), (B, H), (3 * H, D), (3 * H, H), (3 * H,), (H,)
        cases.append(tuple(rng.standard_normal(shape) for shape in shapes))
    return cases


def _sign_cases():
    rng, cases = np.random.default_rng(0), []
    for D, H in ((2, 4), (5, 3)):
        shapes = {"W_xh": (3, D, H), "W_hh": (3, H, H), "b_h": (3, H), "b_hn": (H,)}
        cases.append(({name: rng.standard_normal(shape) for name, shape in shapes.items()},))
    return cases


def _stranger(order):
    """An LSTM of one unit without input weights, its blocks in the given order."""

    def step(h, c, b):
        a = dict(zip(order, np.asarray(b, dtype=float), strict=True))
        i, f, o = (sigmoid(a[name]) for name in "ifo")
        c = f * c + i * np.tanh(a["g"])
        return o * np.tanh(c), c

    return step


EXERCISES = (
    Exercise(
        "gru.other_sign",
        other_sign,
        _sign_cases,
        ("params",),
        (
            Mistake("[1] *= -1", "[0] *= -1", "this is the block of r. The order is r z n."),
            Mistake('"W_xh", "W_hh", "b_h"', '"W_xh", "W_hh"', "the bias of z must turn as well."),
            Mistake("flipped[name][1] *= -1", "flipped[name] *= -1", "only z changes its meaning."),
        ),
    ),
    Exercise(
        "gru.step",
        gru_step,
        _step_cases,
        ("h",),
        (
            Mistake(
                "(1 - z) * h + z * o",
                "z * h + (1 - z) * o",
                "your z weighs the old state. Read the last line of the documentation.",
            ),
            Mistake(
                "r * (h @ R_o.T + b2)",
                "(r * h) @ R_o.T + b2",
                "your reset gate acts before the product; here it acts after it.",
            ),
            Mistake(
                "r * (h @ R_o.T + b2)",
                "r * (h @ R_o.T) + b2",
                "b2 stands inside the reset gate's bracket.",
            ),
            Mistake(
                "(W_z, W_r, W_o), (R_z, R_r, R_o)",
                "(W_r, W_z, W_o), (R_r, R_z, R_o)",
                "the blocks are z r o; reset and update gate have changed places.",
            ),
            Mistake("np.tanh(x_t", "sigmoid(x_t", "the candidate is made by tanh: it has a sign."),
            Mistake(" + b_o +", " +", "the bias of the block o is missing."),
        ),
    ),
    Exercise(
        "gru.block_places",
        block_places,
        lambda: [(_stranger(order),) for order in ("ifgo", "igfo", "iofg", "ogfi", "fgoi")],
        ("the places",),
        (
            Mistake("step(0.0, 0.4,", "step(0.0, 0.0,", "with c = 0 a keep is not seen."),
            Mistake(
                "[6 - f - g - o, f, g, o]",
                "[6 - f - g - o, f, o, g]",
                "g and o have changed places: o moves h and leaves c alone.",
            ),
            Mistake(
                "[6 - f - g - o, f, g, o]",
                "[f, 6 - f - g - o, g, o]",
                "i and f have changed places: f keeps the old c, i lets the candidate in.",
            ),
            Mistake(
                "np.array([6",
                "np.argsort([6",
                "this says whose block stands at each place. Asked is the place of each block.",
            ),
        ),
    ),
)
