"""Recurrent cells in NumPy, forward and backward.

Time comes first: x is (T, B, D), hs is (T, B, H).  The state is a tuple, ``(h,)`` or ``(h, c)``,
passed in and returned, never stored.  Vectors are rows: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h).

    cell = cells.LSTM(input_size=3, hidden_size=8, rng=np.random.default_rng(0))
    hs, state, cache = cell.forward(x)
    dx, dstate, grads = cell.backward(dhs, cache)
    state, gates = cell.step(x_t, state, held={"f": 1.0})    one step, a gate held (LSTM, GRU)

``hs`` shares its memory with the cache: to change it (a mask on padding, say), make a new array.
"""

from lessons_lib.cells.gru import GRU
from lessons_lib.cells.init import chrono_bias, orthogonal
from lessons_lib.cells.lstm import LSTM
from lessons_lib.cells.rnn import RNN

__all__ = ["GRU", "LSTM", "RNN", "chrono_bias", "orthogonal"]
