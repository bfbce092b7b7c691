"""The plain recurrent cell."""

from typing import NamedTuple

import numpy as np

from lessons_lib.cells.base import Cell
from lessons_lib.cells.init import uniform
from lessons_lib.functional import d_tanh


class RNNCache(NamedTuple):
    """What ``backward`` needs.  x (T, B, D); h (T + 1, B, H), from the initial state on."""

    x: np.ndarray
    h: np.ndarray


class RNN(Cell):
    """Elman network (Elman, 1990).

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    params: W_xh (D, H), W_hh (H, H), b_h (H,).  Weights start in U(-1/√H, 1/√H), b_h at 0.
    Raises ValueError or TypeError for sizes, shapes or dtypes that do not fit.
    """

    def __init__(self, input_size, hidden_size, *, rng, dtype=np.float64):
        super().__init__(input_size, hidden_size, dtype)
        D, H = self.input_size, self.hidden_size
        self.params = {
            "W_xh": uniform(rng, (D, H), H, self.dtype),
            "W_hh": uniform(rng, (H, H), H, self.dtype),
            "b_h": np.zeros(H, self.dtype),
        }

    def step(self, x_t, state):
        """x_t (B, D), state (h,) with h (B, H)  →  state (h,), cache: dict of a and h."""
        x_t, (h,) = self._checked_step(x_t, state)
        p = self.params
        a = x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"]
        h = np.tanh(a)
        return (h,), {"a": a, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        x, (h,) = self._checked_sequence(x, state)
        (T, B, D), H = x.shape, self.hidden_size
        W_hh = self.params["W_hh"]
        all_h = np.empty((T + 1, B, H), self.dtype)
        all_h[0] = h
        # The inputs of all steps meet W_xh in one product; only h W_hh has to wait its turn.
        np.matmul(x.reshape(T * B, D), self.params["W_xh"], out=all_h[1:].reshape(T * B, H))
        all_h[1:] += self.params["b_h"]
        for t in range(T):
            a = all_h[t + 1]
            a += all_h[t] @ W_hh
            np.tanh(a, out=a)
        return all_h[1:], (all_h[T].copy(),), RNNCache(x, all_h)

    def backward(self, dhs, cache, dstate=None):
        """Backpropagation through time (Werbos, 1990).

        dhs (T, B, H): ∂loss/∂hs from outside the recurrence; dstate: ∂loss/∂(final state) or None
        →  dx (T, B, D), dstate (dh_{-1},), grads (dict like params).
        """
        x, all_h = cache
        (T, B, D), H = x.shape, self.hidden_size
        (dh,) = self._checked_gradients(dhs, dstate, (T, B, H))
        W_hh_T = np.ascontiguousarray(self.params["W_hh"].T)
        slope = d_tanh(all_h[1:])
        da = np.empty((T, B, H), self.dtype)
        for t in reversed(range(T)):
            np.multiply(dh + dhs[t], slope[t], out=da[t])
            dh = da[t] @ W_hh_T
            self._flush(t, dh)
        flat = da.reshape(T * B, H)
        grads = {
            "W_xh": x.reshape(T * B, D).T @ flat,
            "W_hh": all_h[:-1].reshape(T * B, H).T @ flat,
            "b_h": flat.sum(axis=0),
        }
        return (flat @ self.params["W_xh"].T).reshape(T, B, D), (dh,), grads
