"""What every cell shares: the checks of its inputs, the zero state and the Jacobian."""

import numpy as np

from lessons_lib import checks


class Cell(checks.HasParams):
    """Common part of the cells.  A cell adds ``params``, ``step``, ``forward``, ``backward``."""

    state_names = ("h",)

    def __init__(self, input_size, hidden_size, dtype):
        checks.whole(input_size=(input_size, 1), hidden_size=(hidden_size, 1))
        self.input_size, self.hidden_size = int(input_size), int(hidden_size)
        self.dtype = checks.dtype(dtype)
        self.params = {}

    def __repr__(self):
        sizes = f"input_size={self.input_size}, hidden_size={self.hidden_size}"
        return f"{type(self).__name__}({sizes})"

    def init_state(self, batch_size):
        """Zeros, one (B, H) array for each part of the state."""
        checks.whole(batch_size=(batch_size, 1))
        shape = (batch_size, self.hidden_size)
        return tuple(np.zeros(shape, self.dtype) for _ in self.state_names)

    def jacobian(self, x_t, state):
        """Jacobian of one step with respect to the whole state, for each sequence of the batch.

        x_t (B, D), state of (B, H) arrays  →  (B, S, S); S = H times the parts of the state (h
        first, then c or older states).
        Row convention: entry [b, p, q] = ∂ s_t[q] / ∂ s_{t-1}[p], so products over time read
        from left to right.  Each column is one backward pass from one entry of the new state.
        """
        x_t, state = self._checked_step(x_t, state)
        B, S = x_t.shape[0], len(state) * self.hidden_size
        x = np.repeat(x_t, S, axis=0)[None]
        repeated = tuple(np.repeat(part, S, axis=0) for part in state)
        hs, _, cache = self.forward(x, repeated)
        seeds = np.tile(np.eye(S, dtype=self.dtype), (B, 1))
        dstate = tuple(np.split(seeds, len(state), axis=1))
        _, dprev, _ = self.backward(np.zeros_like(hs), cache, dstate)
        return np.concatenate(dprev, axis=1).reshape(B, S, S).transpose(0, 2, 1)

    def _checked_step(self, x_t, state):
        checks.array("x_t", x_t, "B", self.input_size, like=self.dtype)
        self.params.check(self.dtype)
        return x_t, self._checked_state(state, len(x_t), "state")

    def _checked_sequence(self, x, state):
        checks.array("x", x, "T", "B", self.input_size, like=self.dtype)
        self.params.check(self.dtype)
        if state is None:
            return x, self.init_state(x.shape[1])
        return x, self._checked_state(state, x.shape[1], "state")

    def _checked_state(self, state, batch_size, name):
        expected = (batch_size, self.hidden_size)
        if not isinstance(state, tuple) or len(state) != len(self.state_names):
            form = str(self.state_names).replace("'", "")
            got = f"a tuple of {len(state)}" if isinstance(state, tuple) else type(state).__name__
            raise TypeError(f"{name} must be the tuple {form} of {expected} arrays, got {got}")
        for part, label in zip(state, self.state_names, strict=True):
            checks.array(f"{name} {label}", part, *expected, like=self.dtype)
        return state

    def _checked_gradients(self, dhs, dstate, shape):
        """dhs must look like hs; a missing dstate is zero."""
        checks.array("dhs", dhs, *shape, like=self.dtype)
        if dstate is None:
            return self.init_state(shape[1])
        return self._checked_state(dstate, shape[1], "dstate")

    def _flush(self, t, *gradients):
        """Every eighth step, set vanished gradients to 0: denormal numbers are 100 × slower.

        Only magnitudes below 10¹⁰ times the smallest normal number are touched (1e-28 in
        float32, 1e-298 in float64), far under the rounding error of any sum they enter.
        """
        if t % 8 == 0:
            limit = 1e10 * np.finfo(self.dtype).tiny
            for gradient in gradients:
                gradient[np.abs(gradient) < limit] = 0
