"""Activations and losses, each with its derivative.  NumPy only.

A loss returns ``(loss, gradient)``: a Python float, and an array shaped like its first argument.
Every function keeps the floating dtype of its input.
"""

import numpy as np


def sigmoid(a):
    """σ(a) = ½ + ½ tanh(a/2), any shape.  This form cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def d_sigmoid(s):
    """Slope of the sigmoid, written with its output s = σ(a):  s (1 - s)."""
    return s * (1 - s)


def d_tanh(y):
    """Slope of tanh, written with its output y = tanh(a):  1 - y²."""
    return 1 - y * y


def softmax(a, axis=-1):
    """exp(a) / Σ exp(a) along ``axis``; the maximum is subtracted first, so it cannot overflow."""
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def d_softmax(p, dp, axis=-1):
    """Backward of softmax: p ⊙ (dp - Σ p ⊙ dp), the product of diag(p) - ppᵀ with dp."""
    return p * (dp - (p * dp).sum(axis=axis, keepdims=True))


def log_softmax(a, axis=-1):
    """log softmax(a), without forming the softmax (no log 0)."""
    shifted = a - a.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def cross_entropy(logits, targets, mask=None):
    """Mean cross-entropy in nats of ``softmax(logits)`` against class numbers.

    logits (..., K), targets (...) of integers in 0..K-1, mask (...) of 0/1 or None
    →  loss (float), dlogits (..., K).  Masked-out positions count for nothing.
    Raises ValueError where the shapes disagree, a target is not a class, or the mask is empty.
    """
    _check_floating("cross_entropy", "logits", logits)
    targets = np.asarray(targets)
    classes = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(
            f"cross_entropy: logits {logits.shape} need targets of shape {logits.shape[:-1]}, "
            f"not {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer) or np.any((targets < 0) | (targets >= classes)):
        raise ValueError(f"cross_entropy: targets must be integers from 0 to {classes - 1}")
    weight = np.ones(targets.shape) if mask is None else np.broadcast_to(mask, targets.shape)
    if weight.sum() == 0:
        raise ValueError("cross_entropy: there is no position to average over: see mask and shapes")
    weight = (weight / weight.sum()).astype(logits.dtype)[..., None]
    log_p = log_softmax(logits)
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)
    dlogits = np.exp(log_p)
    at_target = np.take_along_axis(dlogits, targets[..., None], axis=-1) - 1
    np.put_along_axis(dlogits, targets[..., None], at_target, axis=-1)
    return float(-(weight * picked).sum()), dlogits * weight


def squared_error(y, target):
    """Mean squared error over all entries.  y, target (same shape)  →  loss (float), dy like y.

    Raises ValueError where the shapes differ: broadcasting would average the wrong pairs.
    """
    _check_floating("squared_error", "y", y)
    target = np.asarray(target, dtype=y.dtype)
    if y.shape != target.shape:
        raise ValueError(f"squared_error: y {y.shape} and target {target.shape} must match")
    error = y - target
    return float((error * error).mean()), 2 * error / error.size


def _check_floating(function, name, array):
    """Integers would cut the weights and the targets down to whole numbers."""
    if not np.issubdtype(np.asarray(array).dtype, np.floating):
        raise TypeError(f"{function}: {name} must be floating, got {np.asarray(array).dtype}")
