"""Masks and the softmax that obeys them.  True means *may attend*."""

import numpy as np

from lessons_lib.attention.checks import check_mask
from lessons_lib.functional import softmax


def causal_mask(T):
    """Position t sees 0..t, itself included.  →  bool (T, T): rows are queries, columns keys."""
    return np.tril(np.ones((T, T), dtype=bool))


def padding_mask(lengths, T):
    """Every query sees the first ``lengths[b]`` keys of T, and none of the padding after them.

    lengths (B,) of integers in 0..T  →  bool (B, 1, T), the 1 standing for any number of queries.
    Raises TypeError where lengths are not integers, ValueError where one is out of range.
    """
    lengths = np.asarray(lengths)
    if not np.issubdtype(lengths.dtype, np.integer):
        raise TypeError(f"padding_mask: lengths are {lengths.dtype}, expected integers")
    if lengths.ndim != 1 or np.any((lengths < 0) | (lengths > T)):
        raise ValueError(
            f"padding_mask: expected one length from 0 to T = {T} per sequence, got {lengths}"
        )
    return (np.arange(T) < lengths[:, None])[:, None, :]


def masked_softmax(scores, mask=None):
    """Softmax over the keys that the mask leaves; the others get exactly 0.

    scores (..., T_q, T_k), mask bool, broadcast to the scores, or None  →  weights like scores.
    A row with every key masked has no softmax.  Here its weights are all 0, so its context is 0
    and it sends no gradient back.  Backward is ``d_softmax(weights, dweights)``, masked or not:
    a weight of 0 passes no gradient.
    Raises TypeError unless the mask is boolean, ValueError where it does not fit the scores.
    """
    if mask is None:
        return softmax(scores)
    mask = check_mask(mask, scores.shape)
    nothing_left = ~mask.any(axis=-1, keepdims=True)
    # softmax of a row of -inf would be NaN: such a row keeps its scores, then loses every weight
    return softmax(np.where(mask | nothing_left, scores, -np.inf)) * mask
