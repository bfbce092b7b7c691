"""The LSTM with other connections: peepholes, coupled gates.  Read ``cells.LSTM`` first."""

import numpy as np

from lessons_lib import checks
from lessons_lib.cells.base import Cell
from lessons_lib.cells.init import chrono_bias, gate_params, uniform
from lessons_lib.cells.lstm import LSTM
from lessons_lib.functional import d_sigmoid, d_tanh

FORGET_BIAS = LSTM.__init__.__kwdefaults__["forget_bias"]  # one default for all of them


def finish_gates(a, scale):
    """In place: scaled pre-activations become σ (scale ½) or tanh (scale 1)."""
    np.tanh(a, out=a)
    a *= scale
    a += 1 - scale


class EditedLSTM(LSTM):
    """An LSTM in whose loop the gates and the read-out can be edited: two methods to give.

    _gates(a, c_prev, scale)          a (G, B, H) becomes the gates, in place  →  i, f, g
    _read_out(a, c, tanh_c, scale)    fills tanh_c, which the output gate a[-1] multiplies
    """

    def step(self, x_t, state):
        """One turn of the loop.  x_t (B, D), state (h, c)  →  state (h, c), cache as in LSTM."""
        x_t, state = self._checked_step(x_t, state)
        _, (h, c), cache = self.forward(x_t[None], state)
        *i, f, g, o = cache.gates[:, 0]
        i = i[0] if i else 1 - f
        return (h, c), {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    def _loop(self, gates, all_h, all_c, tanh_c, W_hh, scale):
        for t in range(len(tanh_c)):
            a, c = gates[:, t], all_c[t + 1]
            a += all_h[t] @ W_hh
            i, f, g = self._gates(a, all_c[t], scale)
            np.multiply(f, all_c[t], out=c)
            c += i * g
            self._read_out(a, c, tanh_c[t], scale)
            np.multiply(a[-1], tanh_c[t], out=all_h[t + 1])


class LSTMVariant(EditedLSTM):
    """LSTM whose gates see the cell state, or share one gate.

        a_* = x_t W_x* + h_{t-1} W_h* + b_*             g = tanh(a_g)
        i = σ(a_i + w_i ⊙ c_{t-1})                      f = σ(a_f + w_f ⊙ c_{t-1})
        c_t = f ⊙ c_{t-1} + i ⊙ g                       o = σ(a_o + w_o ⊙ c_t)
        h_t = o ⊙ tanh(c_t)

    peepholes     the terms with w, in the params w_c (3, H): i f o (Gers & Schmidhuber, 2000)
    coupled       i = 1 - f, so G = 3 blocks f g o and w_c (2, H) (Greff et al., 2017)

    Without the two it equals ``cells.LSTM``, whose other arguments it has too; the ``i`` of a
    coupled cell has no b_i for ``chrono`` to fill.
    """

    def __init__(self, input_size, hidden_size, *, rng, forget_bias=FORGET_BIAS, chrono=None,
                 peepholes=False, coupled=False, dtype=np.float64):  # fmt: skip
        Cell.__init__(self, input_size, hidden_size, dtype)
        self.peepholes, self.coupled = peepholes, coupled
        H, G = self.hidden_size, 3 if coupled else 4
        self.params = gate_params(G, self.input_size, H, rng, self.dtype)
        if peepholes:
            self.params["w_c"] = uniform(rng, (G - 1, H), H, self.dtype)
        b_h = self.params["b_h"]
        b_h[-3] = checks.floats("forget_bias", forget_bias, nan=False)
        if chrono is not None:
            b_h[-3] = chrono_bias(H, chrono, rng, self.dtype)
            if not coupled:
                b_h[0] = -b_h[1]

    def _gates(self, a, c_prev, scale):
        if self.peepholes:
            a[:-2] += 0.5 * self.params["w_c"][:-1, None] * c_prev
        finish_gates(a[:-1], scale[:-1])
        *i, f, g = a[:-1]
        return 1 - f if self.coupled else i[0], f, g

    def _read_out(self, a, c, tanh_c, scale):
        if self.peepholes:
            a[-1] += 0.5 * self.params["w_c"][-1] * c
        finish_gates(a[-1:], scale[-1:])
        np.tanh(c, out=tanh_c)

    def _local_slopes(self, cache):
        """As in LSTM, and what the edits add: (c_{t-1} - g) for f, and the ways through w_c."""
        if self.coupled:
            slopes, dh_to_dc, dc_to_dc = self._coupled_slopes(cache)
        else:
            slopes, dh_to_dc, dc_to_dc = super()._local_slopes(cache)
        if self.peepholes:
            w_c = self.params["w_c"]
            dh_to_dc = dh_to_dc + slopes[:, :, -1] * w_c[-1]
            dc_to_dc = dc_to_dc + (slopes[:, :, :-2] * w_c[:-1]).sum(axis=2)
        return slopes, dh_to_dc, dc_to_dc

    def _coupled_slopes(self, cache):
        (f, g, o), c_prev, tanh_c = cache.gates, cache.c[:-1], cache.tanh_c
        slopes = np.empty((*g.shape[:2], 3, g.shape[2]), self.dtype)
        slopes[:, :, 0] = (c_prev - g) * d_sigmoid(f)
        slopes[:, :, 1] = (1 - f) * d_tanh(g)
        slopes[:, :, 2] = tanh_c * d_sigmoid(o)
        return slopes, o * d_tanh(tanh_c), f

    def _weight_gradients(self, cache, da):
        """da (T, B, G, H)  →  dict like params."""
        grads = super()._weight_gradients(cache, da)
        if self.peepholes:
            old = (da[:, :, :-2] * cache.c[:-1, :, None]).sum(axis=(0, 1))
            new = (da[:, :, -1] * cache.c[1:]).sum(axis=(0, 1))
            grads["w_c"] = np.concatenate([old, new[None]])
        return grads
