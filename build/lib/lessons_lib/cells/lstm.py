"""Long short-term memory."""

from typing import NamedTuple

import numpy as np

from lessons_lib.cells.base import Cell
from lessons_lib.cells.init import chrono_bias, uniform
from lessons_lib.cells.inplace import finish_gates
from lessons_lib.functional import d_sigmoid, d_tanh, sigmoid


class LSTMCache(NamedTuple):
    """What ``backward`` needs.  gates (G, T, B, H) after their activations; c and h (T + 1, B, H)
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

    params: W_xh (G, D, H), W_hh (G, H, H), b_h (G, H), with G = 4 blocks in PyTorch's order
    i f g o.  Weights start in U(-1/√H, 1/√H), biases at 0 but for:

    forget_bias   b_f (Gers et al., 2000: start by remembering)
    chrono        T_max: b_f = log U(1, T_max - 1), b_i = -b_f (Tallec & Ollivier, 2018);
                  takes the place of forget_bias
    peepholes     adds w_c (3, H): i and f also see c_{t-1}, o sees c_t (Gers & Schmidhuber, 2000)
    coupled       i = 1 - f, so G = 3 blocks f g o and peepholes w_c (2, H) (Greff et al., 2017)

    Raises ValueError or TypeError for sizes, shapes or dtypes that do not fit.
    """

    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size, *, rng, forget_bias=0.0, chrono=None,
                 peepholes=False, coupled=False, dtype=np.float64):  # fmt: skip
        super().__init__(input_size, hidden_size, dtype)
        self.peepholes, self.coupled = peepholes, coupled
        D, H, G = self.input_size, self.hidden_size, 3 if coupled else 4
        self.params = {
            "W_xh": uniform(rng, (G, D, H), H, self.dtype),
            "W_hh": uniform(rng, (G, H, H), H, self.dtype),
            "b_h": np.zeros((G, H), self.dtype),
        }
        if peepholes:
            self.params["w_c"] = uniform(rng, (G - 1, H), H, self.dtype)
        self.params["b_h"][-3] = forget_bias
        if chrono is not None:
            self.params["b_h"][-3] = chrono_bias(H, chrono, rng, self.dtype)
            if not coupled:
                self.params["b_h"][0] = -self.params["b_h"][1]

    def step(self, x_t, state):
        """x_t (B, D), state (h, c)  →  state (h, c), cache: dict of i, f, g, o, c, h (B, H)."""
        x_t, (h, c) = self._checked_step(x_t, state)
        W_xh, W_hh, b_h = (self.params[name] for name in ("W_xh", "W_hh", "b_h"))
        a = x_t @ W_xh + h @ W_hh + b_h[:, None]
        a_f, a_g, a_o = a[-3:]
        if self.peepholes:
            a[:-2] += self.params["w_c"][:-1, None] * c
        f = sigmoid(a_f)
        i = 1 - f if self.coupled else sigmoid(a[0])
        g = np.tanh(a_g)
        c = f * c + i * g
        o = sigmoid(a_o + self.params["w_c"][-1] * c if self.peepholes else a_o)
        h = o * np.tanh(c)
        return (h, c), {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        x, (h, c) = self._checked_sequence(x, state)
        (T, B, D), H = x.shape, self.hidden_size
        scale, W_xh, W_hh, b_h, w_c = self._scaled_params()
        # The inputs of all steps meet W_xh in one product; only h W_hh has to wait its turn.
        gates = np.matmul(x.reshape(T * B, D), W_xh).reshape(-1, T, B, H)
        gates += b_h[:, None]
        all_h, all_c = np.empty((2, T + 1, B, H), self.dtype)
        tanh_c = np.empty((T, B, H), self.dtype)
        all_h[0], all_c[0] = h, c
        for t in range(T):
            a = gates[:, t]
            a += all_h[t] @ W_hh
            self._update_cell(a, all_c[t], all_c[t + 1], scale, w_c)
            self._squash(all_c[t + 1], tanh_c[t])
            np.multiply(a[-1], tanh_c[t], out=all_h[t + 1])
        state = all_h[T].copy(), all_c[T].copy()
        return all_h[1:], state, LSTMCache(x, gates, all_c, tanh_c, all_h)

    def _scaled_params(self):
        """σ(a) = ½ + ½ tanh(a/2): with the blocks of i, f, o halved, one tanh serves all gates."""
        scale = np.full((len(self.params["b_h"]), 1, 1), 0.5, self.dtype)
        scale[-2] = 1
        W_xh, W_hh, b_h = (self.params[name] for name in ("W_xh", "W_hh", "b_h"))
        w_c = 0.5 * self.params["w_c"][:, None] if self.peepholes else None
        return scale, scale * W_xh, scale * W_hh, scale * b_h[:, None], w_c

    def _update_cell(self, a, c_prev, c, scale, w_c):
        """In place: pre-activations a (G, B, H) become gates, c (B, H) becomes c_t."""
        if w_c is None:
            finish_gates(a, scale)
        else:
            a[:-2] += w_c[:-1] * c_prev
            finish_gates(a[:-1], scale[:-1])
        np.multiply(a[-3], c_prev, out=c)
        c += (1 - a[-3] if self.coupled else a[0]) * a[-2]
        if w_c is not None:
            a[-1] += w_c[-1] * c
            finish_gates(a[-1:], scale[-1:])

    def _squash(self, c, out):
        """In place: out (B, H) becomes tanh(c)."""
        np.tanh(c, out=out)

    def backward(self, dhs, cache, dstate=None):
        """Backpropagation through time, all paths (Graves & Schmidhuber, 2005).

        dhs (T, B, H): ∂loss/∂hs from outside the recurrence; dstate: ∂loss/∂(final h, c) or None
        →  dx (T, B, D), dstate (dh_{-1}, dc_{-1}), grads (dict like params).
        """
        (T, B, D), (G, _, H) = cache.x.shape, self.params["W_hh"].shape
        dh, dc = self._checked_gradients(dhs, dstate, (T, B, H))
        W_hh_T = self.params["W_hh"].transpose(0, 2, 1).reshape(G * H, H)
        # Everything that needs no gradient is computed for all steps at once.
        da, dh_to_dc, dc_to_dc = self._local_slopes(cache)
        for t in reversed(range(T)):
            dh = dh + dhs[t]
            dc = dc + dh * dh_to_dc[t]
            da[t, :, :-1] *= dc[:, None]
            da[t, :, -1] *= dh
            dh = da[t].reshape(B, G * H) @ W_hh_T
            dc = dc * dc_to_dc[t]
            self._flush(t, dh, dc)
        W_xh_T = self.params["W_xh"].transpose(0, 2, 1).reshape(G * H, D)
        dx = (da.reshape(T * B, G * H) @ W_xh_T).reshape(T, B, D)
        return dx, (dh, dc), self._weight_gradients(cache, da)

    def _local_slopes(self, cache):
        """∂a-slopes (T, B, G, H), to be multiplied by dc (the last block: by dh), ∂h/∂c, ∂c/∂c."""
        f, g, o = cache.gates[-3:]
        i = 1 - f if self.coupled else cache.gates[0]
        c_prev = cache.c[:-1]
        slopes = np.empty((*g.shape[:2], len(cache.gates), g.shape[2]), self.dtype)
        if self.coupled:
            slopes[:, :, 0] = (c_prev - g) * d_sigmoid(f)
        else:
            slopes[:, :, 0] = g * d_sigmoid(i)
            slopes[:, :, 1] = c_prev * d_sigmoid(f)
        slopes[:, :, -2] = i * d_tanh(g)
        slopes[:, :, -1] = cache.tanh_c * d_sigmoid(o)
        dh_to_dc, dc_to_dc = o * d_tanh(cache.tanh_c), f
        if self.peepholes:
            w_c = self.params["w_c"]
            dh_to_dc = dh_to_dc + slopes[:, :, -1] * w_c[-1]
            dc_to_dc = f + (slopes[:, :, :-2] * w_c[:-1]).sum(axis=2)
        return slopes, dh_to_dc, dc_to_dc

    def _weight_gradients(self, cache, da):
        """One product per weight for the whole sequence.  da (T, B, G, H)  →  dict like params."""
        (T, B, G, H), D = da.shape, cache.x.shape[2]
        flat = da.reshape(T * B, G * H)
        dW_xh = cache.x.reshape(T * B, D).T @ flat
        dW_hh = cache.h[:-1].reshape(T * B, H).T @ flat
        grads = {
            "W_xh": dW_xh.reshape(D, G, H).transpose(1, 0, 2),
            "W_hh": dW_hh.reshape(H, G, H).transpose(1, 0, 2),
            "b_h": flat.sum(axis=0).reshape(G, H),
        }
        if self.peepholes:
            old = (da[:, :, :-2] * cache.c[:-1, :, None]).sum(axis=(0, 1))
            new = (da[:, :, -1] * cache.c[1:]).sum(axis=(0, 1))
            grads["w_c"] = np.concatenate([old, new[None]])
        return grads
