"""Activations and losses, each with its derivative.  NumPy only.

A loss returns ``(loss, gradient)``: a Python float, and an array shaped like its first argument.
Every function keeps the floating dtype of its input; whole numbers count as float64.
Entry by entry, NaN stays NaN.  What would carry it from one entry to others raises ValueError.
"""

import numpy as np

from lessons_lib import checks


def sigmoid(a):
    """σ(a) = ½ + ½ tanh(a/2), any shape.  This form cannot overflow, and it is fast.

    Its error is the rounding error of 1, so the lower tail has fewer digits the further out: beyond
    about -20 in float32 and -38 in float64 it is 0.  For log σ(a) take ``log_softmax`` of (a, 0).
    """
    return 0.5 + 0.5 * np.tanh(0.5 * checks.floats("a", a))


def d_sigmoid(s):
    """Slope of the sigmoid, written with its output s = σ(a):  s (1 - s)."""
    s = checks.floats("s", s)
    return s * (1 - s)


def d_tanh(y):
    """Slope of tanh, written with its output y = tanh(a):  1 - y²."""
    y = checks.floats("y", y)
    return 1 - y * y


def softmax(a, axis=-1):
    """exp(a) / Σ exp(a) along ``axis``; the maximum is subtracted first, so it cannot overflow.

    An entry of -inf gets exactly 0.  Raises ValueError where a row has nothing else, or NaN or inf.
    """
    e = np.exp(_shifted(a, axis))
    return e / e.sum(axis=axis, keepdims=True)


def d_softmax(p, dp, axis=-1):
    """Backward of softmax: p ⊙ (dp - Σ p ⊙ dp), the product of diag(p) - ppᵀ with dp."""
    p, dp = checks.floats("p", p), checks.floats("dp", dp)
    checks.whole(axis=(axis, -p.ndim, p.ndim - 1))
    checks.finite("p", p)
    checks.finite("dp", dp)
    return p * (dp - (p * dp).sum(axis=axis, keepdims=True))


def log_softmax(a, axis=-1):
    """log softmax(a), without forming the softmax (no log 0).  Raises ValueError as it does."""
    shifted = _shifted(a, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def cross_entropy(logits, targets, mask=None):
    """Mean cross-entropy in nats of ``softmax(logits)`` against class numbers.

    logits (..., K), targets (...) of integers in 0..K-1, mask (...) of 0/1 or None
    →  loss (float), dlogits (..., K).  Masked-out positions count for nothing.
    Raises ValueError where the shapes disagree, a target is not a class, or the mask is empty.
    """
    targets, counted = checks.classes(logits, targets, mask)
    weight = (counted / counted.sum()).astype(logits.dtype)[..., None]
    log_p = log_softmax(logits)
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)
    dlogits = np.exp(log_p)
    at_target = np.take_along_axis(dlogits, targets[..., None], axis=-1) - 1
    np.put_along_axis(dlogits, targets[..., None], at_target, axis=-1)
    picked[~counted] = 0  # it may be -inf, which no weight of 0 removes
    return float(-(weight * picked).sum()), dlogits * weight


def squared_error(y, target):
    """Mean squared error over all entries.  y, target (same shape)  →  loss (float), dy like y.

    Raises ValueError where the shapes differ: broadcasting would average the wrong pairs.
    """
    checks.array("y", y, ...)
    target = checks.floats("target", target).astype(y.dtype)
    checks.array("target", target, *y.shape)
    error = y - target
    return float((error * error).mean()), 2 * error / error.size


def _shifted(a, axis):
    """a minus its maximum along ``axis``."""
    a = checks.floats("a", a)
    checks.shape("a", a, ..., "K")
    checks.whole(axis=(axis, -a.ndim, a.ndim - 1))
    top = a.max(axis=axis, keepdims=True)
    if not np.isfinite(top).all():
        raise ValueError(
            "softmax of NaN, inf or of nothing but -inf: look for a learning rate that is too "
            "high; where a mask may leave nothing, use attention.masked_softmax"
        )
    return a - top
