"""Training that asks for few active units and few connections.

Two penalties of the L1 kind (Tibshirani, 1996), which push small numbers to exactly zero or to
almost nothing, each beside the class of ``training`` whose place it takes.
"""

import numpy as np

from lessons_lib.training import Adam, SequenceModel


class QuietModel(SequenceModel):
    """A ``SequenceModel`` whose loss has one more term, activity · Σ |h_t| / (T B).

    activity ≥ 0: what one unit pays for |h| = 1 at one step of one sequence.  ``backward`` adds
    the term's gradient, activity · sign(h_t) / (T B), to what the read-out sends back.
    Raises ValueError for a negative activity.
    """

    def __init__(self, cell, outputs, *, rng, activity=0.0):
        if not activity >= 0:
            raise ValueError(f"QuietModel: activity must not be negative, got {activity!r}")
        super().__init__(cell, outputs, rng=rng)
        self.activity = activity

    def backward(self, dy, cache, dstate=None):
        """dy (T, B, K)  →  dx (T, B, D), dstate, grads (dict like params)."""
        hs = cache[0]
        share = hs.dtype.type(self.activity / (hs.shape[0] * hs.shape[1]))
        return super().backward(dy, cache, dstate, dhs=share * np.sign(hs))


class ShrinkingAdam(Adam):
    """Adam; from step ``start`` on each update also moves the named arrays towards 0.

    names: keys of the parameters; shrink: every entry w becomes sign(w) · max(|w| - step size ·
    shrink, 0), the proximal step of the penalty shrink · Σ |w| (Daubechies et al., 2004).
    Other arguments as for ``Adam``.  Raises ValueError for a negative shrink and unknown names.
    """

    def __init__(self, lr, *, names, shrink, start=0, **options):
        if not shrink >= 0:
            raise ValueError(f"ShrinkingAdam: shrink must not be negative, got {shrink!r}")
        super().__init__(lr, **options)
        self.names, self.shrink, self.start = tuple(names), shrink, start

    def update(self, params, grads, factor=1.0):
        """As ``Adam.update``, then the shrinking.  →  gradient norm."""
        unknown = set(self.names) - params.keys()
        if unknown:
            raise ValueError(f"ShrinkingAdam: no parameter {sorted(unknown)}")
        norm = super().update(params, grads, factor)
        if self.steps > self.start:
            for name in self.names:
                w = params[name]
                w[...] = np.sign(w) * np.maximum(np.abs(w) - self.lr * factor * self.shrink, 0)
        return norm
