"""Claims that can fail: ``claim(text, value, below=…)`` prints the measured number, or raises.

>>> claim("sum of the copies = finite differences", 3.1e-10, below=1e-7)
✓ sum of the copies = finite differences: 3e-10 (below 1e-7)

Every entry of an array or a dict must keep the bound; the error names the one that does not.  NaN
never passes, nor does an array without entries.  ``compare`` claims an effect over paired seeds.
"""

from collections.abc import Mapping

import numpy as np

from lessons_lib.measured import aligned, effect, entries, number, place, power, typed

# What stays below such a bound is round-off: another number on another CPU.
ROUND_OFF = (1e-16, 1e-5)


class ClaimError(AssertionError):
    """A claim that does not hold: its ``text``, the ``value`` found and the ``bound`` in words."""

    def __init__(self, text, value, bound):
        super().__init__(f"✗ {text}: {value} (claimed: {bound})")
        self.text, self.value, self.bound = text, value, bound


def refuse(error):
    """What happens to a claim that does not hold."""
    raise error


def claim(text, value, *, at_least=None, spread=None, **bound):
    """Print ``✓ text: value (bound)`` if ``value`` keeps the bound; else raise ClaimError.

    value          number, word, array, tensor, list, or dict name → any of these
    below=, above= strict limits
    between=       (low, high), limits included
    equal=         for whole numbers and words; with within= for numbers with a fraction
    order=         "falling" or "rising", strictly
    (no bound)     booleans are counted: ``9 of 9``
    at_least       how many entries must keep the bound, if not all
    spread         the promised tolerance of what training produced: ``0.97 ± 0.02``
    Raises TypeError for a claim that has no bound, or two.
    """
    form = "+".join(sorted(bound)) or "counted"
    flat = entries(value)
    truth = flat.dtype == bool
    if form not in FORMS or (form == "counted") != truth or (truth and flat.size == 1):
        raise TypeError(
            f"claim({text!r}): give the measured value and one of below, above, between, equal "
            f"(and within), order; several booleans are counted. Got {value!r:.40} and {form}"
        )
    if not flat.size:
        return refuse(ClaimError(text, "no values", form))
    seen, slack, shown, words = FORMS[form](value, flat, spread, **bound)
    holds, needed = int((slack > 0).sum()), flat.size if at_least is None else max(1, at_least)
    if form == "counted" or at_least is not None:
        shown = f"{number(holds, spread)} of {flat.size} {words}".strip()
        words = "" if at_least is None else f"at least {at_least}"
    if holds < needed or np.isnan(slack).any():
        worst = np.argmin(slack)  # NaN, if there is one
        many = f"{holds} of {flat.size} hold; {place(value, worst)} is " if flat.size > 1 else ""
        return refuse(ClaimError(text, many + number(seen[worst]), words or "all"))
    print(f"✓ {text}: {shown}" + (f" ({words})" if words else ""))


# Each form: the value, its entries, …  →  the entries looked at, how far each is inside its bound
# (above 0: it holds), what is shown, the bound in words.


def _counted(value, flat, spread):
    return flat, flat - 0.5, "", ""


def _below(value, flat, spread, below):
    shown = _small(flat.max(), below, spread)
    return flat, below - flat, _of("largest", flat) + shown, f"below {typed(below)}"


def _above(value, flat, spread, above):
    shown = _of("smallest", flat) + number(flat.min(), spread)
    return flat, flat - above, shown, f"above {typed(above)}"


def _between(value, flat, spread, between):
    low, high = between
    ends = dict.fromkeys(number(x, spread) for x in (flat.min(), flat.max()))
    outside = np.maximum(low - flat, flat - high)
    slack = np.where(outside <= 0, 1.0, -outside)
    return flat, slack, " to ".join(ends), f"between {typed(low)} and {typed(high)}"


def _equal(value, flat, spread, equal):
    target = aligned(value, equal)
    if "f" in flat.dtype.kind + target.dtype.kind:
        raise TypeError("claim: equal= for numbers with a fraction needs within= as well")
    slack = np.where(flat == target, 1.0, -1.0)
    target = np.broadcast_to(target, flat.shape)
    seen = [f"{number(x)}, not {number(t)}" for x, t in zip(flat, target, strict=True)]
    few = ", ".join(number(x, spread) for x in flat[:6])
    return seen, slack, few if flat.size <= 6 else f"{flat.size} values", "exactly"


def _equal_within(value, flat, spread, equal, within):
    target = aligned(value, equal)
    error = np.abs(flat - target)
    largest = _of("largest difference", flat) + _small(error.max(), within, spread)
    shown = largest if flat.size > 1 else number(flat[0], spread)
    words = f"{typed(target[0])} " * (target.size == 1) + f"within {typed(within)}"
    return error, np.where(error <= within, 1.0, -error), shown, words


def _ordered(value, flat, spread, order):
    sign, way = {"falling": (" > ", -1), "rising": (" < ", 1)}[order]
    names = [f"{place(value, n)} " if isinstance(value, Mapping) else "" for n in range(flat.size)]
    shown = [name + number(x, spread) for name, x in zip(names, flat, strict=True)]
    if len(shown) > 6:
        shown = [*shown[:2], "…", shown[-1]]
    steps = np.append(np.inf if flat.size > 1 else np.nan, way * np.diff(flat))
    return flat, steps, sign.join(shown), order


FORMS = {
    "counted": _counted,
    "below": _below,
    "above": _above,
    "between": _between,
    "equal": _equal,
    "equal+within": _equal_within,
    "order": _ordered,
}


def compare(text, a, b, *, of="mean", spread=None, **bound):
    """Claim the effect of ``a`` over ``b``, paired by seed: its whole 95 % interval must hold.

    a, b           one number per seed, in the same order of seeds
    of             "mean" or "median" of the differences a - b; "ratio": the geometric mean of
                   a / b, for quantities that span decades
    above=, below= better, or worse, by more than this
    within=        equal to this margin, set before looking (for a ratio 1.1: 1/1.1 to 1.1)
    Raises TypeError for a claim that has no bound, or two.
    """
    if len(bound) != 1 or not set(bound) <= {"above", "below", "within"}:
        raise TypeError(f"compare({text!r}): give one of above, below, within; got {sorted(bound)}")
    [(form, limit)] = bound.items()
    middle, low, high = effect(a, b, of)
    least = 1 / limit if of == "ratio" else -limit
    holds = {"above": low > limit, "below": high < limit, "within": least <= low and high <= limit}
    ends = f"{number(low, places=spread)} to {number(high, places=spread)}, {len(a)} seeds"
    shown = number(middle, spread) + " times" * (of == "ratio")
    if not holds[form] or middle != middle:
        return refuse(ClaimError(text, f"{shown} ({ends})", f"{form} {typed(limit)}"))
    print(f"✓ {text}: {shown} ({ends}; {form} {typed(limit)})")


def _small(x, bound, spread):
    """What is below such a bound is round-off: one digit says enough."""
    if not ROUND_OFF[0] <= bound <= ROUND_OFF[1]:
        return number(x, spread)
    return power(f"{x:.0e}") if x else "0"


def _of(name, flat):
    return f"{name} of {flat.size}: " if flat.size > 1 else ""
