"""Gradient flow: the product of Jacobians against finite differences and a case known exactly."""

import numpy as np
import pytest

from lessons_lib import cells, flow
from lessons_lib.gradcheck import numerical_jacobian
from lessons_models import lyapunov


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
    with pytest.raises(ValueError, match=r"one sequence.*\(5, 2, 1\), expected \(T, 1, 1\)"):
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


def linear_cell(W):
    """An RNN that stays at h = 0 without input, where tanh has slope 1: exactly linear."""
    cell = cells.RNN(1, len(W), rng=np.random.default_rng(0))
    cell.params["W_hh"][:] = W
    return cell


def test_the_exponents_of_a_normal_matrix_are_the_logarithms_of_its_eigenvalues():
    Q, sizes = cells.orthogonal(4, np.random.default_rng(1)), np.array([1.2, 0.9, 0.5, 0.2])
    cell = linear_cell(Q.T @ np.diag(sizes) @ Q)
    found = lyapunov.exponents(
        cell, np.zeros((300, 1, 1)), rng=np.random.default_rng(2), count=4, discard=100
    )
    np.testing.assert_allclose(found, np.log(sizes), rtol=0.01)


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
def test_all_exponents_add_up_to_the_mean_log_determinant(Cell):
    rng = np.random.default_rng(3)
    cell, x = Cell(2, 3, rng=rng), rng.standard_normal((40, 1, 2))
    size = 3 * len(cell.state_names)
    found = lyapunov.exponents(cell, x, rng=rng, count=size)
    state, logs = cell.init_state(1), []
    for x_t in x:
        logs.append(np.linalg.slogdet(cell.jacobian(x_t, state)[0])[1])
        state, _ = cell.step(x_t, state)
    assert abs(found.sum() - np.mean(logs)) < 1e-9 and found.shape == (size,)


def test_the_largest_exponent_is_the_rate_of_the_norms():
    rng = np.random.default_rng(4)
    cell, x = cells.RNN(3, 8, rng=rng), rng.standard_normal((400, 1, 3))
    cell.params["W_hh"] *= 2
    norms = flow.jacobian_norms(cell, x)
    (exponent,) = lyapunov.exponents(cell, x, rng=rng)
    assert abs(np.log(norms[-1]) / 400 - exponent) < 0.02 * abs(exponent)


def test_a_change_that_is_lost_has_exponent_minus_infinity():
    found = lyapunov.exponents(linear_cell(np.zeros((2, 2))), np.zeros((3, 1, 1)),
                          rng=np.random.default_rng(0))  # fmt: skip
    assert found[0] == -np.inf


@pytest.mark.parametrize(
    ("shape", "options", "words"),
    [
        ((5, 2, 1), {}, r"one sequence.*\(5, 2, 1\), expected \(T, 1, 1\)"),
        ((5, 1, 1), {"count": 3}, "count must be .* at most 2, got 3"),
        ((5, 1, 1), {"discard": 5}, "discard must be .* at most 4, got 5"),
    ],
)
def test_lyapunov_refuses_what_it_cannot_measure(shape, options, words):
    with pytest.raises(ValueError, match=words):
        lyapunov.exponents(
            linear_cell(np.eye(2)), np.zeros(shape), rng=np.random.default_rng(0), **options
        )
