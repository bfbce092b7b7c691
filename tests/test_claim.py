"""A claim prints what was measured, and cannot pass where it does not hold."""

import doctest

import numpy as np
import pytest

from lessons_lib import claims
from lessons_lib.claims import ClaimError, claim, compare

GRID = np.arange(1.0, 10.0).reshape(3, 3) / 10  # 0.1 … 0.9
NAN = np.array([0.2, np.nan, 0.3])
OURS = {"W_hh": GRID, "b_h": GRID[0]}
THEIRS = {"b_h": GRID[0] + 2e-13, "W_hh": GRID}  # in another order
AHEAD = np.array([0.90, 0.95, 0.93, 0.97, 0.92])
BEHIND = np.array([0.81, 0.83, 0.85, 0.86, 0.80])

HOLDS = [
    ((3.1e-10,), {"below": 1e-7}, "3e-10 (below 1e-7)"),
    ((3.1e-26,), {"below": 1e-20}, "3.10e-26 (below 1e-20)"),
    ((0.0,), {"below": 1e-7}, "0 (below 1e-7)"),
    (({"W_xh": 2e-10, "b_h": 3e-11},), {"below": 1e-7}, "largest of 2: 2e-10 (below 1e-7)"),
    ((GRID,), {"above": 0.05}, "smallest of 9: 0.100 (above 0.05)"),
    ((GRID,), {"between": (0.1, 0.9)}, "0.100 to 0.900 (between 0.1 and 0.9)"),
    ((48,), {"equal": 48}, "48 (exactly)"),
    (("Japanese",), {"equal": "Japanese"}, "Japanese (exactly)"),
    ((["hive", "sky"],), {"equal": ["hive", "sky"]}, "hive, sky (exactly)"),
    ((0.9949,), {"equal": 0.995, "within": 1e-3}, "0.995 (0.995 within 0.001)"),
    ((GRID,), {"equal": 0.5, "within": 0.5}, "largest difference of 9: 0.400 (0.5 within 0.5)"),
    ((OURS,), {"equal": THEIRS, "within": 1e-10}, "largest difference of 12: 2e-13 (within 1e-10)"),
    ((GRID != 0,), {}, "9 of 9"),
    ((GRID > 0.45,), {"at_least": 4}, "5 of 9 (at least 4)"),
    ((GRID,), {"above": 0.45, "at_least": 4}, "5 of 9 above 0.45 (at least 4)"),
    (({"GRU": 3, "RNN": 1},), {"order": "falling"}, "GRU 3 > RNN 1 (falling)"),
    ((np.arange(9),), {"order": "rising"}, "0 < 1 < … < 8 (rising)"),
    ((0.9712,), {"above": 0.9, "spread": 0.02}, "0.97 ± 0.02 (above 0.9)"),
    ((GRID > 0.45,), {"at_least": 3, "spread": 1}, "5 ± 1 of 9 (at least 3)"),
    ((np.float32(0.25),), {"below": 0.3}, "0.250 (below 0.3)"),
    ((np.uint8(2),), {"below": 3}, "2 (below 3)"),
]
BREAKS = [
    ((1e-7,), {"below": 1e-7}, "1.00e-7 (claimed: below 1e-7)"),
    ((0.5,), {"above": 0.5}, "0.500 (claimed: above 0.5)"),
    ((GRID,), {"below": 0.75}, "7 of 9 hold; [2, 2] is 0.900 (claimed: below 0.75)"),
    (({"a": 0.1, "b": GRID},), {"above": 0.15}, "8 of 10 hold; a is 0.100"),
    ((OURS,), {"equal": {**OURS, "b_h": GRID[1]}, "within": 0.1}, "b_h[0] is 0.300"),
    ((GRID,), {"between": (0.2, 0.9)}, "[0, 0] is 0.100"),
    (("French",), {"equal": "Japanese"}, "French, not Japanese"),
    (([1, 2, 3],), {"equal": [1, 2, 4]}, "2 of 3 hold; [2] is 3, not 4 (claimed: exactly)"),
    ((GRID > 0.15,), {}, "8 of 9 hold; [0, 0] is False (claimed: all)"),
    ((GRID > 0.45,), {"at_least": 6}, "claimed: at least 6"),
    (({"GRU": 1, "RNN": 1},), {"order": "falling"}, "RNN is 1 (claimed: falling)"),
    (({"GRU": 3},), {"order": "falling"}, "claimed: falling"),
]


@pytest.mark.parametrize(("value", "bound", "said"), HOLDS)
def test_a_claim_that_holds_prints_the_measured_value_and_its_bound(value, bound, said, capsys):
    claim("text", *value, **bound)
    assert capsys.readouterr().out == f"✓ text: {said}\n"


@pytest.mark.parametrize(("value", "bound", "said"), BREAKS)
def test_a_claim_that_does_not_hold_says_which_entry_breaks_it(value, bound, said, capsys):
    with pytest.raises(ClaimError) as caught:
        claim("text", *value, **bound)
    assert str(caught.value).startswith("✗ text: ") and said in str(caught.value)
    assert caught.value.text == "text" and not capsys.readouterr().out


@pytest.mark.parametrize("value", [np.nan, NAN, {"a": 1.0, "b": NAN}, [], {}, np.empty((0, 3))])
@pytest.mark.parametrize(
    "bound",
    [
        {"below": 1},
        {"above": 0},
        {"between": (0, 1)},
        {"equal": 0.2, "within": 9},
        {"order": "rising"},
        {"above": 0, "at_least": 1},
    ],
)
def test_nan_and_nothing_never_pass(value, bound):
    with pytest.raises(ClaimError):
        claim("text", value, **bound)


def test_nothing_to_count_is_no_count():
    with pytest.raises(ClaimError, match="no values"):
        claim("text", np.empty(0, dtype=bool))


@pytest.mark.parametrize(
    ("value", "bound", "words"),
    [
        (True, {}, "give the measured value"),
        ([True], {}, "give the measured value"),
        (np.bool_(True), {"equal": True}, "give the measured value"),
        (0.3, {}, "give the measured value"),
        (0.3, {"below": 1, "above": 0}, "above.below"),
        (0.3, {"under": 1}, "under"),
        (GRID > 0, {"above": 0}, "counted"),
        (0.3, {"equal": 0.3}, "within"),
        (GRID, {"equal": GRID.T[:2], "within": 1}, "shapes must match"),
        (None, {"below": 1}, "not None"),
    ],
)
def test_a_typed_verdict_is_no_claim(value, bound, words):
    with pytest.raises((TypeError, ValueError), match=words):
        claim("text", value, **bound)


def test_tensors_are_claimed_as_they_are():
    torch = pytest.importorskip("torch")
    claim("text", torch.ones(2, requires_grad=True), equal=torch.ones(2), within=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "options", "said"),
    [
        (AHEAD, BEHIND, {"above": 0.05}, "0.104 (0.0814 to 0.127, 5 seeds; above 0.05)"),
        (
            AHEAD,
            BEHIND,
            {"above": 0, "spread": 0.03},
            "0.10 ± 0.03 (0.08 to 0.13, 5 seeds; above 0)",
        ),
        (BEHIND, AHEAD, {"below": 0}, "-0.104 (-0.127 to -0.0814, 5 seeds; below 0)"),
        (AHEAD, AHEAD[::-1], {"within": 0.1}, "0.00 (-0.0248 to 0.0248, 5 seeds; within 0.1)"),
        (
            10.0 ** np.array([3, 4, 5]),
            10.0 ** np.array([2, 2.9, 4.1]),
            {"of": "ratio", "above": 2},
            "10.0 times (5.64 to 17.7, 3 seeds; above 2)",
        ),
        (
            [1, 2, 3, 4, 5, 1000],
            np.zeros(6),
            {"of": "median", "above": 0},
            "3.50 (1.00 to 1000.0, 6 seeds; above 0)",
        ),
    ],
)
def test_a_comparison_shows_effect_interval_and_seeds(a, b, options, said, capsys):
    compare("text", a, b, **options)
    assert capsys.readouterr().out == f"✓ text: {said}\n"


@pytest.mark.parametrize(
    ("a", "b", "options"),
    [
        (AHEAD, BEHIND, {"above": 0.09}),  # the effect is above, its interval is not
        (AHEAD, AHEAD[::-1], {"within": 0.02}),  # "not significant" is not "equal"
        (AHEAD, AHEAD[::-1], {"above": 0}),
        (AHEAD, [*BEHIND[:4], np.nan], {"above": 0}),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, np.nan], np.zeros(12), {"of": "median", "above": 0}),
        (2 * BEHIND, BEHIND, {"of": "ratio", "within": 1.9}),
    ],
)
def test_a_comparison_fails_where_any_of_its_interval_does(a, b, options):
    with pytest.raises(ClaimError, match="✗ text"):
        compare("text", a, b, **options)


def test_a_comparison_needs_one_bound():
    with pytest.raises(TypeError, match="one of above, below, within"):
        compare("text", AHEAD, BEHIND)


def test_the_examples_of_the_docstrings_are_true():
    found = doctest.testmod(claims)
    assert found.attempted and not found.failed
