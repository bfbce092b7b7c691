"""The LSTM with parts missing: the same demands as on the other cells."""

import numpy as np
import pytest
import torch

from lessons_lib import cells
from lessons_lib.gradcheck import numerical_jacobian, relative_error
from lessons_models.cell_ablation import AblatedLSTM
from tests.test_cells import (
    assert_forward_is_the_repeated_step,
    assert_gradients_match,
    data,
    randomised,
)

PARTS = ("input_gate", "forget_gate", "output_gate", "candidate_tanh", "output_tanh")
REMOVED = {
    "nothing": (),
    **{part: (part,) for part in PARTS},
    "all gates": PARTS[:3],
    "both tanh": PARTS[3:],
    "everything": PARTS,
}
each_removal = pytest.mark.parametrize("name", REMOVED)


def build(name, dtype=np.float64):
    without = dict.fromkeys(REMOVED[name], False)
    return AblatedLSTM(4, 5, rng=np.random.default_rng(0), dtype=dtype, **without)


def setting(name, dtype=np.float64):
    """Weights of order one, halved: without any tanh the state of six steps grows fast."""
    cell = randomised(build(name, dtype))
    for value in cell.params.values():
        value *= 0.5
    return (cell, *data(cell))


@each_removal
def test_gradients_match_finite_differences_for_every_array(name):
    assert_gradients_match(*setting(name))


@each_removal
def test_forward_is_the_repeated_step(name):
    assert_forward_is_the_repeated_step(*setting(name)[:3])


@each_removal
def test_jacobian_matches_finite_differences(name):
    cell, x, state, _, _ = setting(name)
    stacked = np.concatenate(state, axis=1)[:1]

    def new_state():
        return np.concatenate(cell.step(x[0, :1], tuple(np.split(stacked, 2, axis=1)))[0], axis=1)

    J = cell.jacobian(x[0, :1], tuple(part[:1] for part in state))[0]
    assert relative_error(J, numerical_jacobian(new_state, stacked).T) < 1e-7


@each_removal
def test_outputs_and_gradients_equal_autograd_on_the_equations(name):
    cell, x, state, dhs, dstate = setting(name)
    missing = REMOVED[name]
    p = {key: torch.tensor(value, requires_grad=True) for key, value in cell.params.items()}
    x_torch = torch.tensor(x, requires_grad=True)
    start = [torch.tensor(part, requires_grad=True) for part in state]
    (h, c), hs = start, []
    for x_t in x_torch.unbind(0):
        a_i, a_f, a_g, a_o = x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"][:, None]
        i = 1 if "input_gate" in missing else torch.sigmoid(a_i)
        f = 1 if "forget_gate" in missing else torch.sigmoid(a_f)
        o = 1 if "output_gate" in missing else torch.sigmoid(a_o)
        c = f * c + i * (a_g if "candidate_tanh" in missing else torch.tanh(a_g))
        h = o * (c if "output_tanh" in missing else torch.tanh(c))
        hs.append(h)
    hs = torch.stack(hs)
    loss = (hs * torch.from_numpy(dhs)).sum()
    (
        loss + sum((s * torch.from_numpy(d)).sum() for s, d in zip((h, c), dstate, strict=True))
    ).backward()
    ours, final, cache = cell.forward(x, state)
    dx, dprev, grads = cell.backward(dhs, cache, dstate)
    pairs = [(ours, hs), (final[0], h), (final[1], c), (dx, x_torch.grad)]
    pairs += [(mine, theirs.grad) for mine, theirs in zip(dprev, start, strict=True)]
    pairs += [(grads[key], value.grad) for key, value in p.items()]
    for mine, theirs in pairs:
        assert relative_error(mine, theirs.detach().numpy()) < 1e-10


def test_with_nothing_removed_it_is_the_lstm():
    cell, x, state, dhs, dstate = setting("nothing")
    twin = cells.LSTM(4, 5, rng=np.random.default_rng(0), forget_bias=2.0)
    fresh = AblatedLSTM(4, 5, rng=np.random.default_rng(0), forget_bias=2.0)
    for key, value in fresh.params.items():
        np.testing.assert_array_equal(value, twin.params[key])
    twin.params = cell.params
    ours, theirs = cell.forward(x, state), twin.forward(x, state)
    np.testing.assert_array_equal(ours[0], theirs[0])
    mine, other = cell.backward(dhs, ours[2], dstate), twin.backward(dhs, theirs[2], dstate)
    np.testing.assert_array_equal(mine[0], other[0])
    for key in twin.params:
        np.testing.assert_array_equal(mine[2][key], other[2][key])
    np.testing.assert_array_equal(cell.step(x[0], state)[0], twin.step(x[0], state)[0])


@pytest.mark.parametrize("gate, block", [("input_gate", 0), ("forget_gate", 1), ("output_gate", 3)])
def test_the_parameters_of_a_missing_gate_have_no_gradient_and_are_not_counted(gate, block):
    cell, x, state, dhs, dstate = setting(gate)
    grads = cell.backward(dhs, cell.forward(x, state)[2], dstate)[2]
    assert all(not grads[key][block].any() for key in grads)
    assert cell.parameters_used == 3 * 5 * (4 + 5 + 1)
    assert build("nothing").parameters_used == sum(p.size for p in cell.params.values())


@each_removal
def test_float32_stays_float32_and_inputs_are_left_alone(name):
    cell, x, state, dhs, dstate = setting(name, np.float32)
    kept = [a.copy() for a in (x, *state, dhs, *dstate, *cell.params.values())]
    hs, final, cache = cell.forward(x, state)
    dx, dprev, grads = cell.backward(dhs, cache, dstate)
    np.testing.assert_array_equal(cell.backward(dhs, cache, dstate)[0], dx)
    everything = [hs, *final, dx, *dprev, *grads.values(), *cell.step(x[0], state)[0]]
    assert {array.dtype for array in everything} == {np.dtype(np.float32)}
    for before, after in zip(kept, (x, *state, dhs, *dstate, *cell.params.values()), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_two_biases_fill_their_blocks_only():
    cell = AblatedLSTM(2, 3, rng=np.random.default_rng(0), forget_bias=3.0, input_bias=-3.0)
    np.testing.assert_array_equal(cell.params["b_h"][:, 0], [-3, 3, 0, 0])
