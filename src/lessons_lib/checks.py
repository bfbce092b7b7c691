"""What the functions of this library ask of their arguments.  NumPy only.

Each check raises one error with what was given, what was expected and a way out: TypeError for
the wrong kind of thing, ValueError for the wrong shape or value.
"""

import sys
from numbers import Real

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
TINY, HUGE = np.nextafter(0, 1), sys.float_info.max


def dtype(kind):
    """float32 or float64 as ``np.dtype``; float16 has no room for sums and vanishing gradients."""
    if not isinstance(kind, (str, type, np.dtype)) or kind not in FLOATS:
        raise TypeError(f"dtype must be a floating type, np.float32 or np.float64, got {kind!r}")
    return np.dtype(kind)


def floats(name, value, nan=True):
    """``value`` as an array of floats; whole numbers become float64: uint8 would turn over at 0."""
    value = np.asanyarray(value)
    if value.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be an array of floats, got {value.dtype}")
    if not nan:
        finite(name, value)
    return value if value.dtype.kind == "f" else value.astype(np.float64)


def array(name, value, *axes, like=None, nan=False):
    """Raise unless ``value`` is a NumPy array of finite floats with these axes (see ``shape``).
    like: float32 or float64, None for either; nan=True lets NaN and infinity pass."""
    if not isinstance(value, np.ndarray) or value.dtype not in FLOATS:
        kind = getattr(value, "dtype", type(value).__name__)
        way = f"np.asarray({name}, dtype=np.{like or 'float64'})"
        raise TypeError(f"{name} must be a NumPy array of floats, got {kind}: try {way}")
    if like is not None and value.dtype != like:
        raise TypeError(f"{name} is {value.dtype}, expected {like}: use {name}.astype(np.{like})")
    shape(name, value, *axes)
    if not nan:
        finite(name, value)


def shape(name, value, *axes):
    """Raise ValueError unless ``value`` has these axes, none of length 0.
    axes: a number where the length is fixed, a letter where it is free, … where any may stand."""
    own = np.shape(value)
    if ... in axes:  # only as the first
        axes = ("...",) * (len(own) - len(axes) + 1) + axes[1:]
    pairs = zip(axes, own, strict=False)
    if own == axes or all(isinstance(axis, str) or axis == n for axis, n in pairs):
        if len(own) == len(axes) and 0 not in own:
            return
    what = "is empty, its shape is" if 0 in own else "has shape"
    form = f"({', '.join(map(str, axes))}{',' * (len(axes) == 1)})"
    way = "; keep the batch and the time axis even where it is 1 long" * (len(own) < len(axes))
    raise ValueError(f"{name} {what} {own}, expected {form}{way}")


def finite(name, value):
    """Raise ValueError where ``value`` holds NaN or infinity: a zero weight does not remove it."""
    good = np.isfinite(np.asarray(value))
    if np.count_nonzero(good) < good.size:
        raise ValueError(
            f"{name} holds NaN or infinity, expected finite numbers: fill padding with zeros, "
            "and look for a learning rate that is too high"
        )


def names(what, given, expected):
    """Raise unless both are dicts with the same names: an array left out would pass unseen."""
    if not (isinstance(given, dict) and isinstance(expected, dict)):
        raise TypeError(f"{what} must be dicts of arrays by name, got {type(given).__name__}")
    if odd := sorted(map(str, given.keys() ^ expected.keys())):
        raise ValueError(f"{what} must have the same names: no pair for {odd}")


def has(**things):
    """Raise TypeError unless each ``name=(thing, attribute, …)`` has these attributes."""
    for name, (thing, *wanted) in things.items():
        if missing := [attribute for attribute in wanted if not hasattr(thing, attribute)]:
            raise TypeError(f"{name} must have {', '.join(missing)}; got {type(thing).__name__}")


class Params(dict):
    """Arrays by name.  One put in the place of another must have its shape: NumPy would broadcast
    a bias of one entry over all units."""

    def __setitem__(self, name, value):
        if name in self:
            array(f"parameter {name}", value, *self[name].shape, nan=True)
        super().__setitem__(name, value)

    def update(self, *arrays, **more):
        for name, value in dict(*arrays, **more).items():
            self[name] = value

    def check(self, like):
        """Raise unless every parameter is finite and of this dtype."""
        for name, value in self.items():
            if value.dtype != like:
                array(f"parameter {name}", value, ..., like=like)
            finite(f"parameter {name}", value)


class HasParams:
    """An object with ``params``, which keep their names and shapes."""

    @property
    def params(self):
        return self._params

    @params.setter
    def params(self, arrays):
        new = Params(getattr(self, "_params", None) or arrays)
        names("old and new params", arrays, new)
        new.update(arrays)
        self._params = new


def whole(**numbers):
    """Raise ValueError unless each ``name=(value, least[, most])`` is a whole number in there."""
    for name, (value, least, *most) in numbers.items():
        exact = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not exact or value < least or value > min(most, default=value):
            limits = f"at least {least}" + (f" and at most {most[0]}" if most else "")
            raise ValueError(f"{name} must be a whole number of {limits}, got {value!r}")


def sizes(rng, **numbers):
    """``whole``, and TypeError unless ``rng`` is a Generator."""
    if not isinstance(rng, np.random.Generator):
        got = type(rng).__name__
        raise TypeError(f"rng must be a Generator, got {got}: use np.random.default_rng(0)")
    whole(**numbers)


def between(least, most, **numbers):
    """Raise ValueError unless every number lies between these, the ends included."""
    for name, value in numbers.items():
        if not isinstance(value, Real) or not least <= value <= most:
            limits = "positive" if least == TINY else f"at least {least}"
            limits += f" and at most {most}" if most < HUGE else ""
            raise ValueError(f"{name} must be {limits}, got {value!r}")


def positive(**numbers):
    """Raise ValueError unless every number is positive and finite."""
    between(TINY, HUGE, **numbers)


def tokens(name, value, size):
    """``value`` as an array of integers from 0 to size - 1."""
    value = np.asarray(value)
    if not np.issubdtype(value.dtype, np.integer):
        raise TypeError(f"{name} must be integers, got {value.dtype}: use Vocab.encode")
    if value.size and not 0 <= value.min() <= value.max() < size:
        raise ValueError(
            f"{name} must be integers between 0 and {size - 1}, got {value.min()} to "
            f"{value.max()}: were they made with another Vocab?"
        )
    return value


def mask(value, form, rank):
    """``value`` broadcast to the shape ``form``.  Raises TypeError unless it is boolean,
    ValueError where it does not fit or has less than ``rank`` axes: (B,) could be read as (T,)."""
    value = np.asarray(value)
    if value.dtype != bool:
        raise TypeError(
            f"mask is {value.dtype}, expected bool with True for what counts: "
            "write mask == 1, or mask > -np.inf for an additive mask"
        )
    pairs = zip(reversed(value.shape), reversed(form), strict=False)
    if not rank <= value.ndim <= len(form) or any(own not in (1, n) for own, n in pairs):
        raise ValueError(
            f"mask has shape {value.shape}, expected {form} or what broadcasts to it with at "
            f"least {rank} axes: a mask of keys (B, T_k) needs a query axis, mask[:, None, :]"
        )
    return np.broadcast_to(value, form)


def classes(logits, targets, counted):
    """Class numbers and a mask of 0/1 or None against logits (..., K)  →  both as arrays (...).

    An entry of logits may be -inf.  Raises ValueError where no position counts.
    """
    array("logits", logits, ..., "K", nan=True)
    targets = tokens("targets", targets, logits.shape[-1])
    shape("targets", targets, *logits.shape[:-1])
    counted = np.ones(targets.shape, bool) if counted is None else np.asarray(counted)
    if counted.dtype.kind in "iuf" and np.isin(counted, (0, 1)).all():
        counted = counted.astype(bool)
    counted = mask(counted, targets.shape, rank=targets.ndim)
    if not counted.any():
        raise ValueError("there is no position to count: see mask and shapes")
    return targets, counted
