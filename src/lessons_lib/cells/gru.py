"""Gated recurrent unit, in the form of PyTorch; its other forms are in lessons_models."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.cells.base import Cell
from lessons_lib.cells.gates import finish_sigmoid, hold, side_by_side, weight_gradient
from lessons_lib.cells.init import chrono_bias, gate_params
from lessons_lib.functional import d_sigmoid, d_tanh, sigmoid


class GRUCache(NamedTuple):
    """What ``backward`` needs.  gates (3, T, B, H): r, z, n after their activations;
    h (T + 1, B, H) from the initial state on; recurrent (T, B, H): h U_n + b_hn."""

    x: np.ndarray
    gates: np.ndarray
    recurrent: np.ndarray
    h: np.ndarray


class GRU(Cell):
    """Gated recurrent unit (Cho et al., 2014), as in PyTorch and cuDNN.

        r, z = σ(x_t W_x* + h_{t-1} W_h* + b_*)
        n    = tanh(x_t W_xn + b_n + r ⊙ (h_{t-1} W_hn + b_hn))
        h_t  = (1 - z) ⊙ n + z ⊙ h_{t-1}

    params: W_xh (3, D, H), W_hh (3, H, H), b_h (3, H) in PyTorch's order r z n, and b_hn (H,).
    Weights start in U(-1/√H, 1/√H), biases at 0 but for:

    keep_bias   b_z, in favour of the old state
    chrono      T_max: log U(1, T_max - 1) in the place of keep_bias (Tallec & Ollivier, 2018)

    Raises ValueError or TypeError for sizes, shapes or dtypes that do not fit.  The literature has
    three more forms: ``lessons_models.gru_variants``.
    """

    update_keeps = reset_after = True  # z weighs the old state; r acts after the product

    def __init__(self, input_size, hidden_size, *, rng, keep_bias=0.0, chrono=None,
                 dtype=np.float64):  # fmt: skip
        super().__init__(input_size, hidden_size, dtype)
        H = self.hidden_size
        self.params = gate_params(3, self.input_size, H, rng, self.dtype)
        self.params["b_hn"] = np.zeros(H, self.dtype)
        keep = checks.floats("keep_bias", keep_bias, nan=False)
        keep = keep if chrono is None else chrono_bias(H, chrono, rng, self.dtype)
        self.params["b_h"][1] = keep

    def step(self, x_t, state, held=None):
        """x_t (B, D), state (h,) with h (B, H)  →  state (h,), cache: dict of r, z, n, h.

        held: gates to hold, letter → value from 0 to 1, as {"z": 1.0}; see ``gates.hold``.
        """
        x_t, (h,) = self._checked_step(x_t, state)
        (W_xr, W_xz, W_xn), (W_hr, W_hz, W_hn) = self.params["W_xh"], self.params["W_hh"]
        b_r, b_z, b_n = self.params["b_h"]
        r = sigmoid(x_t @ W_xr + h @ W_hr + b_r)
        z = sigmoid(x_t @ W_xz + h @ W_hz + b_z)
        r, z = hold(held, r=r, z=z)
        n = np.tanh(x_t @ W_xn + b_n + r * (h @ W_hn + self.params["b_hn"]))
        h = (1 - z) * n + z * h
        return (h,), {"r": r, "z": z, "n": n, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        x, (h,) = self._checked_sequence(x, state)
        (T, B, D), H = x.shape, self.hidden_size
        # The inputs of all steps meet W_xh in one product; only h W_hh has to wait its turn.
        gates = np.matmul(x.reshape(T * B, D), self.params["W_xh"]).reshape(3, T, B, H)
        gates += self.params["b_h"][:, None, None]
        recurrent = np.empty((T, B, H), self.dtype)
        all_h = np.empty((T + 1, B, H), self.dtype)
        all_h[0] = h
        self._loop(gates, recurrent, all_h, self.params["W_hh"])
        return all_h[1:], (all_h[T].copy(),), GRUCache(x, gates, recurrent, all_h)

    def _loop(self, gates, recurrent, all_h, W_hh):
        """In place: pre-activations become r, z, n (3, T, B, H); recurrent and all_h are filled."""
        for t in range(len(recurrent)):
            h, rz, n = all_h[t], gates[:2, t], gates[2, t]
            products = h @ W_hh
            rz += products[:2]
            finish_sigmoid(rz)
            np.add(products[2], self.params["b_hn"], out=recurrent[t])
            n += rz[0] * recurrent[t]
            np.tanh(n, out=n)
            np.subtract(h, n, out=all_h[t + 1])
            all_h[t + 1] *= rz[1]
            all_h[t + 1] += n

    def backward(self, dhs, cache, dstate=None):
        """Backpropagation through time, all paths.

        dhs (T, B, H): ∂loss/∂hs from outside the recurrence; dstate: ∂loss/∂(final state) or None
        →  dx (T, B, D), dstate (dh_{-1},), grads (dict like params).
        """
        T, B, H = cache.recurrent.shape
        (dh,) = self._checked_gradients(dhs, dstate, (T, B, H))
        da, d_recurrent, dh = self._sweep(dhs, cache, dh)
        dx = da.reshape(T * B, 3 * H) @ side_by_side(self.params["W_xh"])
        return dx.reshape(cache.x.shape), (dh,), self._weight_gradients(cache, da, d_recurrent)

    def _sweep(self, dhs, cache, dh):
        """Back through time  →  da (T, B, 3, H), d_recurrent (T, B, H), dh before step 0."""
        T, B, H = dhs.shape
        W_hh_T = side_by_side(self.params["W_hh"])
        r = cache.gates[0]
        keep, slopes = self._local_slopes(cache)
        n_slope = slopes[:, :, 2].copy()
        # What multiplies W_hn is not da_n but r ⊙ da_n, because the gate sits after the product.
        slopes[:, :, 2] *= r
        slopes[:, :, 0] = n_slope * cache.recurrent * d_sigmoid(r)
        total = np.empty_like(dhs)
        for t in reversed(range(T)):
            np.add(dh, dhs[t], out=total[t])
            da = slopes[t]
            da *= total[t][:, None]
            dh = da.reshape(B, 3 * H) @ W_hh_T
            dh += total[t] * keep[t]
            self._flush(t, dh)
        d_recurrent = slopes[:, :, 2].copy()
        np.multiply(total, n_slope, out=slopes[:, :, 2])
        return slopes, d_recurrent, dh

    def _local_slopes(self, cache):
        """Direct ∂h_t/∂h_{t-1} (T, B, H), and ∂h_t/∂a (T, B, 3, H) with r left empty."""
        _, z, n = cache.gates
        slopes = np.empty((*n.shape[:2], 3, n.shape[2]), self.dtype)
        slopes[:, :, 1] = (cache.h[:-1] - n) * d_sigmoid(z)
        slopes[:, :, 2] = (1 - z) * d_tanh(n)
        return z, slopes

    def _weight_gradients(self, cache, da, d_recurrent):
        """What each block of a product read, times what came back to it  →  dict like params."""
        h_prev = cache.h[:-1]
        dW_rz = weight_gradient(h_prev, da[:, :, :2])
        dW_n = weight_gradient(h_prev, d_recurrent[:, :, None])
        return {
            "W_xh": weight_gradient(cache.x, da),
            "W_hh": np.concatenate([dW_rz, dW_n]),
            "b_h": da.sum(axis=(0, 1)),
            "b_hn": d_recurrent.sum(axis=(0, 1)),
        }
