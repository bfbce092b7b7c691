"""The first oracle: derivatives by central differences.  NumPy only.

A check is only as good as its inputs: float64, more than two steps, weights of order one,
and *every* array, states included.  With tiny weights all gradients are tiny and any
formula passes.
"""

import inspect
import textwrap

import numpy as np

from lessons_lib import checks


def _slopes(f, array, eps):
    """Yields index, difference quotient of f, for every entry; restores the array if f fails."""
    checks.array("array", array, ..., like=np.dtype(np.float64))
    checks.positive(eps=eps)
    for index in np.ndindex(array.shape):
        old = array[index]
        try:
            array[index] = old + eps
            above = np.array(checks.floats("f()", f()), dtype=np.float64)
            array[index] = old - eps
            below = np.array(checks.floats("f()", f()), dtype=np.float64)
        finally:
            array[index] = old
        checks.finite("f()", [above, below])
        yield index, (above - below) / (2 * eps)


def numerical_gradient(f, array, eps=1e-6):
    """Central differences of the scalar ``f()`` with respect to ``array``, entry by entry.

    f: function of no arguments that reads ``array``; array: float64, changed in place and
    restored even if ``f`` fails  →  gradient, shaped like ``array``.
    Raises TypeError unless the array is float64 (in float32 the difference is noise), ValueError
    where ``f()`` is not one finite number.
    """
    gradient = np.zeros(np.shape(array))
    for index, slope in _slopes(f, array, eps):
        slope = np.squeeze(slope)
        checks.shape("f()", slope)
        gradient[index] = slope
    return gradient


def numerical_jacobian(f, array, eps=1e-6):
    """Central-difference Jacobian of ``f()`` (any shape) with respect to ``array``.

    →  (output size, array size), both flattened in C order: entry [p, q] = ∂f_p / ∂array_q.
    Raises TypeError unless the array is float64, ValueError where ``f()`` is not finite.
    """
    return np.stack([slope.ravel() for _, slope in _slopes(f, array, eps)], axis=1)


def relative_error(a, b):
    """‖a - b‖ / max(‖a‖, ‖b‖) over whole arrays; 0 where both are zero.

    An entry that is not finite makes it infinite: NaN would slip through ``max(errors) < 1e-7``.
    Raises ValueError where the shapes differ.
    """
    a, b = (checks.floats("a, b", part).astype(np.float64) for part in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"relative_error: shapes {a.shape} and {b.shape} must match")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    largest = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    if largest == 0:
        return 0.0
    # Near 1 no square overflows or vanishes; to move the exponent is exact.
    a, b = (np.ldexp(part, -np.frexp(largest)[1]) for part in (a, b))
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b)))


def check_gradients(f, arrays, gradients, eps=1e-6):
    """Compare analytic ``gradients`` with central differences, array by array.

    f: function of no arguments → scalar; arrays, gradients: dicts with equal keys
    →  dict name → relative error.  Raises ValueError where a gradient is missing or has no array:
    a check that skips an array would pass.
    """
    checks.names("gradients and arrays", gradients, arrays)
    return {
        name: relative_error(gradients[name], numerical_gradient(f, array, eps))
        for name, array in arrays.items()
    }


def edited(function, changes):
    """``function`` with pieces of its source exchanged: a wrong version, to test a check with.

    changes: dict right → wrong; each right piece must occur exactly once  →  the new function.
    Raises ValueError for a piece that does not: an edit that changes nothing would be no edit.
    """
    checks.has(changes=(changes, "items"))
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
