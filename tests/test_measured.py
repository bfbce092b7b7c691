"""Measured values: short texts, names of entries, and intervals that cover what they promise."""

import numpy as np
import pytest

from lessons_lib.measured import effect, number, place


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.97, "0.970"),
        (1.0, "1.00"),
        (99.96, "100.0"),
        (1234.56, "1234.6"),
        (123456.0, "1.23e5"),
        (0.00012, "1.20e-4"),
        (-3.14159, "-3.14"),
        (12345, "12345"),
        (0.0, "0.00"),
        (np.inf, "inf"),
    ],
)
def test_a_number_has_three_digits_and_a_decimal_point_unless_it_is_whole(x, text):
    assert number(x) == text


@pytest.mark.parametrize(
    ("x", "spread", "text"),
    [(0.9651, 0.02, "0.97 ± 0.02"), (12.4, 3, "12 ± 3"), (3.1e-4, 2e-4, "0.0003 ± 0.0002")],
)
def test_a_spread_sets_the_decimals(x, spread, text):
    assert number(x, spread) == text


def test_an_entry_is_named_by_its_dictionary_and_its_index():
    value = {"a": 1.0, "W": np.zeros((2, 3))}
    assert [place(value, n) for n in (0, 1, 6)] == ["a", "W[0, 0]", "W[1, 2]"]
    assert place(3.0, 0) == ""


@pytest.mark.parametrize(("freedom", "quantile"), [(2, 4.303), (4, 2.776), (9, 2.262), (99, 1.984)])
def test_the_interval_of_a_mean_is_students(freedom, quantile):
    a = np.random.default_rng(0).standard_normal(freedom + 1)
    middle, low, high = effect(a, np.zeros_like(a))
    half = quantile * a.std(ddof=1) / np.sqrt(len(a))
    assert np.allclose([middle, low, high], [a.mean(), a.mean() - half, a.mean() + half], atol=1e-3)


@pytest.mark.parametrize(("of", "n"), [("mean", 5), ("ratio", 5), ("median", 6), ("median", 20)])
def test_intervals_cover_the_truth_at_least_as_often_as_they_promise(of, n):
    rng, covered = np.random.default_rng(1), []
    for _ in range(400):
        noise = rng.standard_normal(n)
        a, b, true = (
            (np.exp(1 + noise), np.ones(n), np.e) if of == "ratio" else (noise, 0 * noise, 0)
        )
        _, low, high = effect(a, b, of)
        covered.append(low <= true <= high)
    assert np.mean(covered) > 0.92  # 95 % less twice the error of 400 draws


@pytest.mark.parametrize(
    ("a", "b", "of"),
    [
        ([1, 2], [1, 2], "mean"),
        ([1, 2, 3], [1, 2], "mean"),
        (range(1, 6), range(1, 6), "median"),
        ([1, 2, 3], [0, 1, 2], "ratio"),
    ],
)
def test_samples_that_are_no_pairs_or_too_few_are_refused(a, b, of):
    with pytest.raises(ValueError, match="effect: "):
        effect(list(a), list(b), of)
