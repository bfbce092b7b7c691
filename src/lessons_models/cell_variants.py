"""Three changes to the plain cell that are older than gates: the partial cures of chapter 2."""

from typing import NamedTuple

import numpy as np

from lessons_lib.cells.init import uniform
from lessons_lib.cells.rnn import RNN


class VariantCache(NamedTuple):
    """x (T, B, D); h (T + k, B, H), the k states before step 0 first; f (T, B, H)."""

    x: np.ndarray
    h: np.ndarray
    f: np.ndarray


class LeakyRNN(RNN):
    """Leaky units: each keeps a fixed share of its old value.

        h_t = (1 - a) h_{t-1} + a tanh(x_t W_xh + h_{t-1} W_hh + b_h)

    leak: a, a number in (0, 1] or one for each unit (H,); a = 1 is the plain RNN.  Without
    W_hh a unit forgets over about 1 / a steps.  Raises ValueError for a leak outside (0, 1].
    """

    skip = 1

    def __init__(self, input_size, hidden_size, *, rng, leak, dtype=np.float64):
        super().__init__(input_size, hidden_size, rng=rng, dtype=dtype)
        self.leak = np.broadcast_to(np.asarray(leak, self.dtype), (self.hidden_size,))
        if not (np.all(self.leak > 0) and np.all(self.leak <= 1)):
            raise ValueError(f"LeakyRNN: leak must lie in (0, 1], got {leak!r}")

    def _recurrent(self, past):
        """What the k states ``past`` (newest last) add to the pre-activation."""
        return past[-1] @ self.params["W_hh"]

    def _f(self, a):
        return np.tanh(a)

    def _slope(self, f):
        return 1 - f**2

    def step(self, x_t, state):
        """x_t (B, D), state, newest part first  →  new state, cache: dict of a and h."""
        x_t, state = self._checked_step(x_t, state)
        a = x_t @ self.params["W_xh"] + self._recurrent(state[::-1]) + self.params["b_h"]
        h = (1 - self.leak) * state[0] + self.leak * self._f(a)
        return (h, *state[:-1]), {"a": a, "h": h}

    def forward(self, x, state=None):
        """x (T, B, D), state before step 0  →  hs (T, B, H), state after step T-1, cache."""
        (x, state), k = self._checked_sequence(x, state), self.skip
        h = np.empty((len(x) + k, x.shape[1], self.hidden_size), self.dtype)
        h[:k] = state[::-1]
        f = x @ self.params["W_xh"] + self.params["b_h"]
        for t in range(len(x)):
            f[t] = self._f(f[t] + self._recurrent(h[t : t + k]))
            h[t + k] = (1 - self.leak) * h[t + k - 1] + self.leak * f[t]
        return h[k:], tuple(part.copy() for part in h[: -k - 1 : -1]), VariantCache(x, h, f)

    def backward(self, dhs, cache, dstate=None):
        """dhs (T, B, H), dstate like the state or None  →  dx (T, B, D), dstate, grads."""
        (x, h, f), k, T = cache, self.skip, len(dhs)
        dstate, dh = self._checked_gradients(dhs, dstate, f.shape), np.zeros_like(h)
        dh[k:] = dhs
        dh[-k:] += dstate[::-1]
        da = self.leak * self._slope(f)
        weights = {"W_kh": 0, "W_hh": k - 1} if k > 1 else {"W_hh": 0}  # the state each reads
        turned = {name: np.ascontiguousarray(self.params[name].T) for name in weights}
        for t in reversed(range(T)):
            da[t] *= dh[t + k]
            dh[t + k - 1] += (1 - self.leak) * dh[t + k]
            for name, place in weights.items():
                dh[t + place] += da[t] @ turned[name]
            self._flush(t, dh[t + k - 1])
        flat = da.reshape(-1, self.hidden_size)
        read = {"W_xh": x, **{name: h[place : place + T] for name, place in weights.items()}}
        grads = {name: r.reshape(len(flat), -1).T @ flat for name, r in read.items()}
        grads["b_h"] = flat.sum(axis=0)
        return da @ self.params["W_xh"].T, tuple(dh[:k][::-1]), grads


class ReLURNN(LeakyRNN):
    """h_t = max(0, x_t W_xh + h_{t-1} W_hh + b_h), with W_hh starting as the identity, b_h at 0.

    The IRNN of Le, Jaitly and Hinton (2015); scale: the input weights start in N(0, scale²).
    """

    def __init__(self, input_size, hidden_size, *, rng, scale=0.001, dtype=np.float64):
        super().__init__(input_size, hidden_size, rng=rng, leak=1, dtype=dtype)
        self.params["W_hh"] = np.eye(self.hidden_size, dtype=self.dtype)
        drawn = scale * rng.standard_normal((input_size, hidden_size))
        self.params["W_xh"] = drawn.astype(self.dtype)

    def _f(self, a):
        return np.maximum(a, 0)

    def _slope(self, f):
        return (f > 0).astype(f.dtype)


class SkipRNN(LeakyRNN):
    """h_t = tanh(x_t W_xh + h_{t-1} W_hh + h_{t-k} W_kh + b_h): a second path that skips k steps.

    The state is the last k states, newest first.  Raises ValueError for a skip below 2.
    """

    def __init__(self, input_size, hidden_size, *, rng, skip, dtype=np.float64):
        if not isinstance(skip, int) or skip < 2:
            raise ValueError(f"SkipRNN: skip must be a whole number of at least 2, got {skip!r}")
        super().__init__(input_size, hidden_size, rng=rng, leak=1, dtype=dtype)
        self.skip, H = skip, self.hidden_size
        self.state_names = tuple(f"h_{lag}" for lag in range(1, skip + 1))
        self.params["W_kh"] = uniform(rng, (H, H), H, self.dtype)

    def _recurrent(self, past):
        return past[-1] @ self.params["W_hh"] + past[0] @ self.params["W_kh"]
