"""Activations and losses: equal to torch, derivatives by finite differences, no overflow."""

import numpy as np
import pytest
import torch

from lessons_lib import functional
from lessons_lib.gradcheck import numerical_gradient, relative_error


@pytest.fixture
def a():
    return np.random.default_rng(0).standard_normal((4, 3, 6)) * 2


def test_sigmoid_softmax_and_log_softmax_equal_torch(a):
    t = torch.from_numpy(a)
    np.testing.assert_allclose(functional.sigmoid(a), torch.sigmoid(t).numpy(), atol=1e-14)
    for axis in (0, 1, -1):
        np.testing.assert_allclose(
            functional.softmax(a, axis), torch.softmax(t, axis).numpy(), atol=1e-14
        )
        np.testing.assert_allclose(
            functional.log_softmax(a, axis), torch.log_softmax(t, axis).numpy(), atol=1e-13
        )


def test_huge_inputs_do_not_overflow():
    a = np.array([-1e4, 0.0, 1e4])
    np.testing.assert_array_equal(functional.sigmoid(a), [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(functional.softmax(a), [0.0, 0.0, 1.0])
    assert np.isfinite(functional.log_softmax(a)).all()


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_derivatives_match_finite_differences(a, axis):
    w = np.random.default_rng(1).standard_normal(a.shape)
    pairs = [
        (
            lambda: (functional.sigmoid(a) * w).sum(),
            w * functional.d_sigmoid(functional.sigmoid(a)),
        ),
        (lambda: (np.tanh(a) * w).sum(), w * functional.d_tanh(np.tanh(a))),
        (
            lambda: (functional.softmax(a, axis) * w).sum(),
            functional.d_softmax(functional.softmax(a, axis), w, axis),
        ),
    ]
    for f, analytic in pairs:
        assert relative_error(analytic, numerical_gradient(f, a)) < 1e-7


@pytest.mark.parametrize("masked", [False, True])
def test_cross_entropy_equals_torch_with_its_gradient(a, masked):
    rng = np.random.default_rng(2)
    targets = rng.integers(0, 6, (4, 3))
    mask = rng.integers(0, 2, (4, 3)) if masked else None
    t = torch.from_numpy(a).requires_grad_()
    each = torch.nn.functional.cross_entropy(
        t.reshape(-1, 6), torch.from_numpy(targets).reshape(-1), reduction="none"
    )
    weight = torch.ones(12) if mask is None else torch.from_numpy(mask).reshape(-1)
    expected = (each * weight).sum() / weight.sum()
    expected.backward()
    value, dlogits = functional.cross_entropy(a, targets, mask)
    assert abs(value - expected.item()) < 1e-12
    np.testing.assert_allclose(dlogits, t.grad.numpy(), atol=1e-12)


def test_squared_error_equals_torch_with_its_gradient(a):
    target = np.random.default_rng(3).standard_normal(a.shape)
    t = torch.from_numpy(a).requires_grad_()
    expected = torch.nn.functional.mse_loss(t, torch.from_numpy(target))
    expected.backward()
    value, dy = functional.squared_error(a, target)
    assert abs(value - expected.item()) < 1e-12
    np.testing.assert_allclose(dy, t.grad.numpy(), atol=1e-12)


def test_losses_keep_float32(a):
    a = a.astype(np.float32)
    assert functional.cross_entropy(a, np.zeros((4, 3), int))[1].dtype == np.float32
    assert functional.squared_error(a, np.zeros(a.shape))[1].dtype == np.float32


def test_bad_targets_are_named(a):
    with pytest.raises(ValueError, match=r"targets has shape \(4,\), expected \(4, 3\)"):
        functional.cross_entropy(a, np.zeros(4, int))
    with pytest.raises(TypeError, match="targets must be integers, got float64"):
        functional.cross_entropy(a, np.zeros((4, 3)))
    for targets in (np.full((4, 3), 6), np.full((4, 3), -1)):
        with pytest.raises(ValueError, match="integers between 0 and 5"):
            functional.cross_entropy(a, targets)
    with pytest.raises(ValueError, match="no position"):
        functional.cross_entropy(a, np.zeros((4, 3), int), np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"target has shape .*, expected \(4, 3, 6\)"):
        functional.squared_error(a, a[0])
    for call in (
        lambda: functional.cross_entropy(np.array([[1, 2, 3]]), [0]),
        lambda: functional.squared_error(np.array([1, 2]), [1.7, 2.7]),
    ):
        with pytest.raises(TypeError, match="floats, got int64"):
            call()
