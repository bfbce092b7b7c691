"""Exercises of chapter 1: the loop, its gradient, masks, clipping, weights set by hand."""

import itertools

import numpy as np

from lessons_lib.exercises.exercise import Exercise, Mistake


def rnn_forward(x, h, W_xh, W_hh, b_h):
    """The whole loop of a plain RNN.

    x (T, B, D), h (B, H): the state before step 0; W_xh (D, H), W_hh (H, H), b_h (H,)
    →  hs (T, B, H), the states after each step.
    """
    hs = []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
        hs.append(h)
    return np.stack(hs)


def rnn_backward(dhs, x, h0, hs, W_xh, W_hh):
    """Backpropagation through time for hs = rnn_forward(x, h0, W_xh, W_hh, b_h).

    dhs (T, B, H): ∂loss/∂h_t from outside the loop; x (T, B, D); h0 (B, H); hs (T, B, H)
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


def parity_weights():
    """Weights, set by hand, of an RNN with two units that computes the parity of its bits.

    The loop is h = tanh(x_t W_xh + h W_hh + b_h) from h = 0, with bits x_t (1,) of 0 and 1.
    After each step h[0] - h[1] must be above 1 where the number of ones so far is odd, and
    below 1 where it is even.
    →  W_xh (1, 2), W_hh (2, 2), b_h (2,).
    """
    sharp = 20.0
    W_xh = sharp * np.array([[1.0, 1.0]])
    W_hh = sharp * np.array([[0.5, 0.5], [-0.5, -0.5]])
    b_h = sharp * np.array([-0.5, -1.5])
    return W_xh, W_hh, b_h


def jordan_step(x_t, y, W_xh, W_yh, b_h, W_hy, b_y):
    """One step of a Jordan network: the *output* of the step before is fed back, not the state.

    x_t (B, D), y (B, K): the output before; W_xh (D, H), W_yh (K, H), b_h (H,), W_hy (H, K),
    b_y (K,)  →  h (B, H), y (B, K).  The output is linear in h.
    """
    h = np.tanh(x_t @ W_xh + y @ W_yh + b_h)
    y = h @ W_hy + b_y
    return h, y


def _weights(rng, T, B, D, H):
    shapes = (T, B, D), (B, H), (D, H), (H, H), (H,)
    return [rng.standard_normal(shape) for shape in shapes]


def _forward_cases():
    rng = np.random.default_rng(0)
    return [tuple(_weights(rng, 7, 3, 2, 4)), tuple(_weights(rng, 4, 1, 3, 2))]


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
    return [*cases, (logits + 800, targets, mask)]


def _clip_cases():
    rng = np.random.default_rng(3)
    grads = {"W": rng.standard_normal((3, 4)), "b": 3 * rng.standard_normal(4)}
    small = {name: 0.01 * g for name, g in grads.items()}
    return [(grads, 1.0), (small, 1.0), (grads, 2.5)]


def _parity_of(weights):
    """h[0] - h[1] > 1 after each of all strings of ten bits: (10, 1024) bool."""
    W_xh, W_hh, b_h = (np.asarray(w, dtype=float) for w in weights)
    x = np.array(list(itertools.product([0.0, 1.0], repeat=10))).T[..., None]  # (T, B, 1)
    if [w.shape for w in (W_xh, W_hh, b_h)] != [(1, 2), (2, 2), (2,)]:
        raise ValueError("expected W_xh (1, 2), W_hh (2, 2) and b_h (2,)")
    hs = rnn_forward(x, np.zeros((1024, 2)), W_xh, W_hh, b_h)
    return hs[..., 0] - hs[..., 1] > 1


def _jordan_cases():
    rng = np.random.default_rng(4)
    shapes = (3, 2), (3, 5), (2, 4), (5, 4), (4,), (4, 5), (5,)
    return [tuple(rng.standard_normal(shape) for shape in shapes) for _ in range(2)]


EXERCISES = (
    Exercise(
        "rnn.forward",
        rnn_forward,
        _forward_cases,
        ("hs",),
        (
            Mistake(" + b_h", "", "the bias is missing."),
            Mistake("h @ W_hh", "h @ W_hh.T", "W_hh is used transposed: rows times W, h @ W_hh."),
            Mistake(
                "h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)",
                "h = x_t @ W_xh + h @ W_hh + b_h",
                "there is no tanh, so the loop is one linear map.",
            ),
            Mistake(
                "        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)\n        hs.append(h)",
                "        hs.append(h)\n        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)",
                "the states are one step late: collect h after the step, not before it.",
            ),
            Mistake(
                "hs.append(h)",
                "hs.append(h)\n        h = hs[0]",
                "the state is not carried from step to step.",
            ),
        ),
    ),
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
                "W_hh multiplied the state *before* the step.",
            ),
            Mistake(
                "dW_hh += h_prev",
                "dW_hh = h_prev",
                "the copies of W_hh share one weight, so their gradients add up.",
            ),
        ),
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
    Exercise(
        "rnn.parity",
        parity_weights,
        lambda: [()],
        ("the verdicts on all strings of ten bits",),
        (
            Mistake(
                "[-0.5, -1.5]",
                "[-0.5, -0.5]",
                "both units have the same threshold, so their difference says nothing. One must "
                "count to one, the other to two.",
            ),
            Mistake(
                "[[0.5, 0.5], [-0.5, -0.5]]",
                "[[1.0, 0.0], [0.0, 1.0]]",
                "each unit hears only itself. What must come back to both is h[0] - h[1].",
            ),
            Mistake("sharp = 20.0", "sharp = 1.5", "the weights are too small: a clear yes or no "
                    "fades on long strings."),
        ),
        lambda result: _parity_of(result),
    ),
    Exercise(
        "rnn.jordan",
        jordan_step,
        _jordan_cases,
        ("h", "y"),
        (
            Mistake("h @ W_hy + b_y", "h @ W_hy", "the bias of the output is missing."),
            Mistake("+ b_h)", ")", "the bias of the state is missing."),
            Mistake(
                "y = h @ W_hy + b_y",
                "y = np.tanh(h @ W_hy + b_y)",
                "the output is linear here: no tanh around it.",
            ),
            Mistake(
                "    h = np.tanh(x_t @ W_xh + y @ W_yh + b_h)\n",
                "    h = np.tanh(x_t @ W_xh + b_h)\n",
                "nothing is fed back.",
            ),
        ),
    ),
)
