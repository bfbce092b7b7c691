"""Long short-term memory."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.cells.base import Cell
from lessons_lib.cells.gates import hold, side_by_side, weight_gradient
from lessons_lib.cells.init import chrono_bias, gate_params
from lessons_lib.functional import d_sigmoid, d_tanh, sigmoid


class LSTMCache(NamedTuple):
    """What ``backward`` needs.  gates (4, T, B, H) after their activations; c and h (T + 1, B, H)
    from the initial state on; tanh_c (T, B, H)."""

    x: np.ndarray
    gates: np.ndarray
    c: np.ndarray
    tanh_c: np.ndarray
    h: np.ndarray


class LSTM(Cell):
    """LSTM with forget gate (Hochreiter & Schmidhuber, 1997; Gers, Schmidhuber & Cummins, 2000).

        i, f, o = σ(x_t W_x* + h_{t-1} W_h* + b_*)      g = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
        c_t = f ⊙ c_{t-1} + i ⊙ g                       h_t = o ⊙ tanh(c_t)

    params: W_xh (4, D, H), W_hh (4, H, H), b_h (4, H), blocks in PyTorch's order i f g o.
    Weights start in U(-1/√H, 1/√H), biases at 0 but for:

    forget_bias   b_f (Gers et al., 2000: start by remembering)
    chrono        T_max: b_f = log U(1, T_max - 1), b_i = -b_f (Tallec & Ollivier, 2018);
                  takes the place of forget_bias

    Raises ValueError or TypeError for sizes, shapes or dtypes that do not fit.
    """

    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size, *, rng, forget_bias=0.0, chrono=None,
                 dtype=np.float64):  # fmt: skip
        super().__init__(input_size, hidden_size, dtype)
        self.params = gate_params(4, self.input_size, self.hidden_size, rng, self.dtype)
        b_i, b_f, _, _ = self.params["b_h"]
        b_f[:] = checks.floats("forget_bias", forget_bias, nan=False)
        if chrono is not None:
            b_f[:] = chrono_bias(self.hidden_size, chrono, rng, self.dtype)
            b_i[:] = -b_f

    def step(self, x_t, state, held=None):
        """x_t (B, D), state (h, c)  →  state (h, c), cache: dict of i, f, g, o, c, h (B, H).

        held: gates to hold, letter → value from 0 to 1, as {"f": 1.0}; see ``gates.hold``.
        """
        x_t, (h, c) = self._checked_step(x_t, state)
        W_xh, W_hh, b_h = (self.params[name] for name in ("W_xh", "W_hh", "b_h"))
        a_i, a_f, a_g, a_o = x_t @ W_xh + h @ W_hh + b_h[:, None]
        i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        i, f, o = hold(held, i=i, f=f, o=o)
        c = f * c + i * g
        h = o * np.tanh(c)
        return (h, c), {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        x, (h, c) = self._checked_sequence(x, state)
        (T, B, D), H = x.shape, self.hidden_size
        scale, W_xh, W_hh, b_h = self._scaled_params()
        # The inputs of all steps meet W_xh in one product; only h W_hh has to wait its turn.
        gates = np.matmul(x.reshape(T * B, D), W_xh).reshape(-1, T, B, H)
        gates += b_h[:, None]
        all_h, all_c = np.empty((2, T + 1, B, H), self.dtype)
        all_h[0], all_c[0] = h, c
        tanh_c = np.empty((T, B, H), self.dtype)
        self._loop(gates, all_h, all_c, tanh_c, W_hh, scale)
        state = all_h[T].copy(), all_c[T].copy()
        return all_h[1:], state, LSTMCache(x, gates, all_c, tanh_c, all_h)

    def _scaled_params(self):
        """σ(a) = ½ + ½ tanh(a/2): with the blocks of i, f, o halved, one tanh serves all gates."""
        W_xh, W_hh, b_h = (self.params[name] for name in ("W_xh", "W_hh", "b_h"))
        scale = np.full((len(b_h), 1, 1), 0.5, self.dtype)
        scale[-2] = 1  # g, the block before the last
        return scale, scale * W_xh, scale * W_hh, scale * b_h[:, None]

    def _loop(self, gates, all_h, all_c, tanh_c, W_hh, scale):
        """In place, ``step`` for every t; gates (4, T, B, H) arrive as the scaled x W_xh + b."""
        shift = 1 - scale
        for t in range(len(tanh_c)):
            a, c = gates[:, t], all_c[t + 1]
            a += all_h[t] @ W_hh
            np.tanh(a, out=a)
            a *= scale
            a += shift
            i, f, g, o = a
            np.multiply(f, all_c[t], out=c)
            c += i * g
            np.tanh(c, out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=all_h[t + 1])

    def backward(self, dhs, cache, dstate=None):
        """Backpropagation through time, all paths (Graves & Schmidhuber, 2005).

        dhs (T, B, H): ∂loss/∂hs from outside the recurrence; dstate: ∂loss/∂(final h, c) or None
        →  dx (T, B, D), dstate (dh_{-1}, dc_{-1}), grads (dict like params).
        """
        T, B, H = cache.tanh_c.shape
        dh, dc = self._checked_gradients(dhs, dstate, (T, B, H))
        W_hh_T = side_by_side(self.params["W_hh"])
        # Everything that needs no gradient is computed for all steps at once.
        da, dh_to_dc, dc_to_dc = self._local_slopes(cache)
        for t in reversed(range(T)):
            dh = dh + dhs[t]
            dc = dc + dh * dh_to_dc[t]
            da[t, :, :-1] *= dc[:, None]
            da[t, :, -1] *= dh
            dh = da[t].reshape(B, -1) @ W_hh_T
            dc = dc * dc_to_dc[t]
            self._flush(t, dh, dc)
        dx = da.reshape(T * B, -1) @ side_by_side(self.params["W_xh"])
        return dx.reshape(cache.x.shape), (dh, dc), self._weight_gradients(cache, da)

    def _local_slopes(self, cache):
        """∂a-slopes (T, B, 4, H), to be multiplied by dc (the last block: by dh), ∂h/∂c, ∂c/∂c."""
        (i, f, g, o), c_prev, tanh_c = cache.gates, cache.c[:-1], cache.tanh_c
        slopes = np.empty((*g.shape[:2], 4, g.shape[2]), self.dtype)
        slopes[:, :, 0] = g * d_sigmoid(i)
        slopes[:, :, 1] = c_prev * d_sigmoid(f)
        slopes[:, :, 2] = i * d_tanh(g)
        slopes[:, :, 3] = tanh_c * d_sigmoid(o)
        return slopes, o * d_tanh(tanh_c), f

    def _weight_gradients(self, cache, da):
        """da (T, B, G, H)  →  dict like params."""
        return {
            "W_xh": weight_gradient(cache.x, da),
            "W_hh": weight_gradient(cache.h[:-1], da),
            "b_h": da.sum(axis=(0, 1)),
        }
