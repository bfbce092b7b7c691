"""The LSTM with parts taken out: which of them matter?"""

import numpy as np

from lessons_lib.cells.lstm import LSTM
from lessons_models.lstm_variants import FORGET_BIAS, EditedLSTM, finish_gates


class AblatedLSTM(EditedLSTM):
    """An LSTM without some of its parts, after the variants of Greff et al. (2017).

        i, f, o = σ(x_t W_x* + h_{t-1} W_h* + b_*)      g = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
        c_t = f ⊙ c_{t-1} + i ⊙ g                       h_t = o ⊙ tanh(c_t)

    input_gate=False      i ≡ 1
    forget_gate=False     f ≡ 1: the cell of Hochreiter & Schmidhuber (1997)
    output_gate=False     o ≡ 1
    candidate_tanh=False  g = x_t W_xg + h_{t-1} W_hg + b_g
    output_tanh=False     h_t = o ⊙ c_t, so that h is no longer bounded

    Every part is there unless it is named.  A missing gate keeps its block in ``params``, with a
    gradient of zero, so that all variants of one seed start with the same weights; forget_bias
    and input_bias fill b_f and b_i.  With nothing removed it equals LSTM.
    Coupled gates and peepholes are in ``lstm_variants``.  Greff et al. also tested gates that see
    each other's last values ("full gate recurrence"); it is left out.  Their baseline has
    peepholes, this one has none.
    """

    def __init__(self, input_size, hidden_size, *, rng, forget_bias=FORGET_BIAS, input_bias=0.0,
                 input_gate=True, forget_gate=True, output_gate=True, candidate_tanh=True,
                 output_tanh=True, dtype=np.float64):  # fmt: skip
        super().__init__(input_size, hidden_size, rng=rng, forget_bias=forget_bias, dtype=dtype)
        self.params["b_h"][0] = input_bias
        gates = (input_gate, forget_gate, True, output_gate)
        self.missing = [block for block, present in enumerate(gates) if not present]
        self.candidate_tanh, self.output_tanh = candidate_tanh, output_tanh

    @property
    def parameters_used(self):
        """How many numbers it learns: those of a missing gate do not count."""
        blocks = len(self.params["b_h"]) - len(self.missing)
        return blocks * self.hidden_size * (self.input_size + self.hidden_size + 1)

    def step(self, x_t, state):
        """As in LSTM: a gate that is missing is a gate held at 1."""
        if self.candidate_tanh and self.output_tanh:
            return LSTM.step(self, x_t, state, {"ifgo"[block]: 1.0 for block in self.missing})
        return super().step(x_t, state)

    def _gates(self, a, c_prev, scale):
        """The missing gates are open, the candidate as asked for."""
        candidate = a[2].copy()
        finish_gates(a, scale)
        a[self.missing] = 1
        if not self.candidate_tanh:
            a[2] = candidate
        return a[:3]

    def _read_out(self, a, c, tanh_c, scale):
        tanh_c[...] = np.tanh(c) if self.output_tanh else c

    def _local_slopes(self, cache):
        """As in LSTM: a gate at 1 has slope 1 (1 - 1) = 0 by itself; a missing tanh has slope 1."""
        slopes, dh_to_dc, dc_to_dc = super()._local_slopes(cache)
        if not self.candidate_tanh:
            slopes[:, :, 2] = cache.gates[0]
        if not self.output_tanh:
            dh_to_dc = cache.gates[3]
        return slopes, dh_to_dc, dc_to_dc
