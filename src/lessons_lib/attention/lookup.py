"""The soft lookup: every query reads a weighted mean of the values."""

from lessons_lib import checks
from lessons_lib.attention.masks import masked_softmax
from lessons_lib.attention.scores import ScaledDot
from lessons_lib.functional import d_softmax


def attend(q, k, v, score=None, mask=None):
    """Look up each query among the keys and mix the values accordingly.

        weights = softmax(score(q, k)),  context = weights v

    q (..., T_q, d_q), k (..., T_k, d_k), v (..., T_k, d_v); score: one of ``scores``, ScaledDot()
    where it is None; mask bool, True = may attend, broadcast to (..., T_q, T_k)
    →  context (..., T_q, d_v), weights (..., T_q, T_k), cache.
    Each row of weights sums to 1; where a mask leaves nothing, weights and context are 0.
    Raises TypeError for input that is not floating, dtypes that differ or a mask that is not
    boolean; ValueError for a wrong rank, size or mask shape, an empty sequence, NaN.
    """
    score = ScaledDot() if score is None else score
    checks.has(score=(score, "forward", "backward"))
    scores, score_cache = score.forward(q, k)
    checks.array("v", v, *k.shape[:-1], "d_v", like=q.dtype)
    weights = masked_softmax(scores, mask)
    return weights @ v, weights, (v, weights, score, score_cache)


def attend_backward(dcontext, cache, dweights=None):
    """Backward of ``attend``.

    dcontext (..., T_q, d_v), cache of ``attend``, dweights (..., T_q, T_k) where a loss reads the
    weights too  →  dq, dk, dv, grads of the score's parameters.
    If one array served as key and value, its gradient is dk + dv.
    Raises ValueError where a gradient has another shape than its array.
    """
    v, weights, score, score_cache = cache
    checks.array("dcontext", dcontext, *weights.shape[:-1], v.shape[-1], like=v.dtype)
    dw = dcontext @ v.swapaxes(-1, -2)
    if dweights is not None:
        checks.array("dweights", dweights, *weights.shape, like=v.dtype)
        dw = dw + dweights
    dq, dk, grads = score.backward(d_softmax(weights, dw), score_cache)
    return dq, dk, weights.swapaxes(-1, -2) @ dcontext, grads
