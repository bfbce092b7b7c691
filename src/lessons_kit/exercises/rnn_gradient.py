"""Exercises of chapter 1: the gradient of the loop, the loss under a mask, clipping."""

import numpy as np

from lessons_kit.exercises import phrasings
from lessons_kit.exercises.exercise import Exercise, Mistake


def rnn_forward(x, h, W_xh, W_hh, b_h):
    """The whole loop of a plain RNN.

    x (T, B, D), h (B, H): the state before step 0; W_xh (D, H),
    W_hh (H, H), b_h (H,)  →  hs (T, B, H), the states after each step.
    """
    hs = []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
        hs.append(h)
    return np.stack(hs)


def rnn_backward(dhs, x, h0, hs, W_xh, W_hh):
    """Backpropagation through time.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    dhs (T, B, H): ∂⁺loss/∂h_t, what reaches h_t from outside the loop;
    x (T, B, D); h0 (B, H): the state before; hs (T, B, H): those after
    →  dx (T, B, D), dh0 (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,).
    """
    dx, dW_xh, dW_hh = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh)
    db_h, dh = np.zeros(W_hh.shape[0]), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        h_prev = hs[t - 1] if t > 0 else h0
        dx[t] = da @ W_xh.T
        dW_xh += x[t].T @ da
        dW_hh += h_prev.T @ da
        db_h += da.sum(axis=0)
        dh = da @ W_hh.T
    return dx, dh, dW_xh, dW_hh, db_h


def masked_loss(logits, targets, mask):
    """Mean cross-entropy over the real steps of padded sequences, and its gradient.

    logits (T, B, K), targets (T, B) of integers, mask (T, B) of bool, False in the padding
    →  loss (a number, in nats), dlogits (T, B, K).
    """
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    one_hot = np.eye(logits.shape[-1])[targets]
    nll = -np.log((p * one_hot).sum(axis=-1))
    loss = (nll * mask).sum() / mask.sum()
    return loss, (p - one_hot) * mask[..., None] / mask.sum()


def clip(grads, limit):
    """Shrink all gradients together if their common norm is above the limit.

    grads: dict name → array; limit: a positive number  →  a new dict with the same keys.
    """
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    factor = min(1.0, limit / norm)
    return {name: factor * g for name, g in grads.items()}


def _weights(rng, T, B, D, H):
    shapes = (T, B, D), (B, H), (D, H), (H, H), (H,)
    return [rng.standard_normal(shape) for shape in shapes]


def _backward_cases():
    rng, cases = np.random.default_rng(1), []
    for T, B, D, H in ((7, 3, 2, 4), (4, 2, 5, 3)):
        x, h0, W_xh, W_hh, b_h = _weights(rng, T, B, D, H)
        hs = rnn_forward(x, h0, W_xh, 0.5 * W_hh, b_h)
        cases.append((rng.standard_normal(hs.shape), x, h0, hs, W_xh, 0.5 * W_hh))
    return cases


def _loss_cases():
    rng, cases = np.random.default_rng(2), []
    for lengths in ([5, 2, 3], [4, 1]):
        B, T = len(lengths), max(lengths) + 1
        mask = np.arange(T)[:, None] < np.array(lengths)
        logits = 2 * rng.standard_normal((T, B, 4))
        cases.append((logits, rng.integers(4, size=(T, B)), mask))
    logits, targets, mask = cases[0]
    far = 800.0 * np.arange(len(logits))[:, None, None]  # each row has its own largest
    return [*cases, (logits + far, targets, mask)]


def _clip_cases():
    rng = np.random.default_rng(3)
    grads = {"W": rng.standard_normal((3, 4)), "b": 3 * rng.standard_normal(4)}
    small = {name: 0.01 * g for name, g in grads.items()}
    return [(grads, 1.0), (small, 1.0), (grads, 2.5)]


EXERCISES = (
    Exercise(
        "rnn.backward",
        rnn_backward,
        _backward_cases,
        ("dx", "dh0", "dW_xh", "dW_hh", "db_h"),
        (
            Mistake(
                "(dhs[t] + dh)",
                "dhs[t]",
                "the gradient from the later step is missing: h_t has two readers.",
            ),
            Mistake(
                "dh = da @ W_hh.T",
                "dh = da @ W_hh",
                "on the way back the recurrent matrix is transposed.",
            ),
            Mistake(
                "(1 - hs[t] ** 2)",
                "(1 - hs[t])",
                "the slope of tanh, written with its output, is 1 - h².",
            ),
            Mistake(
                "if t > 0 else h0",
                "if t > 0 else 0 * h0",
                "the first step did not start from zero: its h before is h0.",
            ),
            Mistake(
                "h_prev = hs[t - 1] if t > 0 else h0",
                "h_prev = hs[t]",
                "W_hh multiplied the state before the step.",
            ),
            Mistake(
                "dW_hh += h_prev",
                "dW_hh = h_prev",
                "the copies of W_hh share one weight, so their gradients add up.",
            ),
        ),
        phrasings=phrasings.RNN_BACKWARD,
    ),
    Exercise(
        "rnn.masked_loss",
        masked_loss,
        _loss_cases,
        ("loss", "dlogits"),
        (
            Mistake(
                "np.exp(logits - logits.max(axis=-1, keepdims=True))",
                "np.exp(logits)",
                "large logits overflow. Subtract the largest of each row first.",
            ),
            Mistake(
                "loss = (nll * mask).sum() / mask.sum()",
                "loss = (nll * mask).mean()",
                "the loss is divided by all steps, padding included.",
            ),
            Mistake(
                "(p - one_hot) * mask[..., None]",
                "(p - one_hot)",
                "the padding still sends a gradient.",
            ),
            Mistake(
                "(p - one_hot) * mask[..., None] / mask.sum()",
                "(p - one_hot) * mask[..., None] / mask.size",
                "the gradient is divided by all steps, padding included.",
            ),
            Mistake(
                "loss = (nll * mask).sum()",
                "loss = nll.sum()",
                "the padding still counts in the loss.",
            ),
            Mistake("(p - one_hot)", "p", "the gradient lacks the - 1 at the right class."),
        ),
    ),
    Exercise(
        "rnn.clip",
        clip,
        _clip_cases,
        ("grads",),
        (
            Mistake(
                "min(1.0, limit / norm)",
                "limit / norm",
                "small gradients are blown up to the limit. Clipping only shrinks.",
            ),
            Mistake("np.sqrt(sum(", "(sum(", "the norm is the root of the sum of squares."),
            Mistake(
                "factor * g for",
                "min(1.0, limit / np.sqrt((g**2).sum())) * g for",
                "each array has a norm of its own, so the direction changes. One norm for all.",
            ),
            Mistake(
                "factor * g for",
                "np.clip(g, -limit, limit) for",
                "this clips entry by entry and changes the direction.",
            ),
        ),
    ),
)
