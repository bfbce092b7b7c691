"""Gated recurrent unit, in all four forms of the literature."""

import copy
from typing import NamedTuple

import numpy as np

from lessons_lib.cells.base import Cell
from lessons_lib.cells.gates import finish_sigmoid, hold, side_by_side, weight_gradient
from lessons_lib.cells.init import chrono_bias, gate_params
from lessons_lib.functional import d_sigmoid, d_tanh, sigmoid


class GRUCache(NamedTuple):
    """What ``backward`` needs.  gates (3, T, B, H): r, z, n after their activations;
    h (T + 1, B, H) from the initial state on; recurrent (T, B, H): h U_n + b_hn, or r ⊙ h."""

    x: np.ndarray
    gates: np.ndarray
    recurrent: np.ndarray
    h: np.ndarray


class GRU(Cell):
    """Gated recurrent unit (Cho et al., 2014).

        r, z = σ(x_t W_x* + h_{t-1} W_h* + b_*)
        n    = tanh(x_t W_xn + b_n + r ⊙ (h_{t-1} W_hn + b_hn))     reset_after=True (PyTorch)
        n    = tanh(x_t W_xn + b_n + (r ⊙ h_{t-1}) W_hn)            reset_after=False (Cho et al.)
        h_t  = (1 - z) ⊙ n + z ⊙ h_{t-1}                            update_keeps=True (PyTorch)
        h_t  = z ⊙ n + (1 - z) ⊙ h_{t-1}                            update_keeps=False (Chung et al., 2014)

    params: W_xh (3, D, H), W_hh (3, H, H), b_h (3, H) in PyTorch's order r z n, and b_hn (H,)
    with reset_after.  Weights start in U(-1/√H, 1/√H), biases at 0 but for:

    keep_bias   what z is given in favour of the old state: +keep_bias where z keeps, else minus
    chrono      T_max: log U(1, T_max - 1) in the place of keep_bias (Tallec & Ollivier, 2018)

    Raises ValueError or TypeError for sizes, shapes or dtypes that do not fit.
    """  # noqa: E501

    def __init__(self, input_size, hidden_size, *, rng, update_keeps=True, reset_after=True,
                 keep_bias=0.0, chrono=None, dtype=np.float64):  # fmt: skip
        super().__init__(input_size, hidden_size, dtype)
        self.update_keeps, self.reset_after = update_keeps, reset_after
        H = self.hidden_size
        self.params = gate_params(3, self.input_size, H, rng, self.dtype)
        if reset_after:
            self.params["b_hn"] = np.zeros(H, self.dtype)
        keep = keep_bias if chrono is None else chrono_bias(H, chrono, rng, self.dtype)
        self.params["b_h"][1] = keep if update_keeps else -keep

    def with_update_sign(self, update_keeps):
        """A new GRU with the same outputs under the other meaning of z: σ(-a) = 1 - σ(a).

        update_keeps (bool); where it differs, W_xz, W_hz and b_z change sign.
        """
        twin = copy.deepcopy(self)
        twin.update_keeps = update_keeps
        if update_keeps != self.update_keeps:
            for name in ("W_xh", "W_hh", "b_h"):
                twin.params[name][1] *= -1
        return twin

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
        if self.reset_after:
            n = np.tanh(x_t @ W_xn + b_n + r * (h @ W_hn + self.params["b_hn"]))
        else:
            n = np.tanh(x_t @ W_xn + b_n + (r * h) @ W_hn)
        h = (1 - z) * n + z * h if self.update_keeps else z * n + (1 - z) * h
        return (h,), {"r": r, "z": z, "n": n, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        x, (h,) = self._checked_sequence(x, state)
        (T, B, D), H = x.shape, self.hidden_size
        W_hh = self.params["W_hh"]
        # The inputs of all steps meet W_xh in one product; only h W_hh has to wait its turn.
        gates = np.matmul(x.reshape(T * B, D), self.params["W_xh"]).reshape(3, T, B, H)
        gates += self.params["b_h"][:, None, None]
        recurrent = np.empty((T, B, H), self.dtype)
        all_h = np.empty((T + 1, B, H), self.dtype)
        all_h[0] = h
        for t in range(T):
            h, rz, n = all_h[t], gates[:2, t], gates[2, t]
            self._candidate(h, rz, n, recurrent[t], W_hh)
            old, new = (n, h) if self.update_keeps else (h, n)
            np.subtract(new, old, out=all_h[t + 1])
            all_h[t + 1] *= rz[1]
            all_h[t + 1] += old
        return all_h[1:], (all_h[T].copy(),), GRUCache(x, gates, recurrent, all_h)

    def _candidate(self, h, rz, n, recurrent, W_hh):
        """In place: pre-activations become r, z (2, B, H) and n (B, H); recurrent is kept."""
        if self.reset_after:
            products = h @ W_hh
            rz += products[:2]
            finish_sigmoid(rz)
            np.add(products[2], self.params["b_hn"], out=recurrent)
            n += rz[0] * recurrent
        else:
            rz += h @ W_hh[:2]
            finish_sigmoid(rz)
            np.multiply(rz[0], h, out=recurrent)
            n += recurrent @ W_hh[2]
        np.tanh(n, out=n)

    def backward(self, dhs, cache, dstate=None):
        """Backpropagation through time for either placement of the reset gate.

        dhs (T, B, H): ∂loss/∂hs from outside the recurrence; dstate: ∂loss/∂(final state) or None
        →  dx (T, B, D), dstate (dh_{-1},), grads (dict like params).
        """
        T, B, H = cache.recurrent.shape
        (dh,) = self._checked_gradients(dhs, dstate, (T, B, H))
        sweep = self._sweep_reset_after if self.reset_after else self._sweep_reset_before
        da, d_recurrent, dh = sweep(dhs, cache, dh)
        dx = da.reshape(T * B, 3 * H) @ side_by_side(self.params["W_xh"])
        return dx.reshape(cache.x.shape), (dh,), self._weight_gradients(cache, da, d_recurrent)

    def _sweep_reset_after(self, dhs, cache, dh):
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

    def _sweep_reset_before(self, dhs, cache, dh):
        """Back through time  →  da (T, B, 3, H), d_recurrent (T, B, H), dh before step 0."""
        T, B, H = dhs.shape
        W_rz_T = side_by_side(self.params["W_hh"][:2])
        W_n_T = np.ascontiguousarray(self.params["W_hh"][2].T)
        r = cache.gates[0]
        r_slope = cache.h[:-1] * d_sigmoid(r)
        keep, da = self._local_slopes(cache)
        d_recurrent = np.empty_like(dhs)
        for t in reversed(range(T)):
            dh = dh + dhs[t]
            da[t, :, 1:] *= dh[:, None]
            np.matmul(da[t, :, 2], W_n_T, out=d_recurrent[t])
            np.multiply(d_recurrent[t], r_slope[t], out=da[t, :, 0])
            dh = dh * keep[t] + d_recurrent[t] * r[t]
            dh += da[t, :, :2].reshape(B, 2 * H) @ W_rz_T
            self._flush(t, dh)
        return da, d_recurrent, dh

    def _local_slopes(self, cache):
        """Direct ∂h_t/∂h_{t-1} (T, B, H), and ∂h_t/∂a (T, B, 3, H) with r left empty."""
        _, z, n = cache.gates
        keep, write = (z, 1 - z) if self.update_keeps else (1 - z, z)
        difference = cache.h[:-1] - n if self.update_keeps else n - cache.h[:-1]
        slopes = np.empty((*n.shape[:2], 3, n.shape[2]), self.dtype)
        slopes[:, :, 1] = difference * d_sigmoid(z)
        slopes[:, :, 2] = write * d_tanh(n)
        return keep, slopes

    def _weight_gradients(self, cache, da, d_recurrent):
        """What each block of a product read, times what came back to it  →  dict like params."""
        h_prev = cache.h[:-1]
        if self.reset_after:
            dW_n = weight_gradient(h_prev, d_recurrent[:, :, None])
        else:
            dW_n = weight_gradient(cache.recurrent, da[:, :, 2:])
        grads = {
            "W_xh": weight_gradient(cache.x, da),
            "W_hh": np.concatenate([weight_gradient(h_prev, da[:, :, :2]), dW_n]),
            "b_h": da.sum(axis=(0, 1)),
        }
        if self.reset_after:
            grads["b_hn"] = d_recurrent.sum(axis=(0, 1))
        return grads
