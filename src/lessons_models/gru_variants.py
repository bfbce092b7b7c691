"""The GRU in all four forms of the literature.  Read ``cells.GRU`` first."""

import numpy as np

from lessons_lib.cells.gates import finish_sigmoid, hold, side_by_side, weight_gradient
from lessons_lib.cells.gru import GRU
from lessons_lib.functional import d_sigmoid, d_tanh, sigmoid


class GRUVariant(GRU):
    """Gated recurrent unit with the reset gate and the update gate of any paper.

        r, z = σ(x_t W_x* + h_{t-1} W_h* + b_*)
        n    = tanh(x_t W_xn + b_n + r ⊙ (h_{t-1} W_hn + b_hn))     reset_after=True (PyTorch)
        n    = tanh(x_t W_xn + b_n + (r ⊙ h_{t-1}) W_hn)            reset_after=False (Cho et al.)
        h_t  = (1 - z) ⊙ n + z ⊙ h_{t-1}                            update_keeps=True (PyTorch)
        h_t  = z ⊙ n + (1 - z) ⊙ h_{t-1}                            update_keeps=False (Chung et al., 2014)

    Without the two it equals ``cells.GRU``, whose other arguments it has too; ``keep_bias`` and
    ``chrono`` are subtracted where z writes.  There is no b_hn with reset_after=False.
    """  # noqa: E501

    def __init__(self, input_size, hidden_size, *, update_keeps=True, reset_after=True, **options):
        super().__init__(input_size, hidden_size, **options)
        self.update_keeps, self.reset_after = update_keeps, reset_after
        if not reset_after:
            del self.params["b_hn"]
        if not update_keeps:
            self.params["b_h"][1] *= -1

    def step(self, x_t, state, held=None):
        """x_t (B, D), state (h,) with h (B, H)  →  state (h,), cache: dict of r, z, n, h."""
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

    def _loop(self, gates, recurrent, all_h, W_hh):
        for t in range(len(recurrent)):
            h, rz, n = all_h[t], gates[:2, t], gates[2, t]
            self._candidate(h, rz, n, recurrent[t], W_hh)
            old, new = (n, h) if self.update_keeps else (h, n)
            np.subtract(new, old, out=all_h[t + 1])
            all_h[t + 1] *= rz[1]
            all_h[t + 1] += old

    def _candidate(self, h, rz, n, recurrent, W_hh):
        """In place: pre-activations become r, z (2, B, H) and n (B, H); recurrent is kept:
        h U_n + b_hn, or r ⊙ h."""
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

    def _sweep(self, dhs, cache, dh):
        sweep = super()._sweep if self.reset_after else self._sweep_reset_before
        return sweep(dhs, cache, dh)

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
        if self.update_keeps:
            return super()._local_slopes(cache)
        _, z, n = cache.gates
        slopes = np.empty((*n.shape[:2], 3, n.shape[2]), self.dtype)
        slopes[:, :, 1] = (n - cache.h[:-1]) * d_sigmoid(z)
        slopes[:, :, 2] = z * d_tanh(n)
        return 1 - z, slopes

    def _weight_gradients(self, cache, da, d_recurrent):
        if self.reset_after:
            return super()._weight_gradients(cache, da, d_recurrent)
        h_prev = cache.h[:-1]
        dW_rz = weight_gradient(h_prev, da[:, :, :2])
        dW_n = weight_gradient(cache.recurrent, da[:, :, 2:])
        return {
            "W_xh": weight_gradient(cache.x, da),
            "W_hh": np.concatenate([dW_rz, dW_n]),
            "b_h": da.sum(axis=(0, 1)),
        }


def with_update_sign(cell, update_keeps):
    """A new GRU with the same outputs under the other meaning of z: σ(-a) = 1 - σ(a).

    cell: a ``cells.GRU`` or ``GRUVariant``; update_keeps (bool): where the cell's own differs,
    W_xz, W_hz and b_z change sign.
    """
    twin = GRUVariant(
        cell.input_size, cell.hidden_size, rng=np.random.default_rng(0), dtype=cell.dtype,
        update_keeps=update_keeps, reset_after=cell.reset_after,
    )  # fmt: skip
    twin.params = {name: value.copy() for name, value in cell.params.items()}
    if update_keeps != cell.update_keeps:
        for name in ("W_xh", "W_hh", "b_h"):
            twin.params[name][1] *= -1
    return twin
