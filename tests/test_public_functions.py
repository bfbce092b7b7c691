"""Every public function gives a right value or one clear error: no bare slip, no silent NaN."""

import copy
import inspect
import linecache
import re
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lessons_lib
from tests.public_calls import CALLS, LAWS, MODELS, find, public

LIBRARY = str(Path(lessons_lib.__file__).parents[1])
each = pytest.mark.parametrize("name", CALLS)
# NaN stays NaN, entry by entry.
ELEMENTWISE = {"functional.sigmoid", "functional.d_sigmoid", "functional.d_tanh"}
# What the library has made itself; what a PyTorch module and its loss say is PyTorch's word.
TRUSTED = {"cache", "self"}
TORCH = {"torch_training.train": {"batches", "model", "loss"}}


def repeatable(examples):
    """The same examples in every run, on a slow machine too."""
    return settings(derandomize=True, database=None, deadline=None, phases=[Phase.generate],
                    max_examples=examples, suppress_health_check=list(HealthCheck))  # fmt: skip


def test_every_public_function_has_a_strategy():
    assert sorted(name for name in CALLS if not name.startswith(MODELS)) == sorted(set(public()))


@each
@repeatable(examples=12)
@given(data=st.data())
def test_a_sensible_call_gives_a_right_value(name, data):
    call = data.draw(CALLS[name])
    parameters = inspect.signature(find(name)).parameters.values()
    assert set(call) == {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    with np.errstate(over="ignore", under="ignore"):
        result = outcome(name, call)
        assert not holds_nan(result)
        assert LAWS.get(name, lambda *_, **__: True)(result, **call)


@each
@repeatable(examples=1)
@given(data=st.data())
def test_an_argument_of_another_kind_is_computed_or_refused_in_words(name, data):
    call = data.draw(CALLS[name])
    for argument in set(call) - TRUSTED - TORCH.get(name, set()):
        for odd in spoiled(call[argument]):
            computed_or_refused(name, {**call, argument: odd})


@each
@repeatable(examples=8)
@given(data=st.data())
def test_an_argument_of_another_size_is_computed_or_refused_in_words(name, data):
    call, other = data.draw(CALLS[name]), data.draw(CALLS[name])
    for argument in set(call) - TRUSTED - TORCH.get(name, set()):
        computed_or_refused(name, {**call, argument: other[argument]})


def computed_or_refused(name, call):
    if not name.startswith("torch"):  # whose modules forget their gradients when copied
        call = copy.deepcopy(call)
    try:
        with np.errstate(over="ignore", under="ignore"):
            result = outcome(name, call)
    except Exception as error:
        if not clear(error):
            raise
    else:
        assert name in ELEMENTWISE or not holds_nan(result)


def outcome(name, call):
    """What a call returns, generators read to their end."""
    result = find(name)(**call)
    return list(result) if inspect.isgenerator(result) else result


def holds_nan(value):
    if isinstance(value, torch.Tensor):
        return bool(torch.isnan(value).any())
    if isinstance(value, dict):
        return any(map(holds_nan, value.values()))
    if isinstance(value, tuple | list):
        return any(map(holds_nan, value))
    if isinstance(value, np.ndarray | np.floating | float):
        array = np.asarray(value)
        return array.dtype.kind in "fc" and bool(np.isnan(array).any())
    return hasattr(value, "params") and holds_nan(value.params)


# What Python and NumPy say well themselves: it names what was given and what was wanted.
CLEAR = re.compile(
    r"not callable|not iterable|cannot unpack|values to unpack|has no len|len\(\) of|unhashable"
    r"|seed|not supported between|cannot be interpreted as an integer|iteration over|argument"
    r"|could not (be )?broadcast|truth value of an .*array.* is ambiguous|was expected, got"
    r"|non-negative integer|only integer",
    re.IGNORECASE,
)


def clear(error):
    """Was it raised by a line of the library that says ``raise``, or by Python for the kind?"""
    last = traceback.extract_tb(error.__traceback__)[-1]
    raised = linecache.getline(last.filename, last.lineno).strip().startswith("raise")
    own = last.filename.startswith(LIBRARY) and raised
    return isinstance(error, ValueError | TypeError) and bool(own or CLEAR.search(str(error)))


ODD = [None, "a", "", b"x", -1, 0, 0.5, 2.5, True, np.nan, np.inf, -np.inf, 1j, (), [], {},
       [1, 2], {"a": 1}, object(), len, np.float16(1), np.array(2), np.zeros(3, np.float16),
       np.zeros((2, 3), np.uint8), np.array(["a"]), np.array([None]), np.array([1j]),
       np.array([np.nan]), np.zeros((0, 2)), np.zeros((1, 1, 1, 1)), torch.zeros(1)]  # fmt: skip


def spoiled(value):
    """Many things that are not ``value``, some of them nearly."""
    yield from ODD
    if isinstance(value, np.ndarray) and value.ndim:
        yield from (value[:0], value[:1], value[0], value[None], value[..., :1], value[..., :-1])
        yield from (value.T, value.ravel(), value.tolist(), value[::-1])
        for kind in (np.float16, np.float32, np.float64, np.uint8, bool, complex, object):
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                yield value.astype(kind)
        for odd in (np.nan, np.inf, -np.inf) if value.dtype.kind == "f" else (-1, 100):
            yield np.where(np.arange(value.size).reshape(value.shape) == 0, odd, value)
    if isinstance(value, torch.Tensor):
        yield from (value[:0], value[:1], value[0], value.double(), value.detach().numpy())
    if type(value) in (tuple, list) and value:
        yield from (value[:-1], value + value, list(value), tuple(value))
        yield from (type(value)([part, *value[1:]]) for part in spoiled(value[0]))
    if isinstance(value, dict) and value:
        first = next(iter(value))
        yield from ({"other": value[first]}, {**value, "other": value[first]})
        yield from ({**value, first: part} for part in spoiled(value[first]))
