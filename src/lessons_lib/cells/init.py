"""Initial values of weights and biases."""

from numbers import Real

import numpy as np

from lessons_lib import checks


def uniform(rng, shape, hidden_size, dtype):
    """U(-1/√H, 1/√H), the range that ``torch.nn`` uses for its recurrent layers."""
    checks.sizes(rng)
    bound = 1 / np.sqrt(hidden_size)
    return rng.uniform(-bound, bound, shape).astype(dtype)


def gate_params(gates, input_size, hidden_size, rng, dtype):
    """W_xh (G, D, H), W_hh (G, H, H) and zeros b_h (G, H): one block for each of the G gates."""
    D, H = input_size, hidden_size
    return {
        "W_xh": uniform(rng, (gates, D, H), H, dtype),
        "W_hh": uniform(rng, (gates, H, H), H, dtype),
        "b_h": np.zeros((gates, H), dtype),
    }


def orthogonal(size, rng, dtype=np.float64):
    """A random orthogonal matrix (size, size): all singular values are 1 (Saxe et al., 2014).

    The signs of R's diagonal are folded in, so that the draw is uniform over the group.
    """
    checks.sizes(rng, size=(size, 1))
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return (q * np.sign(np.diag(r))).astype(checks.dtype(dtype))


def chrono_bias(hidden_size, longest, rng, dtype=np.float64):
    """Keep-gate biases log U(1, T_max - 1), shape (H,)  (Tallec & Ollivier, 2018).

    A gate σ(b) forgets at rate 1 - σ(b), so it remembers for about 1 + e^b steps: the units
    share out the time scales from 2 to ``longest`` = T_max.  Raises ValueError below 3.
    """
    checks.sizes(rng, hidden_size=(hidden_size, 1))
    if not (isinstance(longest, Real) and 3 <= longest < np.inf):
        raise ValueError(
            f"chrono={longest!r}: give the longest gap in steps, at least 3 "
            "(the biases are log of a number between 1 and T_max - 1)"
        )
    return np.log(rng.uniform(1, longest - 1, hidden_size)).astype(checks.dtype(dtype))
