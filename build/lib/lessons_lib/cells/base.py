"""What every cell shares: the checks of its inputs, the zero state and the Jacobian."""

import numpy as np


class Cell:
    """Common part of the cells.  A cell adds ``params``, ``step``, ``forward``, ``backward``."""

    state_names = ("h",)

    def __init__(self, input_size, hidden_size, dtype):
        for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
            if not isinstance(size, (int, np.integer)) or size < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {size!r}")
        self.input_size, self.hidden_size = int(input_size), int(hidden_size)
        self.dtype = np.dtype(dtype)
        if not np.issubdtype(self.dtype, np.floating):
            raise TypeError(f"dtype must be a floating type such as np.float64, got {self.dtype}")
        self.params = {}

    def __repr__(self):
        return (
            f"{type(self).__name__}(input_size={self.input_size}, hidden_size={self.hidden_size})"
        )

    def init_state(self, batch_size):
        """Zeros, one (B, H) array for each part of the state."""
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
        x_t = self._checked_array(x_t, "x_t", "(B, D)", 2)
        self._check_features(x_t, "x_t")
        return x_t, self._checked_state(state, x_t.shape[0], "state")

    def _checked_sequence(self, x, state):
        x = self._checked_array(x, "x", "(T, B, D)", 3)
        self._check_features(x, "x")
        if x.shape[0] == 0 or x.shape[1] == 0:
            raise ValueError(
                f"x {x.shape}: an empty sequence or batch has no states; give T, B ≥ 1"
            )
        if state is None:
            return x, self.init_state(x.shape[1])
        return x, self._checked_state(state, x.shape[1], "state")

    def _checked_array(self, array, name, form, rank):
        if not isinstance(array, np.ndarray) or not np.issubdtype(array.dtype, np.floating):
            kind = getattr(array, "dtype", type(array).__name__)
            raise TypeError(
                f"{name} must be a floating NumPy array {form}, got {kind}: "
                f"try np.asarray({name}, dtype=np.{self.dtype})"
            )
        if array.dtype != self.dtype:
            raise TypeError(
                f"{name} is {array.dtype}, but the cell computes in {self.dtype}: "
                f"use {name}.astype(np.{self.dtype}), or build the cell with dtype=np.{array.dtype}"
            )
        if array.ndim != rank:
            raise ValueError(
                f"{name} must have the {rank} axes {form}, got shape {array.shape}"
                + ("; keep the batch axis even when B = 1" if array.ndim == rank - 1 else "")
            )
        return array

    def _check_features(self, array, name):
        if array.shape[-1] != self.input_size:
            raise ValueError(
                f"{name} {array.shape} has {array.shape[-1]} features on its last axis, "
                f"but the cell was built with input_size={self.input_size}"
            )
        for key, value in self.params.items():
            # One sum is the cheapest test that meets every entry: NaN and inf survive it.
            if not np.isfinite(value.sum()):
                raise ValueError(
                    f"parameter {key} holds NaN or infinite values: the training diverged or a "
                    "weight was overwritten; build the cell again, or lower the learning rate"
                )

    def _checked_state(self, state, batch_size, name):
        expected = (batch_size, self.hidden_size)
        form = "(" + ", ".join(self.state_names) + ",)" * (len(self.state_names) == 1)
        form += ")" * (len(self.state_names) > 1)
        if not isinstance(state, tuple) or len(state) != len(self.state_names):
            got = f"a tuple of {len(state)}" if isinstance(state, tuple) else type(state).__name__
            raise TypeError(f"{name} must be the tuple {form} of {expected} arrays, got {got}")
        for part, label in zip(state, self.state_names, strict=True):
            self._checked_array(part, f"{name} {label}", "(B, H)", 2)
            if part.shape != expected:
                raise ValueError(f"{name} {label} has shape {part.shape}, expected {expected}")
        return state

    def _checked_gradients(self, dhs, dstate, shape):
        """dhs must look like hs; a missing dstate is zero."""
        self._checked_array(dhs, "dhs", "(T, B, H)", 3)
        if dhs.shape != shape:
            raise ValueError(f"dhs has shape {dhs.shape}, but forward returned hs {shape}")
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
