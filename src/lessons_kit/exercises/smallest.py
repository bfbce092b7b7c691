"""Exercises of chapter 1: a wrong divisor of the loss, smoothed targets, clipping that turns."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def divided_by(dlogits, logits, targets):
    """By which number was p - onehot divided to make this gradient?

    logits (B, K), targets (B,) of integers; dlogits (B, K): what somebody's
    code returned as the gradient of the mean cross-entropy
    →  the divisor, B where it is right, negative where the sign is wrong.
    """
    e = np.exp(logits.T - logits.T.max(axis=0))  # (K, B)
    error = e / e.sum(axis=0) - np.eye(len(e))[:, targets]
    return (error * error).sum() / (error * dlogits.T).sum()


def smoothed_loss(logits, targets, eps):
    """Mean cross-entropy against smoothed targets, and its gradient.

    The shares q: (1 - eps) of the one-hot row plus eps/K for each class.
    (Szegedy et al., 2016)
    logits (B, K), targets (B,) of integers, eps: a number from 0 to 1
    →  loss (a number, in nats), dlogits (B, K).
    """
    B, K = logits.shape
    q = (1 - eps) * np.eye(K)[targets] + eps / K
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(q * log_p).sum() / B, (np.exp(log_p) - q) / B


def gradients_that_turn(limit):
    """Gradients on which clipping each array by itself fails badly.

    limit: a positive number; an array with a larger norm is shrunk to it
    →  dict name → array, as many as you need.  After the clipping, all
    together must have a cosine below 0.6 with the gradients as they were.
    """
    huge, small = np.array([1000.0 * limit]), np.array([limit])
    return {"W_xh": huge, "W_hh": small, "b_h": small, "b_y": small}


def _batches(*shapes, seed):
    rng = np.random.default_rng(seed)
    return [(3 * rng.standard_normal((B, K)), rng.integers(K, size=B)) for B, K in shapes]


def _divisor_cases():
    cases, batches = [], _batches((6, 4), (3, 5), seed=11)
    logits, targets = batches[0]
    batches.append((logits + 800.0 * np.arange(len(logits))[:, None], targets))
    for logits, targets in batches:
        (B, K), (_, dlogits) = logits.shape, smoothed_loss(logits, targets, 0.0)
        cases += [(B * dlogits / d, logits, targets) for d in (B, 1.0, B * K, -B)]
    return cases


def _smoothed_cases():
    batches = _batches((4, 5), (3, 7), seed=12)
    logits, targets = batches[0]
    far = logits + 800.0 * np.arange(len(logits))[:, None]
    cases = [(*batch, eps) for batch in batches for eps in (0.1, 0.0)]
    return [*cases, (far, targets, 0.3)]


def _turned(grads, limit):
    """Is an array shrunk, another less, are there three or more, is the cosine below 0.6?"""
    if not isinstance(grads, dict) or not all(isinstance(g, np.ndarray) for g in grads.values()):
        raise ValueError("expected a dict of NumPy arrays")
    norms = np.array([np.linalg.norm(g) for g in grads.values()])
    if not (np.isfinite(norms).all() and norms.any()):
        raise ValueError("expected finite gradients that are not all zero")
    factors = np.minimum(1.0, limit / np.maximum(norms, 1e-300))
    cosine = (factors * norms**2).sum() / np.sqrt((norms**2).sum() * ((factors * norms) ** 2).sum())
    return np.array([factors.min() < 1, np.ptp(factors) > 0, len(norms) > 2, cosine < 0.6])


EXERCISES = (
    Exercise(
        "rnn.divided_by",
        divided_by,
        _divisor_cases,
        ("divisor",),
        (
            Mistake(
                "(error * error).sum() / (error * dlogits.T).sum()",
                "(error * dlogits.T).sum() / (error * error).sum()",
                "this is the factor. The divisor is one over it.",
            ),
            Mistake(
                "np.exp(logits.T - logits.T.max(axis=0))",
                "np.exp(logits.T)",
                "large scores overflow. Subtract the largest of each row first.",
            ),
            Mistake(
                " - np.eye(len(e))[:, targets]",
                "",
                "the right gradient has - 1 at the right class.",
            ),
            Mistake(
                "(error * error).sum() / (error * dlogits.T).sum()",
                "abs((error * error).sum() / (error * dlogits.T).sum())",
                "a wrong sign must show: do not take the absolute value.",
            ),
            Mistake(
                "(error * error).sum() / (error * dlogits.T).sum()",
                "1.0 * len(targets)",
                "this is the divisor of the right gradient, whatever the code returned.",
            ),
        ),
    ),
    Exercise(
        "rnn.smoothed_loss",
        smoothed_loss,
        _smoothed_cases,
        ("loss", "dlogits"),
        (
            Mistake(
                "np.eye(K)[targets] + eps / K",
                "np.eye(K)[targets] + eps / (K - 1)",
                "the shares add up to more than one: eps is spread over all K classes.",
            ),
            Mistake(
                "(1 - eps) * np.eye(K)[targets]",
                "np.eye(K)[targets]",
                "the shares add up to more than one: the one-hot row must shrink.",
            ),
            Mistake(
                "(np.exp(log_p) - q)",
                "(np.exp(log_p) - np.eye(K)[targets])",
                "the gradient is that of the loss without smoothing.",
            ),
            Mistake(
                "(np.exp(log_p) - q) / B",
                "(np.exp(log_p) - q)",
                "the loss is a mean over the batch, the gradient is not.",
            ),
            Mistake(
                "-(q * log_p).sum() / B",
                "-(q * log_p).mean()",
                "the loss is averaged over the classes too. Sum over them.",
            ),
            Mistake(
                "logits - logits.max(axis=1, keepdims=True)",
                "1.0 * logits",
                "large scores overflow. Subtract the largest of each row first.",
            ),
        ),
    ),
    Exercise(
        "rnn.gradients_that_turn",
        gradients_that_turn,
        lambda: [(1.0,), (0.05,), (2000.0,)],
        ("the verdicts on the gradients",),
        (
            Mistake(
                ', "b_h": small, "b_y": small}',
                "}",
                "two arrays cannot turn that far: the cosine stays above one over the root of "
                "their number.",
            ),
            Mistake(
                "np.array([1000.0 * limit])",
                "np.array([1.0 * limit])",
                "no array is above the limit, so nothing is clipped.",
            ),
            Mistake(
                "np.array([limit])",
                "np.array([1000.0 * limit])",
                "all arrays are shrunk by the same factor, so the direction stays.",
            ),
            Mistake(
                "[1000.0 * limit]",
                "[1000.0]",
                "the sizes must go with the limit: this one is huge for some limits only.",
            ),
            Mistake(
                "np.array([limit])",
                "np.array([0.001 * limit])",
                "the kept arrays are too small beside the clipped one to turn the direction.",
            ),
        ),
        _turned,
    ),
)
