"""What every task asks of its arguments."""

import numpy as np


def check_sizes(rng, **sizes):
    """Raise unless ``rng`` is a Generator and each ``name=(value, least)`` a whole number ≥ least.

    Raises TypeError for the generator, ValueError for a size.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a NumPy Generator, got {type(rng).__name__}: "
            "use rng=np.random.default_rng(0)"
        )
    for name, (value, least) in sizes.items():
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
