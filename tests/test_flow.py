"""Gradient flow: the product of Jacobians against finite differences and a case known exactly."""

import numpy as np
import pytest

from lessons_lib import cells, flow
from lessons_lib.gradcheck import numerical_jacobian


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
def test_norms_match_the_finite_difference_jacobian_over_several_steps(Cell):
    cell = Cell(3, 4, rng=np.random.default_rng(0))
    for value in cell.params.values():
        value *= 2
    x = np.random.default_rng(1).standard_normal((6, 1, 3))
    start = np.zeros((1, 4 * len(cell.state_names)))

    def final_state():
        parts = tuple(np.split(start, len(cell.state_names), axis=1))
        return np.concatenate(cell.forward(x, parts)[1], axis=1)

    norms = flow.jacobian_norms(cell, x)
    assert norms.shape == (7,) and norms[0] == 1.0
    expected = np.linalg.norm(numerical_jacobian(final_state, start), 2)
    assert abs(norms[-1] - expected) < 1e-7 * expected


def test_a_linear_regime_follows_the_powers_of_the_matrix():
    cell = cells.RNN(1, 2, rng=np.random.default_rng(0))
    cell.params["W_hh"][:] = [[0.5, 0.0], [0.0, 0.25]]
    norms = flow.jacobian_norms(cell, np.zeros((40, 1, 1)))
    np.testing.assert_allclose(norms, 0.5 ** np.arange(41), rtol=1e-12)


def test_norms_far_below_the_smallest_float_do_not_stop_the_count():
    cell = cells.RNN(1, 1, rng=np.random.default_rng(0))
    cell.params["W_hh"][:] = 1e-4
    norms = flow.jacobian_norms(cell, np.zeros((100, 1, 1)))
    assert norms[70] > 0 and norms[-1] == 0.0 and len(norms) == 101


def test_a_batch_is_refused():
    cell = cells.RNN(1, 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"one sequence \(T, 1, D\)"):
        flow.jacobian_norms(cell, np.zeros((5, 2, 1)))


def test_norms_over_seeds_are_those_of_each_seed():
    def build(rng):
        return cells.LSTM(2, 3, rng=rng)

    rows = flow.norms_over_seeds(build, T=7, seeds=(4, 5), input_scale=2.0)
    assert rows.shape == (2, 8)
    rng = np.random.default_rng(5)
    cell = build(rng)
    alone = flow.jacobian_norms(cell, 2.0 * rng.standard_normal((7, 1, 2)))
    np.testing.assert_array_equal(rows[1], alone)
