"""Run an answer on the cases of its exercise and say, in words, what is wrong with it."""

import contextlib
import copy
import inspect
import warnings

import numpy as np

from lessons_kit.exercises.answers import alike, equal, form_fault, unchanged, value_fault

SAY = {
    "greeting": "not attempted yet. Replace `raise NotImplementedError` and run the cell again.",
    "right": "right, on {cases}.",
    "callable": "give the function itself, as in check({id!r}, {name}); got {got}.",
    "signature": "it must take {expected} arguments, as in the starter: {error}.",
    "raised": "it raised {kind} for arguments of shapes {shapes}: {error}",
    "changed": "it changes its argument number {number} in place. Make a new array instead.",
    "unusable": "what it returns cannot be used: {kind}: {error}",
    "large": "what it returns is too large: an array of shape {shape}.",
    "hint": "not yet. It behaves like this slip: {hint}",
    "hints": "not yet. It behaves like two slips at once: {hint}",
    "wrong": "not yet. {fault}",
    "random": "not yet. Called again with the same arguments it does not give the same result. "
    "Where does chance come in, or something that an earlier call left behind?",
}


LARGEST = 10**7  # entries of an array that is copied and compared
CALLS = 12  # at least: an answer that is random in one call of ten is mostly found out


class Unusable(Exception):
    """An answer that cannot be compared; its message says why."""


def evaluate(exercise, function):
    """Is ``function`` a right answer?  →  (passed: bool, message: str).  Never raises, whatever
    the answer does."""
    expected = results(exercise, exercise.reference, exercise.cases())
    try:
        with judging("unusable"):
            return _verdict(exercise, function, expected)
    except Unusable as fault:
        return False, str(fault)


def _verdict(exercise, function, expected):
    if not callable(function):
        got = type(function).__name__
        return False, SAY["callable"].format(id=exercise.id, name=exercise.name, got=got)
    try:
        got = results(exercise, function, exercise.cases())
    except Unusable as fault:
        return False, diagnosis(exercise, expected, str(fault))
    if not _steady(exercise, function, expected, got):
        return False, SAY["random"]
    for fault in filter(None, _forms(exercise, expected, got)):
        return False, SAY["wrong"].format(fault=fault)
    if all(equal(b, a, exercise.returns) for a, b in zip(expected, got, strict=True)):
        return True, SAY["right"].format(cases=count(len(expected)))
    return False, diagnosis(exercise, expected, got)


def rounds(exercise):
    """The lists of cases on which an answer is judged: the same ones, twice or more."""
    cases = exercise.cases()
    return [cases, *(exercise.cases() for _ in range(1, max(2, -(-CALLS // len(cases)))))]


def _forms(exercise, expected, got):
    """What is wrong with the form of each result, or None."""
    return [form_fault(b, a, exercise.returns) for a, b in zip(expected, got, strict=True)]


def _steady(exercise, function, expected, got):
    """Does an answer that gave ``got`` in the first round give it in all others?"""
    forms = _forms(exercise, expected, got)
    for cases in rounds(exercise)[1:]:
        try:
            again = results(exercise, function, cases)
        except Unusable:
            return False
        if forms != _forms(exercise, expected, again):
            return False
        if not any(forms) and not alike(got, again, exercise.returns):
            return False
    return True


def passes(exercise, function):
    """The verdict alone, without looking for the reason.  →  bool"""
    expected = results(exercise, exercise.reference, exercise.cases())
    try:
        got = results(exercise, function, exercise.cases())
    except Unusable:
        return False
    return all(equal(b, a, exercise.returns) for a, b in zip(expected, got, strict=True))


@contextlib.contextmanager
def judging(say, **more):
    """Whatever is raised in here is the answer's fault: Unusable, with a sentence; no warnings."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    except (Unusable, KeyboardInterrupt):
        raise
    except NotImplementedError:
        raise Unusable(SAY["greeting"]) from None
    except BaseException as error:
        try:
            words = {"kind": type(error).__name__, "error": str(error)}
        except BaseException:  # an exception may fail to say what it is
            words = {"kind": "an error", "error": "(no message)"}
        raise Unusable(SAY[say].format(**words, **more)) from None


def count(cases):
    return f"{cases} cases" if cases > 1 else "the one case there is"


def results(exercise, function, cases):
    """What ``function`` returns for each case, or what is observed of it.  Raises Unusable where
    it fails or changes an argument."""
    found = []
    for arguments in cases:
        _check_signature(function, arguments)
        before = copy.deepcopy(arguments)
        result = _copied(_call(function, arguments))
        for number, (old, new) in enumerate(zip(before, arguments, strict=True), 1):
            if not unchanged(old, new):
                raise Unusable(SAY["changed"].format(number=number))
        found.append(_observed(exercise, result, arguments))
    return found


def _check_signature(function, arguments):
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        say = SAY["signature"].format(expected=len(arguments), error=error)
        raise Unusable(say) from None
    except ValueError:  # some functions written in C do not tell
        return


def _call(function, arguments):
    shapes = ", ".join(str(np.shape(a)) for a in arguments if isinstance(a, np.ndarray))
    with judging("raised", shapes=shapes or "none"):
        return function(*arguments)


def _observed(exercise, result, arguments):
    if exercise.observe is None or result is None:
        return result
    with judging("unusable"):
        return exercise.observe(result, *arguments)


def _copied(result):
    """The arrays of a result as they are now; what is no array of numbers stays what it is."""
    if type(result) is np.ndarray:
        if result.size > LARGEST:
            raise Unusable(SAY["large"].format(shape=result.shape))
        return result.copy()
    if isinstance(result, tuple):
        return tuple(map(_copied, result))
    if isinstance(result, dict):
        return {key: _copied(value) for key, value in result.items()}
    return result


def diagnosis(exercise, expected, got):
    """Which known slips explain ``got``, wrong results or the words of a failure; if none, the
    first difference or those words."""
    for hints, function in exercise.wrong if got != SAY["greeting"] else ():
        try:
            slip = results(exercise, function, exercise.cases())
        except Unusable as fault:
            slip = str(fault)
        if alike(got, slip, exercise.returns):
            key = "hint" if len(hints) == 1 else "hints"
            more = [hint[0].upper() + hint[1:] for hint in hints[1:]]
            return SAY[key].format(hint=" ".join([hints[0], *more]))
    if isinstance(got, str):
        return got
    for ours, theirs in zip(expected, got, strict=True):
        theirs = tuple(theirs) if isinstance(theirs, list) else theirs
        fault = value_fault(theirs, ours, exercise.returns)
        if fault:
            return SAY["wrong"].format(fault=fault)
    raise AssertionError("a wrong answer without a difference")
