"""How well a key answers a query: dot products (``lessons_models.scores`` has two that learn).

Each score has ``params`` (a dict, empty where there is nothing to learn) and

    scores, cache = score.forward(q, k)             q (..., T_q, d_q), k (..., T_k, d_k)
    dq, dk, grads = score.backward(dscores, cache)  grads has the keys of params

with scores (..., T_q, T_k).  Inputs and parameters share one floating dtype, and so do all
results.  ``forward`` raises TypeError for input that is not floating or of another dtype, and
ValueError for a wrong rank or feature size, unequal leading axes, an empty sequence, NaN.
"""

import numpy as np

from lessons_lib import checks


def glorot(rng, rows, columns, dtype):
    """(rows, columns), uniform with variance 2 / (rows + columns) (Glorot & Bengio, 2010)."""
    checks.sizes(rng, rows=(rows, 1), columns=(columns, 1))
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(checks.dtype(dtype))


def weight_gradient(x, dy):
    """Backward of y = x W for W: the outer products x ⊗ dy, summed over all leading axes."""
    return x.reshape(-1, x.shape[-1]).T @ dy.reshape(-1, dy.shape[-1])


class Score(checks.HasParams):
    """What all scores share: the checks of their inputs."""

    query_size, key_size = "d", None  # of any size, but equal

    def _check_pair(self, q, k):
        checks.array("q", q, ..., "T_q", self.query_size)
        checks.array("k", k, *q.shape[:-2], "T_k", self.key_size or q.shape[-1], like=q.dtype)
        self.params.check(q.dtype)

    def _check_gradient(self, dscores, q, k):
        checks.array("dscores", dscores, *q.shape[:-1], k.shape[-2], like=q.dtype)


class Dot(Score):
    """Dot product (Luong, 2015), for queries and keys of one size d.

        e = q kᵀ

    params: none.
    """

    def __init__(self):
        self.params = {}

    def forward(self, q, k):
        """q (..., T_q, d), k (..., T_k, d)  →  scores (..., T_q, T_k), cache."""
        self._check_pair(q, k)
        return q @ k.swapaxes(-1, -2), (q, k)

    def backward(self, dscores, cache):
        """dscores (..., T_q, T_k)  →  dq, dk, {}."""
        q, k = cache
        self._check_gradient(dscores, q, k)
        return dscores @ k, dscores.swapaxes(-1, -2) @ q, {}


class ScaledDot(Dot):
    """Scaled dot product (Vaswani, 2017): entries of variance 1 give scores of variance 1.

        e = q kᵀ / √d

    params: none.
    """

    def forward(self, q, k):
        """q (..., T_q, d), k (..., T_k, d)  →  scores (..., T_q, T_k), cache."""
        scores, cache = super().forward(q, k)
        return scores / q.shape[-1] ** 0.5, cache

    def backward(self, dscores, cache):
        """dscores (..., T_q, T_k)  →  dq, dk, {}."""
        q, k = cache
        self._check_gradient(dscores, q, k)
        return super().backward(dscores / q.shape[-1] ** 0.5, cache)
