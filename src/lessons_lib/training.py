"""Train NumPy models: a read-out on a cell, Adam with clipping, one loop.

Parameters and gradients are dicts with equal keys, so each rule here is one ``for``.
"""

import os
import sys
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from lessons_lib import checks


class SequenceModel:
    """A cell with a linear read-out:  y_t = h_t W_hy + b_y.

    cell: any of ``lessons_lib.cells``; outputs: K, the number of values per step.
    last_only=True reads out the last step alone, so y is (B, K) instead of (T, B, K).
    ``params`` holds the cell's own arrays as "cell.<name>" beside W_hy (H, K) and b_y (K,).
    """

    def __init__(self, cell, outputs, *, rng, last_only=False):
        checks.has(cell=(cell, "hidden_size", "dtype", "params", "forward", "backward"))
        checks.sizes(rng, outputs=(outputs, 1))
        self.cell, self.last_only = cell, last_only
        bound = 1 / np.sqrt(cell.hidden_size)
        W_hy = rng.uniform(-bound, bound, (cell.hidden_size, outputs))
        b_y = np.zeros(outputs, cell.dtype)
        self.read_out = checks.Params(W_hy=W_hy.astype(cell.dtype), b_y=b_y)

    @property
    def params(self):
        return {**{f"cell.{k}": v for k, v in self.cell.params.items()}, **self.read_out}

    def forward(self, x, state=None):
        """x (T, B, D), state of the cell  →  y (T, B, K) or (B, K), final state, cache."""
        hs, state, cache = self.cell.forward(x, state)
        self.read_out.check(hs.dtype)
        read = hs[-1] if self.last_only else hs
        return read @ self.read_out["W_hy"] + self.read_out["b_y"], state, (hs, cache)

    def backward(self, dy, cache, dstate=None, dhs=None):
        """dy like y, dhs (T, B, H): what reaches hs by other ways than the read-out
        →  dx (T, B, D), dstate, grads (dict like params)."""
        hs, cell_cache = cache
        read = hs[-1] if self.last_only else hs
        checks.array("dy", dy, *read.shape[:-1], self.read_out["b_y"].size, like=hs.dtype)
        flat = dy.reshape(-1, dy.shape[-1])
        dread = dy @ self.read_out["W_hy"].T
        if self.last_only:
            last, dread = dread, np.zeros_like(hs)
            dread[-1] = last
        if dhs is not None:
            checks.array("dhs", dhs, *hs.shape, like=hs.dtype)
            dread += dhs
        dx, dstate, grads = self.cell.backward(dread, cell_cache, dstate)
        grads = {f"cell.{k}": v for k, v in grads.items()}
        grads["W_hy"] = read.reshape(-1, hs.shape[-1]).T @ flat
        grads["b_y"] = flat.sum(axis=0)
        return dx, dstate, grads


def global_norm(grads):
    """Euclidean norm of all gradients together: dict of arrays  →  float.  ValueError for NaN."""
    checks.names("gradients", grads, grads)
    for name, g in grads.items():
        checks.array(f"gradient {name}", g, ..., nan=True)
    square, largest = sum(float(np.vdot(g, g)) for g in grads.values()), 1.0
    if not 1e-30 < square < np.inf:  # float32 squares overflow from 1.8e19, vanish at 1e-19
        largest = max((float(np.abs(g).max()) for g in grads.values()), default=0.0) or 1.0
        with np.errstate(invalid="ignore"):  # inf / inf, refused below
            square = sum(float(np.square(g / largest).sum()) for g in grads.values())
    norm = largest * float(np.sqrt(square))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradient is {norm}, not finite: lower the learning rate")
    return norm


def clip_by_global_norm(grads, limit):
    """g ← g · min(1, limit / ‖g‖), with one norm for all arrays (Pascanu et al., 2013).

    dict of arrays, limit > 0  →  new dict (same direction), the norm before clipping.
    Raises ValueError for a limit that is not positive and a gradient that is not finite.
    """
    checks.between(checks.TINY, np.inf, limit=limit)
    norm = global_norm(grads)
    if norm <= limit:
        return grads, norm
    if (scale := limit / norm) < 1e-30:  # too small for float32
        return {k: (g.astype(float) * scale).astype(g.dtype) for k, g in grads.items()}, norm
    return {name: g * g.dtype.type(scale) for name, g in grads.items()}, norm


class Adam:
    """Adam (Kingma & Ba, 2015) with optional clipping by the global norm.

    lr: step size; clip: limit of the global norm, or None; betas, eps as in the paper.
    ``update`` changes the arrays in place.  Raises ValueError for settings that are not positive
    and for gradients that are not those of the parameters or not finite.
    """

    def __init__(self, lr, *, clip=None, betas=(0.9, 0.999), eps=1e-8):
        checks.positive(lr=lr, eps=eps, clip=1 if clip is None else clip)
        b1, b2 = betas
        checks.between(0, np.nextafter(1, 0), b1=b1, b2=b2)
        self.lr, self.clip, self.betas, self.eps = lr, clip, betas, eps
        self.steps, self.means, self.squares = 0, {}, {}

    def update(self, params, grads, factor=1.0):
        """One step of size lr · factor.  params, grads: dicts with equal keys  →  gradient norm."""
        checks.names("params and gradients", params, grads)
        for name, g in grads.items():
            checks.array(f"parameter {name}", params[name], *np.shape(g), nan=True)
            checks.shape(f"gradient {name}, met before,", g, *np.shape(self.means.get(name, g)))
        checks.between(0, checks.HUGE, factor=factor)
        grads, norm = clip_by_global_norm(grads, self.clip or 1e19)  # float32 squares overflow
        self.steps += 1
        (b1, b2), t = self.betas, self.steps
        rate = self.lr * factor * np.sqrt(1 - b2**t) / (1 - b1**t)
        for name, g in grads.items():
            m = self.means.setdefault(name, np.zeros_like(g))
            v = self.squares.setdefault(name, np.zeros_like(g))
            m += (1 - b1) * (g - m)
            v += (1 - b2) * (g * g - v)
            step = rate * m / (np.sqrt(v) + self.eps * np.sqrt(1 - b2**t))
            params[name] -= step.astype(g.dtype)
        return norm


def linear_decay(steps, last=0.3):
    """Schedule: factor 1, then a line down to 0 over the ``last`` part of ``steps``, then 0."""
    checks.whole(steps=(steps, 1))
    checks.between(checks.TINY, 1, last=last)
    return lambda step: max(0.0, min(1.0, (steps - step) / (last * steps)))


def accuracy(logits, targets, mask=None):
    """Share of positions at which the largest logit is the target's (mask: which count).

    logits (..., K), targets (...), mask (...) or None.  Raises ValueError where the shapes
    disagree or no position counts.
    """
    targets, counted = checks.classes(logits, targets, mask)
    checks.finite("the largest of logits", logits.max(axis=-1))  # of NaN, argmax makes an answer
    return float((logits.argmax(axis=-1) == targets)[counted].mean())


class History(NamedTuple):
    """Arrays (steps,): loss, metric (empty without one), norm of the gradient before clipping."""

    loss: np.ndarray
    metric: np.ndarray
    norm: np.ndarray


def solved(threshold, window=20):
    """A ``stop`` rule: the mean of the last ``window`` metrics is above ``threshold``."""
    checks.whole(window=(window, 1))
    return lambda metrics: len(metrics) >= window and np.mean(metrics[-window:]) > threshold


def progress(iterable, **options):
    """tqdm's bar on stderr; silent where LESSONS_QUIET is set, as where outputs are stored."""
    quiet = bool(os.environ.get("LESSONS_QUIET"))
    return tqdm(iterable, disable=quiet, leave=False, file=sys.stderr, **options)


def train(model, batches, *, loss, optimiser, schedule=None, metric=None, stop=None,
          carry_state=False):  # fmt: skip
    """Train until the batches run out or ``stop`` says so.

    model: ``forward(x, state)`` and ``backward(dy, cache)``, with ``params``
    batches: iterable of (x, target) or (x, target, mask); loss(y, target[, mask]) → value, dy
    schedule(step) → factor of the learning rate; metric(y, target[, mask]) → float, recorded
    stop(metrics so far) → bool; carry_state: start each batch from the last one's final state
    →  History.  Raises ValueError for a loss that is not finite, ``stop`` without metric, no batch.
    """
    checks.has(model=(model, "forward", "backward", "params"), optimiser=(optimiser, "update"))
    if stop is not None and metric is None:
        raise ValueError("train: stop looks at the metrics; give a metric, such as accuracy")
    losses, metrics, norms, state = [], [], [], None
    for step, (x, *targets) in enumerate(progress(batches, desc="training", unit="step")):
        y, final, cache = model.forward(x, state)
        value, dy = loss(y, *targets)
        if not np.isfinite(value):
            raise ValueError(f"train: the loss is {value} at step {step}; lower the learning rate")
        _, _, grads = model.backward(dy, cache)
        factor = 1.0 if schedule is None else schedule(step)
        norms.append(optimiser.update(model.params, grads, factor))
        losses.append(value)
        if metric is not None:
            metrics.append(metric(y, *targets))
        if stop is not None and stop(metrics):
            break
        state = final if carry_state else None
    if not losses:
        raise ValueError("train: no batch came; a generator can be used up only once")
    return History(np.array(losses), np.array(metrics), np.array(norms))
