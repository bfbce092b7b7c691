"""Masks and the softmax that obeys them.  True means *may attend*."""

import numpy as np

from lessons_lib import checks
from lessons_lib.functional import softmax


def causal_mask(T):
    """Position t sees 0..t, itself included.  →  bool (T, T): rows are queries, columns keys."""
    checks.whole(T=(T, 1))
    return np.tril(np.ones((T, T), dtype=bool))


def padding_mask(lengths, T):
    """Every query sees the first ``lengths[b]`` keys of T, and none of the padding after them.

    lengths (B,) of integers in 0..T  →  bool (B, 1, T), the 1 standing for any number of queries.
    Raises TypeError where lengths are not integers, ValueError where one is out of range.
    """
    checks.whole(T=(T, 1))
    lengths = checks.tokens("lengths", lengths, T + 1)
    checks.shape("lengths", lengths, "B")
    return (np.arange(T) < lengths[:, None])[:, None, :]


def masked_softmax(scores, mask=None):
    """Softmax over the keys that the mask leaves; the others get exactly 0.

    scores (..., T_q, T_k), mask bool, broadcast to the scores, or None  →  weights like scores.
    A row with every key masked has no softmax.  Here its weights are all 0, so its context is 0
    and it sends no gradient back.  Backward is ``d_softmax(weights, dweights)``, masked or not:
    a weight of 0 passes no gradient.  What a masked score is does not matter, even NaN.
    Raises TypeError unless the mask is boolean, ValueError where it does not fit the scores and
    where a row has NaN, inf or nothing but -inf left.
    """
    checks.array("scores", scores, ..., "T_q", "T_k", nan=True)
    if mask is None:
        return softmax(scores)
    mask = checks.mask(mask, scores.shape, rank=2)
    # softmax of a row of -inf would be NaN: such a row becomes 0, then loses every weight
    something_left = mask.any(axis=-1, keepdims=True)
    kept = np.where(something_left, np.where(mask, scores, -np.inf), 0)
    return softmax(kept.astype(scores.dtype, copy=False)) * mask
