"""Train PyTorch modules: Adam with clipping and one loop, as in ``training``.

The classes of ``torch.optim`` load ``torch._dynamo``, which takes seconds in every notebook; its
function ``adam`` does not.
"""

import math

import numpy as np
import torch
from torch.optim.adam import adam

from lessons_lib import checks
from lessons_lib.training import History, progress


class Adam:
    """Adam (Kingma & Ba, 2015) with optional clipping by the global norm, on ``p.grad``.

    parameters: those of a module, the frozen ones are left out; lr: step size; clip: limit of the
    global norm, or None; betas, eps as in the paper.  ``update`` changes the parameters in place.
    Raises ValueError where lr or clip is not positive and where there is nothing to train.
    """

    def __init__(self, parameters, lr, *, clip=None, betas=(0.9, 0.999), eps=1e-8):
        checks.positive(lr=lr, eps=eps, clip=1 if clip is None else clip)
        b1, b2 = betas
        checks.between(0, np.nextafter(1, 0), b1=b1, b2=b2)
        parameters = list(parameters)
        _check_tensors(**{f"parameter {n}": p for n, p in enumerate(parameters)})
        self.parameters = [p for p in parameters if p.requires_grad]
        if not self.parameters:
            raise ValueError("Adam: no parameter to train; a generator can be used up only once")
        self.lr, self.clip, self.betas, self.eps = lr, clip, betas, eps
        self.steps = [torch.zeros(()) for _ in self.parameters]
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def update(self, factor=1.0):
        """One step of size lr · factor  →  norm of the gradient before clipping (float).

        A parameter that took no part in the loss counts as one with gradient 0.
        Raises ValueError where no parameter has a gradient or one is not finite.
        """
        checks.between(0, checks.HUGE, factor=factor)
        grads, norm = self._gradients()
        adam(self.parameters, grads, self.means, self.squares, [], self.steps, foreach=True,
             lr=self.lr * factor, beta1=self.betas[0], beta2=self.betas[1], eps=self.eps,
             weight_decay=0, amsgrad=False, maximize=False)  # fmt: skip
        return norm

    def clear(self):
        """Forget the gradients, before the next ``backward``."""
        for p in self.parameters:
            p.grad = None

    def _gradients(self):
        """The gradients, clipped as one vector (Pascanu et al., 2013), and their norm before."""
        given = [p.grad for p in self.parameters]
        if all(g is None for g in given):
            raise ValueError("Adam: no parameter has a gradient: call loss.backward() first")
        pairs = zip(given, self.parameters, strict=True)
        grads = [torch.zeros_like(p) if g is None else g for g, p in pairs]
        norm = torch.stack([g.norm() for g in grads]).norm().item()
        if not math.isfinite(norm):
            raise ValueError(f"the gradient's norm is {norm}: diverged, lower the learning rate")
        if self.clip and norm > self.clip:
            grads = [g * (self.clip / norm) for g in grads]
        return grads, norm


def _check_tensors(**things):
    """Raise TypeError unless all are tensors."""
    for name, thing in things.items():
        if not isinstance(thing, torch.Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(thing).__name__}")


def accuracy(logits, targets):
    """Share of positions at which the largest logit is the target's.

    logits (..., K), targets (...)  →  float.  Raises ValueError where the shapes disagree.
    """
    _check_tensors(logits=logits, targets=targets)
    checks.shape("logits", logits, ..., "K")
    checks.shape("targets", targets, *logits.shape[:-1])
    return (logits.argmax(dim=-1) == targets).double().mean().item()


def train(model, batches, *, loss, optimiser, schedule=None, metric=None, stop=None):
    """Train until the batches run out or ``stop`` says so.

    model: y = model(x), or model(*x) where x is a tuple, for modules of several inputs
    batches: iterable of (x, target, …); loss(y, target, …) → scalar tensor; optimiser: ``Adam``
    schedule(step) → factor of the learning rate; metric(y, target, …) → float, recorded
    stop(metrics so far) → bool
    →  History.  Raises ValueError where the loss is not finite, where ``stop`` has no metric to
    look at, and where there is no batch.
    """
    checks.has(optimiser=(optimiser, "update", "clear"))
    if stop is not None and metric is None:
        raise ValueError("train: stop looks at the metrics; give a metric, such as accuracy")
    losses, metrics, norms = [], [], []
    for step, (x, *targets) in enumerate(progress(batches, desc="training", unit="step")):
        y = model(*x) if isinstance(x, tuple) else model(x)
        value = loss(y, *targets)
        losses.append(value.item())
        if not math.isfinite(losses[-1]):
            raise ValueError(f"train: the loss is {losses[-1]} at step {step}; lower the rate")
        optimiser.clear()
        value.backward()
        norms.append(optimiser.update(1.0 if schedule is None else schedule(step)))
        if metric is not None:
            with torch.no_grad():
                metrics.append(metric(y, *targets))
        if stop is not None and stop(metrics):
            break
    if not losses:
        raise ValueError("train: no batch came; a generator can be used up only once")
    return History(np.array(losses), np.array(metrics), np.array(norms))
