"""What an answer returned, next to what it should have returned: the first difference, in words.

No message tells the answer: it says what kind of thing is wrong, and where.
"""

import numpy as np

TOLERANCE = 1e-8  # relative to the largest entry of each value

SAY = {
    "nothing": "It returns None. Is the line with return missing?",
    "number": "It returns {got} where {expected} are expected: {names}.",
    "one": "It returns {got} values where one is expected: {names}.",
    "comma": "It returns a tuple of one value. Is there a comma too many after return?",
    "not_tuple": "It returns one {got} where {expected} values are expected: {names}.",
    "keys": "{name} must be a dict with the keys {expected}, got {got}.",
    "tensor": "{name} is a PyTorch tensor{grad}. This exercise is in NumPy: use np functions.",
    "kind": "{name} must be {expected}, got {got}.",
    "dtype": "{name} is {got}. Keep the dtype of the inputs, {expected}.",
    "shape": "{name} has shape {got}, expected {expected}.{more}",
    "turned": " It looks transposed.",
    "squeezed": " Are axes missing, or summed that should stay?",
    "finite": "{name} holds NaN or infinite values.",
    "sign": "{name} has the wrong sign.",
    "factor": "{name} is the right one times {factor:.3g}, everywhere.",
    "off": "{name} is off by a relative {error:.1e}.",
    "values": "{name} has the right shape and wrong values{where}.{first}",
    "right": " ({names} right)",
    "first": " The first wrong one is {name}[{index}] = {got:.6g}.",
}


def leaves(value, names):
    """A result as a list of (name, value): each part of a tuple, each entry of a dict."""
    parts = zip(names, value, strict=True) if isinstance(value, tuple) else [(names[0], value)]
    flat = []
    for name, part in parts:
        if isinstance(part, dict):
            flat += [(f"{name}[{key!r}]", part[key]) for key in sorted(part)]
        else:
            flat.append((name, part))
    return flat


def form_fault(got, expected, names):
    """What is wrong with the form of a result before any number is compared, or None."""
    if got is None:
        return SAY["nothing"]
    wanted = len(expected) if isinstance(expected, tuple) else 1
    if isinstance(got, list) and wanted > 1:
        got = tuple(got)
    listed = ", ".join(names)
    if isinstance(got, tuple) and len(got) == 1:
        return SAY["comma"]
    if isinstance(got, tuple) and wanted == 1:
        return SAY["one"].format(got=len(got), names=listed)
    if isinstance(expected, tuple) and not isinstance(got, tuple):
        kind = _kind(got)
        return SAY["not_tuple"].format(got=kind, expected=wanted, names=listed)
    if wanted > 1 and len(got) != wanted:
        return SAY["number"].format(got=f"{len(got)} values", expected=wanted, names=listed)
    pairs = zip(got, expected, names, strict=True) if wanted > 1 else [(got, expected, names[0])]
    return next((fault for pair in pairs if (fault := _part_fault(*pair))), None)


def _part_fault(got, expected, name):
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            found = list(got) if isinstance(got, dict) else _kind(got)
            return SAY["keys"].format(name=name, expected=list(expected), got=found)
        faults = (_array_fault(got[k], expected[k], f"{name}[{k!r}]") for k in expected)
        return next((fault for fault in faults if fault), None)
    return _array_fault(got, expected, name)


def _array_fault(got, expected, name):
    if type(got).__module__.split(".")[0] == "torch":
        grad = " that carries a gradient" if getattr(got, "requires_grad", False) else ""
        return SAY["tensor"].format(name=name, grad=grad)
    if got is None:
        return SAY["kind"].format(name=name, expected=_wanted(expected), got="None")
    if isinstance(expected, (bool, np.bool_)) and not isinstance(got, (bool, np.bool_)):
        return SAY["kind"].format(name=name, expected="True or False", got=_kind(got))
    if np.ndim(expected) and not isinstance(got, np.ndarray):
        return SAY["kind"].format(name=name, expected=_wanted(expected), got=_kind(got))
    try:
        array = np.asarray(got)
    except Exception:  # rows of different lengths, or whatever an object does
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        return SAY["kind"].format(name=name, expected=_wanted(expected), got=_kind(got))
    wanted = np.asarray(expected)
    if array.shape != wanted.shape:
        more = SAY["turned"] if array.shape == wanted.shape[::-1] else ""
        more = SAY["squeezed"] if not more and array.ndim < wanted.ndim else more
        return SAY["shape"].format(name=name, got=array.shape, expected=wanted.shape, more=more)
    typed = isinstance(got, np.ndarray | np.generic)
    if typed and wanted.dtype.kind == "f" and array.dtype != wanted.dtype:
        return SAY["dtype"].format(name=name, got=array.dtype, expected=wanted.dtype)
    return None


def value_fault(got, expected, names):
    """The first value that differs, described, or None.  The forms must agree."""
    pairs = list(zip(leaves(got, names), leaves(expected, names), strict=True))
    wrong = [(name, a, b) for (name, a), (_, b) in pairs if not same(a, b)]
    if not wrong:
        return None
    name, a, b = wrong[0]
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not np.isfinite(a).all():
        return SAY["finite"].format(name=name)
    if np.asarray(pairs[0][1][1]).dtype.kind == "b":
        return SAY["values"].format(name=name, where="", first="")
    if same(-a, b):
        return SAY["sign"].format(name=name)
    factor = float((a * b).sum() / (b * b).sum()) if b.any() else 0.0
    if factor and abs(factor - 1) < 5e-3 and same(a / factor, b):
        return SAY["off"].format(name=name, error=abs(factor - 1))
    if b.size > 1 and factor and same(a / factor, b):
        return SAY["factor"].format(name=name, factor=factor)
    right = [name for (name, a), (_, b) in pairs if same(a, b)]
    where = SAY["right"].format(names=", ".join(right)) if right else ""
    return SAY["values"].format(name=name, where=where, first=_first_wrong(name, a, b))


def _first_wrong(name, got, expected):
    """The first entry of an array that is wrong, and what it holds."""
    if not expected.ndim:
        return ""
    scale = max(np.abs(expected).max(initial=0.0), 1e-12)
    place = tuple(np.argwhere(~(np.abs(got - expected) <= TOLERANCE * scale))[0])
    index = ", ".join(map(str, place))
    return SAY["first"].format(name=name, index=index, got=got[place])


def same(a, b):
    """Do two values agree, up to TOLERANCE of the largest entry?"""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind in "bi" and b.dtype.kind in "bi":
        return bool(np.array_equal(a, b))
    scale = max(np.abs(b).max(initial=0.0), 1e-12)
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(a - b) <= TOLERANCE * scale))


def equal(got, expected, names):
    """Do two results agree in form and values?"""
    if form_fault(got, expected, names):
        return False
    return value_fault(tuple(got) if isinstance(got, list) else got, expected, names) is None


def alike(got, slip, names):
    """Are the results of two answers wrong in the same way, NaN and all, or failures the same?"""
    if isinstance(got, str) or isinstance(slip, str):
        return got == slip
    return all(_same_fault(a, b, names) for a, b in zip(got, slip, strict=True))


def _same_fault(got, slip, names):
    got, slip = (tuple(one) if isinstance(one, list) else one for one in (got, slip))
    if form_fault(got, slip, names):
        return False
    pairs = zip(leaves(got, names), leaves(slip, names), strict=True)
    return all(_same_or_lost(np.asarray(a), np.asarray(b)) for (_, a), (_, b) in pairs)


def _same_or_lost(a, b):
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        return same(a, b)
    finite = np.isfinite(b)
    return np.array_equal(np.isfinite(a), finite) and same(a[finite], b[finite])


def unchanged(old, new):
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(unchanged(old[k], new[k]) for k in old)
    if isinstance(old, list):
        return len(old) == len(new) and all(map(unchanged, old, new))
    if isinstance(old, int | float | str):
        return old == new
    if isinstance(old, np.ndarray):
        return isinstance(new, np.ndarray) and np.array_equal(old, new, equal_nan=True)
    return True


def _kind(value):
    return f"{value.dtype} array" if isinstance(value, np.ndarray) else type(value).__name__


def _wanted(value):
    array = np.asarray(value)
    return f"an array {array.shape} of {array.dtype}" if array.ndim else "a number"
