"""The partial cures: the same demands as on the other cells."""

import numpy as np
import pytest

from lessons_lib import cells
from lessons_lib.gradcheck import numerical_jacobian, relative_error
from lessons_models.cell_variants import LeakyRNN, ReLURNN, SkipRNN
from tests.test_cells import assert_forward_is_the_repeated_step, assert_gradients_match

T, B, D, H = 7, 3, 4, 5
CURES = {
    "leaky": (LeakyRNN, {"leak": 0.3}),
    "leaky, one leak per unit": (LeakyRNN, {"leak": np.array([0.05, 0.1, 0.3, 0.6, 1.0])}),
    "ReLU": (ReLURNN, {}),
    "skip": (SkipRNN, {"skip": 3}),
    "skip beyond the sequence": (SkipRNN, {"skip": 9}),
}
each_cure = pytest.mark.parametrize("name", CURES)


def setting(name, dtype=np.float64):
    """A cell with weights of order one, inputs, states and gradients from outside."""
    Cell, options = CURES[name]
    rng = np.random.default_rng(3)
    cell = Cell(D, H, rng=rng, dtype=dtype, **options)
    for value in cell.params.values():
        value[...] = rng.standard_normal(value.shape) * 0.6
    state = tuple(rng.standard_normal((B, H)).astype(dtype) for _ in cell.state_names)
    dstate = tuple(rng.standard_normal((B, H)).astype(dtype) for _ in cell.state_names)
    x, dhs = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    return cell, x.astype(dtype), state, dhs.astype(dtype), dstate


@each_cure
def test_gradients_match_finite_differences_for_every_array(name):
    assert_gradients_match(*setting(name))


@each_cure
def test_forward_is_the_repeated_step(name):
    cell, x, state, _, _ = setting(name)
    assert_forward_is_the_repeated_step(cell, x, state)


@each_cure
def test_jacobian_matches_finite_differences(name):
    cell, x, state, _, _ = setting(name)
    stacked = np.concatenate(state, axis=1)[:1]

    def new_state():
        parts = tuple(np.split(stacked, len(state), axis=1))
        return np.concatenate(cell.step(x[0, :1], parts)[0], axis=1)

    J = cell.jacobian(x[0, :1], tuple(part[:1] for part in state))[0]
    assert relative_error(J, numerical_jacobian(new_state, stacked).T) < 1e-7


@each_cure
def test_float32_stays_float32_and_inputs_are_left_alone(name):
    cell, x, state, dhs, dstate = setting(name, np.float32)
    kept = [a.copy() for a in (x, *state, dhs, *dstate, *cell.params.values())]
    hs, final, cache = cell.forward(x, state)
    dx, dprev, grads = cell.backward(dhs, cache, dstate)
    again = cell.backward(dhs, cache, dstate)[0]
    everything = [hs, *final, dx, *dprev, *grads.values(), *cell.step(x[0], state)[0]]
    assert {array.dtype for array in everything} == {np.dtype(np.float32)}
    assert grads.keys() == cell.params.keys() and np.array_equal(dx, again)
    for before, after in zip(kept, (x, *state, dhs, *dstate, *cell.params.values()), strict=True):
        np.testing.assert_array_equal(before, after)


def test_without_leak_and_without_skip_weights_the_cells_are_the_plain_one():
    plain = cells.RNN(D, H, rng=np.random.default_rng(0))
    leaky = LeakyRNN(D, H, rng=np.random.default_rng(0), leak=1)
    skip = SkipRNN(D, H, rng=np.random.default_rng(0), skip=4)
    skip.params["W_kh"][:] = 0
    x = np.random.default_rng(1).standard_normal((T, B, D))
    for cell in (leaky, skip):
        np.testing.assert_allclose(cell.forward(x)[0], plain.forward(x)[0], atol=1e-14)


def test_the_identity_start_keeps_a_positive_state_for_ever():
    cell = ReLURNN(D, H, rng=np.random.default_rng(0))
    start = (np.abs(np.random.default_rng(1).standard_normal((B, H))),)
    hs, _, _ = cell.forward(np.zeros((500, B, D)), start)
    np.testing.assert_array_equal(hs[-1], start[0])
    assert np.abs(cell.params["W_xh"]).max() < 0.01
    larger = ReLURNN(D, H, rng=np.random.default_rng(0), scale=1.0)
    np.testing.assert_allclose(cell.params["W_xh"], 0.001 * larger.params["W_xh"])


@pytest.mark.parametrize("leak", [0, -0.1, 1.5, [0.1, 0.1, 0.1, 0.1, 0.0]])
def test_a_leak_outside_its_range_is_named(leak):
    with pytest.raises(ValueError, match=r"leak must lie in \(0, 1\]"):
        LeakyRNN(D, H, rng=np.random.default_rng(0), leak=leak)


@pytest.mark.parametrize("skip", [1, 2.5])
def test_a_skip_below_two_is_named(skip):
    with pytest.raises(ValueError, match="at least 2"):
        SkipRNN(D, H, rng=np.random.default_rng(0), skip=skip)
