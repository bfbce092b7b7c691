"""Measured values: their entries by name, their short text, the effect between two."""

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import numpy as np


def number(x, spread=None, places=None):
    """Short text of a measured value: three digits, ``0.970``; with a spread ``0.97 ± 0.02``."""
    if isinstance(x, str | bool | np.bool_):
        return str(x)
    if spread is not None:
        return f"{number(x, places=spread)} ± {typed(spread)}"
    if places is not None:  # as many decimals as the spread has
        return f"{x:.{max(0, -Decimal(typed(places)).as_tuple().exponent)}f}"
    if isinstance(x, int | np.integer):
        return str(x)
    size = float(f"{abs(x):.2e}")
    if size and np.isfinite(size) and not 1e-3 <= size < 1e5:
        return power(f"{x:.2e}")
    return f"{x:.1f}" if 100 <= size < np.inf else f"{x:#.3g}"


def typed(x):
    """Short text of a bound as somebody typed it: ``1e-7``, ``0.5``, ``40``."""
    return str(x) if isinstance(x, str) else power(f"{x:.6g}")


def power(text):
    mantissa, e, exponent = text.partition("e")
    return mantissa + e + str(int(exponent)) if e else text


def _array(value):
    array = np.asarray(value.detach() if hasattr(value, "detach") else value)
    if array.dtype.kind not in "biufU":
        raise TypeError(f"claim: claim numbers, words or booleans, not {value!r:.40}")
    return array.astype({"f": float, "u": int, "i": int}.get(array.dtype.kind, array.dtype))


def entries(value):
    """Every entry of a number, a word, an array, or a dict of them, in one row."""
    if isinstance(value, Mapping):
        return np.concatenate([entries(part) for part in value.values()] or [np.empty(0)])
    return _array(value).reshape(-1)


def aligned(value, equal):
    """The entries of ``equal``, in the order of ``value``'s; a single one stands for all."""
    if isinstance(value, Mapping) and isinstance(equal, Mapping) and value.keys() == equal.keys():
        return np.concatenate([aligned(value[name], equal[name]) for name in value])
    sizes = [
        np.shape(_array(x)) if not isinstance(x, Mapping) else tuple(x) for x in (value, equal)
    ]
    if sizes[0] != sizes[1] and sizes[1] != ():
        raise ValueError(f"claim: {sizes[0]} is claimed equal to {sizes[1]}: the shapes must match")
    return entries(equal)


def place(value, n):
    """The name of entry ``n``: ``W_hh[2, 1]``; nothing for a single number."""
    if not isinstance(value, Mapping):
        shape = _array(value).shape
        return str([int(i) for i in np.unravel_index(n, shape)]) if shape else ""
    for name, part in value.items():
        if n < entries(part).size:
            return f"{name}{place(part, n)}"
        n -= entries(part).size


def effect(a, b, of="mean"):
    """The effect of ``a`` over ``b`` and its 95 % interval  →  effect, low, high.

    "mean" and "ratio": Student's t; "median": order statistics, from 6 pairs on.
    Raises ValueError for samples that are no pairs, or too few.
    """
    a, b = entries(a).astype(float), entries(b).astype(float)
    few = {"mean": 3, "ratio": 3, "median": 6}[of]
    if a.shape != b.shape or len(a) < few:
        raise ValueError(f"effect: {len(a)} and {len(b)} values; give pairs, {few} or more of them")
    if of == "ratio" and min(a.min(), b.min()) <= 0:
        raise ValueError("effect: a ratio needs values above 0")
    found = np.log(a) - np.log(b) if of == "ratio" else np.sort(a - b)
    if of == "median":
        tails = np.cumsum([math.comb(len(a), k) for k in range(len(a))]) / 2 ** len(a)
        outer = int((tails <= 0.025).sum()) - 1  # so many differences are cut from either end
        return np.median(found), found[outer], found[-1 - outer]
    half = _student(len(a) - 1) * found.std(ddof=1) / math.sqrt(len(a))
    ends = found.mean() + half * np.array([0, -1, 1])
    return tuple(np.exp(ends) if of == "ratio" else ends)


@cache
def _student(n):
    """97.5 % quantile of Student's t: the angle atan(t / √n) has the density cos^(n - 1)."""
    angle = (np.arange(200_000) + 0.5) / 200_000 * np.pi / 2
    share = np.cumsum(np.cos(angle) ** (n - 1))
    return math.sqrt(n) * np.tan(angle[np.searchsorted(share / share[-1], 0.95)])
