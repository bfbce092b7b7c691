"""Two scores that learn, for queries and keys of different sizes; see ``attention.scores``."""

import numpy as np

from lessons_lib import checks
from lessons_lib.attention.scores import Score, glorot, weight_gradient
from lessons_lib.functional import d_tanh


class General(Score):
    """The general score (Luong, 2015): a matrix between query and key, which may differ in size.

        e = q W kᵀ

    params: W (d_q, d_k), initially uniform (Glorot & Bengio, 2010).
    """

    def __init__(self, query_size, key_size, *, rng, dtype=np.float64):
        self.query_size, self.key_size, self.dtype = query_size, key_size, checks.dtype(dtype)
        self.params = {"W": glorot(rng, query_size, key_size, dtype)}

    def forward(self, q, k):
        """q (..., T_q, d_q), k (..., T_k, d_k)  →  scores (..., T_q, T_k), cache."""
        self._check_pair(q, k)
        qW = q @ self.params["W"]
        return qW @ k.swapaxes(-1, -2), (q, k, qW)

    def backward(self, dscores, cache):
        """dscores (..., T_q, T_k)  →  dq, dk, {"W": dW}."""
        q, k, qW = cache
        self._check_gradient(dscores, q, k)
        dqW = dscores @ k
        dk = dscores.swapaxes(-1, -2) @ qW
        return dqW @ self.params["W"].T, dk, {"W": weight_gradient(q, dqW)}


class Additive(Score):
    """The additive score (Bahdanau, 2015): one hidden layer of size A.

        e = tanh(q W_q + k W_k) v_a

    params: W_q (d_q, A), W_k (d_k, A), v_a (A,), initially uniform (Glorot & Bengio, 2010).
    It keeps A numbers for each pair of query and key, where the others keep one.
    The vector is called v_a, as in the paper, because v is the values.
    """

    def __init__(self, query_size, key_size, hidden_size, *, rng, dtype=np.float64):
        self.query_size, self.key_size, self.dtype = query_size, key_size, checks.dtype(dtype)
        self.params = {
            "W_q": glorot(rng, query_size, hidden_size, dtype),
            "W_k": glorot(rng, key_size, hidden_size, dtype),
            "v_a": glorot(rng, hidden_size, 1, dtype)[:, 0],
        }

    def forward(self, q, k):
        """q (..., T_q, d_q), k (..., T_k, d_k)  →  scores (..., T_q, T_k), cache."""
        self._check_pair(q, k)
        qW, kW = q @ self.params["W_q"], k @ self.params["W_k"]
        y = np.tanh(qW[..., :, None, :] + kW[..., None, :, :])  # (..., T_q, T_k, A)
        return y @ self.params["v_a"], (q, k, y)

    def backward(self, dscores, cache):
        """dscores (..., T_q, T_k)  →  dq, dk, grads of W_q, W_k, v_a."""
        q, k, y = cache
        self._check_gradient(dscores, q, k)
        da = dscores[..., None] * self.params["v_a"] * d_tanh(y)
        dqW = da.sum(axis=-2)  # a query meets every key …
        dkW = da.sum(axis=-3)  # … and a key every query
        grads = {
            "W_q": weight_gradient(q, dqW),
            "W_k": weight_gradient(k, dkW),
            "v_a": weight_gradient(y, dscores[..., None])[:, 0],
        }
        return dqW @ self.params["W_q"].T, dkW @ self.params["W_k"].T, grads
