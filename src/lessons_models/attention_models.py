"""Two small models that answer a question about a sequence by attention.

Both have the interface of ``training.SequenceModel``:

    y, state, cache = model.forward(x)          x (T, B, D)  →  y (B, K)
    dx, dstate, grads = model.backward(dy, cache)

and both ask once, at the last step.  ``model.weights(x)`` (B, T) is what they looked at.
"""

import numpy as np

from lessons_lib import checks
from lessons_lib.attention.lookup import attend, attend_backward
from lessons_lib.attention.scores import ScaledDot, glorot


def _linear(name, x, dy, W):
    """Backward of y = x W + b  →  dx, grads of W_<name> and b_<name>.  x (B, H), dy (B, K)."""
    return dy @ W.T, {f"W_{name}": x.T @ dy, f"b_{name}": dy.sum(axis=0)}


class AttentionReadout:
    """A cell whose last state looks back at all its states.

        q = h_T W_q,   context = attend(q, hs, hs),   y = [h_T, context] W_y + b_y

    cell: any of ``lessons_lib.cells``; outputs: K.  q W_q kᵀ is the general score of Luong
    (2015), divided by √H.  ``params`` holds the cell's arrays as "cell.<name>", W_q (H, H),
    W_y (2H, K), b_y (K,).
    """

    def __init__(self, cell, outputs, *, rng):
        self.cell, H = cell, cell.hidden_size
        self.own = {
            "W_q": glorot(rng, H, H, cell.dtype),
            "W_y": glorot(rng, 2 * H, outputs, cell.dtype),
            "b_y": np.zeros(outputs, cell.dtype),
        }

    @property
    def params(self):
        return {**{f"cell.{k}": v for k, v in self.cell.params.items()}, **self.own}

    def forward(self, x, state=None):
        """x (T, B, D), state of the cell  →  y (B, K), final state, cache."""
        hs, state, cell_cache = self.cell.forward(x, state)
        keys = np.swapaxes(hs, 0, 1)  # (B, T, H)
        q = (hs[-1] @ self.own["W_q"])[:, None]  # (B, 1, H)
        context, weights, lookup = attend(q, keys, keys, ScaledDot())
        read = np.concatenate([hs[-1], context[:, 0]], axis=1)  # (B, 2H)
        y = read @ self.own["W_y"] + self.own["b_y"]
        return y, state, (hs, read, weights[:, 0], lookup, cell_cache)

    def backward(self, dy, cache, dstate=None):
        """dy (B, K)  →  dx (T, B, D), dstate, grads (dict like params).

        Raises ValueError where dy has another shape than y.
        """
        hs, read, _, lookup, cell_cache = cache
        checks.array("dy", dy, hs.shape[1], len(self.own["b_y"]), like=hs.dtype)
        dread, grads = _linear("y", read, dy, self.own["W_y"])
        dlast, dcontext = np.split(dread, 2, axis=1)
        dq, dk, dv, _ = attend_backward(dcontext[:, None], lookup)
        grads["W_q"] = hs[-1].T @ dq[:, 0]
        dhs = np.ascontiguousarray(np.swapaxes(dk + dv, 0, 1))  # one array was key and value
        dhs[-1] += dlast + dq[:, 0] @ self.own["W_q"].T
        dx, dstate, cell_grads = self.cell.backward(dhs, cell_cache, dstate)
        return dx, dstate, {**{f"cell.{k}": v for k, v in cell_grads.items()}, **grads}

    def weights(self, x):
        """x (T, B, D)  →  weights of the one query (B, T)."""
        return self.forward(x)[2][2]


class SelfAttention:
    """One head of self-attention, asked at the last position.  No recurrence.

        e_t = x_t E + P_t,   q = e_T W_q,   k_t = e_t W_k,   v_t = e_t W_v
        y = attend(q, k, v) W_y + b_y

    words: D, numbers per input; outputs: K; longest: the longest sequence, for which P has rows;
    size: d.  ``params``: E (D, d), P (longest, d), W_q, W_k, W_v (d, d), W_y (d, K), b_y (K,).
    E and P start small (normal, standard deviation 0.3 and 0.1), the matrices uniform
    (Glorot & Bengio, 2010).  Only the last position asks, so one row of weights is computed
    instead of the T rows of Vaswani (2017).
    """

    def __init__(self, words, outputs, longest, size, *, rng, dtype=np.float64):
        self.dtype = np.dtype(dtype)
        self.params = {
            "E": (0.3 * rng.standard_normal((words, size))).astype(dtype),
            "P": (0.1 * rng.standard_normal((longest, size))).astype(dtype),
            **{f"W_{name}": glorot(rng, size, size, dtype) for name in "qkv"},
            "W_y": glorot(rng, size, outputs, dtype),
            "b_y": np.zeros(outputs, dtype),
        }

    def forward(self, x, state=None):
        """x (T, B, D), T ≤ longest; state is not used  →  y (B, K), None, cache.

        Raises TypeError or ValueError for input of another dtype, rank or size, or too long.
        """
        p = self.params
        self._check(x)
        e = np.swapaxes(x @ p["E"], 0, 1) + p["P"][: len(x)]  # (B, T, d)
        q, k, v = e[:, -1:] @ p["W_q"], e @ p["W_k"], e @ p["W_v"]
        context, weights, lookup = attend(q, k, v)
        y = context[:, 0] @ p["W_y"] + p["b_y"]
        return y, None, (x, e, context[:, 0], weights[:, 0], lookup)

    def backward(self, dy, cache, dstate=None):
        """dy (B, K)  →  dx (T, B, D), None, grads (dict like params).

        Raises ValueError where dy has another shape than y.
        """
        p, (x, e, context, _, lookup) = self.params, cache
        checks.array("dy", dy, x.shape[1], len(p["b_y"]), like=e.dtype)
        dcontext, grads = _linear("y", context, dy, p["W_y"])
        dq, dk, dv, _ = attend_backward(dcontext[:, None], lookup)
        flat, d = e.reshape(-1, e.shape[-1]), e.shape[-1]
        grads["W_q"] = e[:, -1].T @ dq[:, 0]
        grads["W_k"], grads["W_v"] = (flat.T @ part.reshape(-1, d) for part in (dk, dv))
        de = dk @ p["W_k"].T + dv @ p["W_v"].T  # (B, T, d)
        de[:, -1] += dq[:, 0] @ p["W_q"].T
        grads["P"] = np.zeros_like(p["P"])
        grads["P"][: len(x)] = de.sum(axis=0)
        de = np.swapaxes(de, 0, 1)  # (T, B, d)
        grads["E"] = x.reshape(-1, x.shape[-1]).T @ de.reshape(-1, d)
        return de @ p["E"].T, None, grads

    def weights(self, x):
        """x (T, B, D)  →  weights of the last position's query (B, T)."""
        return self.forward(x)[2][3]

    def _check(self, x):
        words, longest = len(self.params["E"]), len(self.params["P"])
        checks.array("x", x, "T", "B", words, like=self.dtype)
        if len(x) > longest:
            raise ValueError(
                f"x has {len(x)} steps, but there are positions for {longest}: "
                f"build the model with a larger longest"
            )
