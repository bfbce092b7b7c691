"""How much memory a forward pass keeps for the backward pass.  NumPy only."""

import numpy as np


def cache_bytes(*caches):
    """Bytes of all arrays in nested tuples, lists, dicts and dataclasses, each array once.

    Views count as the array that owns the memory: it cannot be freed while they live.
    Raises TypeError where there is no array at all: a forgotten cache would weigh nothing.
    """
    owners = {}
    for array in _arrays(caches):
        while array.base is not None and isinstance(array.base, np.ndarray):
            array = array.base
        owners[id(array)] = array.nbytes
    if not owners:
        raise TypeError(f"cache_bytes: no NumPy array in {[type(c).__name__ for c in caches]}")
    return sum(owners.values())


def _arrays(item):
    if isinstance(item, np.ndarray):
        yield item
    elif isinstance(item, dict):
        yield from _arrays(list(item.values()))
    elif isinstance(item, tuple | list):
        for part in item:
            yield from _arrays(part)
    elif hasattr(item, "__dataclass_fields__"):
        yield from _arrays([getattr(item, name) for name in item.__dataclass_fields__])
