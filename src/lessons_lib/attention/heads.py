"""Several lookups side by side, each in its own projection."""

import numpy as np

from lessons_lib import checks
from lessons_lib.attention.lookup import attend, attend_backward
from lessons_lib.attention.scores import glorot, weight_gradient


class MultiHeadAttention(checks.HasParams):
    """Multi-head attention (Vaswani, 2017), equal to ``nn.MultiheadAttention``.

        q, k, v = query W_q + b_q,  key W_k + b_k,  value W_v + b_v
        y = [attend(q_1, k_1, v_1) … attend(q_h, k_h, v_h)] W_o + b_o

    ``params`` holds W_q, W_k, W_v, W_o (d, d) and b_q, b_k, b_v, b_o (d,), d = model_size.
    Head number i reads columns i·d/heads … of q, k and v.  Matrices start uniform
    (Glorot & Bengio, 2010), biases at 0.
    Raises ValueError unless ``heads`` divides ``model_size``.
    """

    def __init__(self, model_size, heads, *, rng, dtype=np.float64):
        checks.whole(model_size=(model_size, 1), heads=(heads, 1))
        if model_size % heads:
            raise ValueError(
                f"model_size {model_size} cannot be cut into {heads} equal heads: "
                f"choose a model_size that is a multiple of heads"
            )
        self.model_size, self.heads, self.dtype = model_size, heads, checks.dtype(dtype)
        self.params = {}
        for name in "qkvo":
            self.params[f"W_{name}"] = glorot(rng, model_size, model_size, self.dtype)
            self.params[f"b_{name}"] = np.zeros(model_size, self.dtype)

    def forward(self, query, key, value, mask=None):
        """query (..., T_q, d), key and value (..., T_k, d), mask bool, True = may attend,
        broadcast to (..., T_q, T_k), the same for every head
        →  y (..., T_q, d), weights (..., heads, T_q, T_k), cache.

        Self-attention is ``forward(x, x, x)``.
        Raises TypeError for input that is not floating or of another dtype than the parameters,
        and for a mask that is not boolean; ValueError for a wrong rank, size or mask shape, an
        empty sequence, NaN.
        """
        inputs = {"q": query, "k": key, "v": value}
        checks.array("query", query, ..., "T_q", self.model_size)
        checks.array("key", key, *query.shape[:-2], "T_k", self.model_size, like=query.dtype)
        checks.array("value", value, *key.shape, like=query.dtype)
        self.params.check(query.dtype)
        if mask is not None:
            pairs = (*query.shape[:-1], key.shape[-2])
            mask = checks.mask(mask, pairs, rank=2)[..., None, :, :]
        q, k, v = (
            self._split(x @ self.params[f"W_{name}"] + self.params[f"b_{name}"])
            for name, x in inputs.items()
        )
        context, weights, lookup_cache = attend(q, k, v, mask=mask)
        merged = self._merge(context)
        y = merged @ self.params["W_o"] + self.params["b_o"]
        return y, weights, (inputs, merged, lookup_cache)

    def backward(self, dy, cache, dweights=None):
        """dy (..., T_q, d), cache of ``forward``, dweights (..., heads, T_q, T_k) or None
        →  dquery, dkey, dvalue, grads.

        In self-attention x takes all three parts: dx = dquery + dkey + dvalue.
        Raises ValueError where a gradient has another shape than its array.
        """
        inputs, merged, lookup_cache = cache
        checks.array("dy", dy, *merged.shape, like=merged.dtype)
        dcontext = self._split(dy @ self.params["W_o"].T)
        dq, dk, dv, _ = attend_backward(dcontext, lookup_cache, dweights)
        grads = self._linear_gradients("o", merged, dy)
        dinputs = []
        for (name, x), dhead in zip(inputs.items(), (dq, dk, dv), strict=True):
            dprojected = self._merge(dhead)
            grads |= self._linear_gradients(name, x, dprojected)
            dinputs.append(dprojected @ self.params[f"W_{name}"].T)
        return *dinputs, grads

    def _split(self, x):
        """(..., T, d)  →  (..., heads, T, d / heads)."""
        return x.reshape(*x.shape[:-1], self.heads, -1).swapaxes(-3, -2)

    def _merge(self, x):
        """(..., heads, T, d / heads)  →  (..., T, d)."""
        x = x.swapaxes(-3, -2)
        return x.reshape(*x.shape[:-2], self.model_size)

    def _linear_gradients(self, name, x, dy):
        db = dy.reshape(-1, self.model_size).sum(axis=0)
        return {f"W_{name}": weight_gradient(x, dy), f"b_{name}": db}
