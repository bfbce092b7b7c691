"""The oracle itself: it finds the right gradient, and it finds wrong ones."""

import numpy as np
import pytest

from lessons_lib.gradcheck import (
    check_gradients,
    edited,
    numerical_gradient,
    numerical_jacobian,
    relative_error,
)


def test_numerical_gradient_of_a_known_function():
    x = np.array([[1.0, 2.0], [3.0, -1.0]])
    gradient = numerical_gradient(lambda: (x**3).sum(), x)
    np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-8)


def test_the_array_is_restored_even_when_the_function_fails():
    x = np.array([1.0, 2.0])

    def fails():
        raise RuntimeError("no value")

    with pytest.raises(RuntimeError):
        numerical_gradient(fails, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])


def test_numerical_jacobian_of_a_linear_map_is_its_matrix():
    A, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    np.testing.assert_allclose(numerical_jacobian(lambda: A @ x, x), A, atol=1e-8)


def test_a_planted_sign_error_is_seen():
    x = np.array([0.3, -0.7])
    right = {"x": np.cos(x)}
    assert check_gradients(lambda: np.sin(x).sum(), {"x": x}, right)["x"] < 1e-9
    wrong = {"x": np.cos(x) * [1, -1]}
    assert check_gradients(lambda: np.sin(x).sum(), {"x": x}, wrong)["x"] > 0.5


def test_relative_error_is_symmetric_and_scale_free():
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert relative_error(a, b) == relative_error(b, a)
    assert abs(relative_error(1e-9 * a, 1e-9 * b) - relative_error(a, b)) < 1e-12
    assert relative_error(a, a) == 0.0 == relative_error(0 * a, 0 * a)
    assert relative_error(0 * a, a) == 1.0


def test_what_would_make_a_check_worthless_is_refused():
    x = np.ones(2)
    with pytest.raises(ValueError, match="same names.*'y'"):
        check_gradients(lambda: x.sum(), {"x": x, "y": x}, {"x": x})
    for check in (numerical_gradient, numerical_jacobian):
        for bad in (x.astype(np.float32), x.astype(int)):
            with pytest.raises(TypeError, match=f"{bad.dtype}.*float64"):
                check(lambda: 0.0, bad)
    with pytest.raises(TypeError, match="list.*float64"):
        numerical_gradient(lambda: 0.0, [1.0])
    with pytest.raises(ValueError, match="must match"):
        relative_error(np.ones(2), np.ones(3))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_never_passes(value):
    x = np.array([0.3, -0.7])
    arrays, right = {"a": x, "b": x}, 2 * x
    errors = check_gradients(lambda: (x**2).sum(), arrays, {"a": right, "b": [right[0], value]})
    assert max(errors.values()) == np.inf and errors["a"] < 1e-7


def doubled(x):
    y = x + 1
    return 2 * y


def test_an_edited_function_differs_by_the_edit_alone():
    wrong = edited(doubled, {"x + 1": "x - 1", "2 * y": "3 * y"})
    assert wrong(4) == 9 and doubled(4) == 10
    assert wrong.__name__ == "doubled" and edited(doubled, {})(4) == 10


@pytest.mark.parametrize("piece", ["x + 2", "y"])
def test_an_edit_that_does_not_fit_once_is_refused(piece):
    with pytest.raises(ValueError, match="give a piece that occurs once"):
        edited(doubled, {piece: "0"})
