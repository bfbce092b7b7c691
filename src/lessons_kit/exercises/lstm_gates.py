"""Exercises of chapter 3: foreign weights, weights set by hand, the sums of 1997."""

import itertools

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_kit.exercises.lstm import lstm_step
from lessons_lib.functional import sigmoid


def block_order(step, example, W_xh, W_hh, b_h):
    """In which order do these weights have their blocks?

    The weights are those of an LSTM from another library; their four
    blocks are i, f, g, o in an order that nobody wrote down.
    step: your own ``lstm_step(x_t, h, c, W_xh, W_hh, b_h)``, which wants
    the order i f g o; example: (x_t, h, c, h_new, c_new), one step that
    the other library computed; W_xh (4, D, H), W_hh (4, H, H), b_h (4, H)
    →  array of four whole numbers: the places of i, f, g and o.
    """
    x_t, h, c, h_new, _ = example
    for places in itertools.permutations(range(4)):
        order = np.array(places)
        h_mine, _ = step(x_t, h, c, W_xh[order], W_hh[order], b_h[order])
        if np.allclose(h_mine, h_new):
            return order


def hold_marked():
    """Weights, set by hand, of one unit that holds the last marked value.

    Input x_t (2,): a value from -1 to 1, and a mark, 0 or 1. From the
    first mark on, after each step, c must be within 0.01 of tanh(v), and
    h within 0.01 of tanh(c), where v is the last value that came with
    mark 1. Before that, c must stay within 0.01 of 0. Up to 200 steps.
    →  W_xh (4, 2, 1), W_hh (4, 1, 1), b_h (4, 1), blocks i f g o.
    """
    W_xh, W_hh, b_h = np.zeros((4, 2, 1)), np.zeros((4, 1, 1)), np.zeros((4, 1))
    sure = 20.0
    W_xh[0, 1], b_h[0] = sure + sure, -sure
    W_xh[1, 1], b_h[1] = -sure - sure, sure
    W_xh[2, 0] = 1.0
    b_h[3] = sure
    return W_xh, W_hh, b_h


def running_sums(x, dhs, i, g, o, c):
    """Cut gradient of W_xg, computed while the sequence is read.

    The cell of 1997; no error comes back through h. Go through the steps
    in their order and keep, for each weight and sequence, the sum of what
    it has written into c so far. Nothing else of the past may be used.
    x (T, B, D); dhs (T, B, H): ∂loss/∂h_t; i, g, o (T, B, H): gates and
    candidate; c (T, B, H): the memory after each step  →  dW_xg (D, H).
    """
    written = dW_xg = 0.0
    for x_t, dh, i_t, g_t, o_t, c_t in zip(x, dhs, i, g, o, c, strict=True):
        slope = i_t * (1 - g_t**2)
        written = written + x_t[:, :, None] * slope[:, None]  # (B, D, H)
        read = dh * o_t * (1 - np.tanh(c_t) ** 2)
        dW_xg = dW_xg + (written * read[:, None]).sum(axis=0)
    return dW_xg


def _order_cases():
    rng, cases = np.random.default_rng(3), []
    orders = ([0, 1, 2, 3], [1, 0, 2, 3], [3, 0, 1, 2], [2, 3, 1, 0], [3, 2, 0, 1])
    for order, (B, D, H) in zip(orders, [(2, 3, 4)] * 4 + [(1, 2, 1)], strict=True):
        x_t, h, c = (rng.standard_normal(shape) for shape in ((B, D), (B, H), (B, H)))
        weights = [rng.standard_normal(shape) for shape in ((4, D, H), (4, H, H), (4, H))]
        example = (x_t, h, c, *lstm_step(x_t, h, c, *weights))
        places = np.argsort(order)
        cases.append((lstm_step, example, *(w[places] for w in weights)))
    return cases


def _sum_cases():
    rng, cases = np.random.default_rng(6), []
    for T, B, D, H in ((5, 2, 3, 4), (7, 3, 2, 3)):
        x, dhs = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
        i, o = sigmoid(rng.standard_normal((2, T, B, H)))
        g = np.tanh(rng.standard_normal((T, B, H)))
        cases.append((x, dhs, i, g, o, np.cumsum(i * g, axis=0)))
    return cases


def _held(weights):
    """Where c and h are as asked, after each of 200 steps of 50 streams (2, 200, 50) bool."""
    W_xh, W_hh, b_h = (np.asarray(w, dtype=float) for w in weights)
    if [w.shape for w in (W_xh, W_hh, b_h)] != [(4, 2, 1), (4, 1, 1), (4, 1)]:
        raise ValueError("expected W_xh (4, 2, 1), W_hh (4, 1, 1) and b_h (4, 1)")
    rng = np.random.default_rng(5)
    value, mark = rng.uniform(-1, 1, (200, 50, 1)), rng.random((200, 50, 1)) < 0.05
    h = c = wanted = np.zeros((50, 1))
    verdicts = []
    for x_t, v, marked in zip(np.concatenate([value, mark], axis=2), value, mark, strict=True):
        h, c = lstm_step(x_t, h, c, W_xh, W_hh, b_h)
        wanted = np.where(marked, np.tanh(v), wanted)
        verdicts.append([np.abs(c - wanted) < 0.01, np.abs(h - np.tanh(c)) < 0.01])
    return np.array(verdicts)[..., 0].swapaxes(0, 1)


EXERCISES = (
    Exercise(
        "lstm.block_order",
        block_order,
        _order_cases,
        ("the places of i, f, g and o",),
        (
            Mistake(
                "return order",
                "return np.argsort(order)",
                "the other way round: the first number must say where i is, not what stands first.",
            ),
            Mistake(
                "np.allclose(h_mine, h_new)",
                "np.allclose(h_mine, h_new, atol=0.5)",
                "more than one order comes close to this h. Ask for equality up to round-off.",
            ),
            Mistake(
                "return order",
                "return np.arange(4)",
                "you assume the order i f g o. Other libraries have other orders: try all.",
            ),
        ),
    ),
    Exercise(
        "lstm.hold_marked",
        hold_marked,
        lambda: [()],
        ("where c, and where h, is as asked",),
        (
            Mistake(
                "-sure - sure, sure",
                "0.0, 20.0",
                "the forget gate never closes: a new value is added to the old one. A mark must "
                "close it.",
            ),
            Mistake(
                "W_xh[0, 1], b_h[0] = sure + sure, -sure",
                "b_h[0] = sure",
                "every value is written. The input gate must be open at a mark alone.",
            ),
            Mistake(
                "b_h[3] = sure",
                "b_h[3] = 0.0",
                "the output gate is half open, so h shows half of the memory.",
            ),
            Mistake(
                "-sure - sure, sure",
                "-8.0, 4.0",
                "the forget gate is open, but not enough for 200 steps: 0.98 at each step.",
            ),
            Mistake(
                "W_xh[2, 0] = 1.0",
                "W_xh[2, 1] = 1.0",
                "the candidate reads the mark. It must read the value.",
            ),
        ),
        lambda result: _held(result),
    ),
    Exercise(
        "lstm.running_sums",
        running_sums,
        _sum_cases,
        ("dW_xg",),
        (
            Mistake(
                "written + x_t",
                "x_t",
                "only the newest step counts. What was written earlier is still in c: sum it up.",
            ),
            Mistake(
                "dh * o_t * (1 - np.tanh(c_t) ** 2)",
                "dh * o_t",
                "c is read through tanh, whose slope is missing.",
            ),
            Mistake(
                "i_t * (1 - g_t**2)",
                "1 - g_t**2",
                "the input gate is missing: it scales what the candidate writes.",
            ),
            Mistake(
                "written = written + x_t[:, :, None] * slope[:, None]",
                "written = written * 0.5 + x_t[:, :, None] * slope[:, None]",
                "the sums fade. The carousel has the weight one.",
            ),
            Mistake(
                "dh * o_t * (1 - np.tanh(c_t) ** 2)",
                "dh * (1 - np.tanh(c_t) ** 2)",
                "the output gate is missing: it scales what is read.",
            ),
        ),
    ),
)
