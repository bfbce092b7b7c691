"""The first oracle: derivatives by central differences.  NumPy only.

A check is only as good as its inputs: float64, more than two steps, weights of order one,
and *every* array, states included.  With tiny weights all gradients are tiny and any
formula passes.
"""

import inspect
import textwrap

import numpy as np


def _nudged(f, array, eps):
    """Yields index, f above, f below, for every entry; the array is restored even if f fails."""
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"finite differences need a float64 NumPy array, got {kind}")
    for index in np.ndindex(array.shape):
        old = array[index]
        try:
            array[index] = old + eps
            above = np.array(f(), dtype=np.float64)
            array[index] = old - eps
            below = np.array(f(), dtype=np.float64)
        finally:
            array[index] = old
        yield index, above, below


def numerical_gradient(f, array, eps=1e-6):
    """Central differences of the scalar ``f()`` with respect to ``array``, entry by entry.

    f: function of no arguments that reads ``array``; array: float64, changed in place and
    restored even if ``f`` fails  →  gradient, shaped like ``array``.
    Raises TypeError unless the array is float64 (in float32 the difference is noise).
    """
    gradient = np.zeros(np.shape(array))
    for index, above, below in _nudged(f, array, eps):
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def numerical_jacobian(f, array, eps=1e-6):
    """Central-difference Jacobian of ``f()`` (any shape) with respect to ``array``.

    →  (output size, array size), both flattened in C order: entry [p, q] = ∂f_p / ∂array_q.
    Raises TypeError unless the array is float64.
    """
    columns = [(a - b).ravel() / (2 * eps) for _, a, b in _nudged(f, array, eps)]
    return np.stack(columns, axis=1)


def relative_error(a, b):
    """‖a - b‖ / max(‖a‖, ‖b‖) over whole arrays; 0 where both are zero.

    An entry that is not finite makes it infinite: NaN would slip through ``max(errors) < 1e-7``.
    Raises ValueError where the shapes differ.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"relative_error: shapes {a.shape} and {b.shape} must match")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def check_gradients(f, arrays, gradients, eps=1e-6):
    """Compare analytic ``gradients`` with central differences, array by array.

    f: function of no arguments → scalar; arrays, gradients: dicts with equal keys
    →  dict name → relative error.  Raises KeyError where a gradient is missing or has no array:
    a check that skips an array would pass.
    """
    if arrays.keys() != gradients.keys():
        odd = sorted(arrays.keys() ^ gradients.keys())
        raise KeyError(f"check_gradients: arrays and gradients must have the same names; see {odd}")
    return {
        name: relative_error(gradients[name], numerical_gradient(f, array, eps))
        for name, array in arrays.items()
    }


def edited(function, changes):
    """``function`` with pieces of its source exchanged: a wrong version, to test a check with.

    changes: dict right → wrong; each right piece must occur exactly once  →  the new function.
    Raises ValueError for a piece that does not: an edit that changes nothing would be no edit.
    """
    source = textwrap.dedent(inspect.getsource(function))
    for right, wrong in changes.items():
        if source.count(right) != 1:
            raise ValueError(
                f"edited: {right!r} occurs {source.count(right)} times in "
                f"{function.__name__}; give a piece that occurs once"
            )
        source = source.replace(right, wrong)
    scope = dict(function.__globals__)
    exec(compile(source, f"<edited {function.__name__}>", "exec"), scope)
    return scope[function.__name__]
