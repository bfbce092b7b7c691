"""The cells: gradient-checked in float64, equal to torch, honest about bad input."""

import copy

import numpy as np
import pytest

from lessons_lib import cells
from lessons_lib.gradcheck import check_gradients, numerical_jacobian, relative_error
from lessons_models.gru_variants import GRUVariant, with_update_sign
from lessons_models.lstm_variants import LSTMVariant

T, B, D, H = 6, 3, 4, 5

VARIANTS = {
    "RNN": (cells.RNN, {}),
    "LSTM": (cells.LSTM, {}),
    "LSTM forget bias": (cells.LSTM, {"forget_bias": 1.0}),
    "LSTM chrono": (cells.LSTM, {"chrono": 20}),
    "LSTM peepholes": (LSTMVariant, {"peepholes": True}),
    "LSTM peepholes, chrono": (LSTMVariant, {"peepholes": True, "chrono": 20}),
    "LSTM coupled": (LSTMVariant, {"coupled": True}),
    "LSTM coupled peepholes": (LSTMVariant, {"coupled": True, "peepholes": True}),
    "LSTM coupled chrono": (LSTMVariant, {"coupled": True, "chrono": 20}),
    "GRU": (cells.GRU, {}),
    "GRU keep bias": (cells.GRU, {"keep_bias": 1.0}),
    "GRU chrono": (cells.GRU, {"chrono": 20}),
    "GRU z writes": (GRUVariant, {"update_keeps": False}),
    "GRU reset before": (GRUVariant, {"reset_after": False}),
    "GRU reset before, z writes": (GRUVariant, {"reset_after": False, "update_keeps": False}),
}


def build(name, dtype=np.float64, seed=0, input_size=D, hidden_size=H):
    Cell, options = VARIANTS[name]
    return Cell(input_size, hidden_size, rng=np.random.default_rng(seed), dtype=dtype, **options)


def randomised(cell, seed=1):
    """Every parameter of order one: tiny weights would let a wrong gradient pass."""
    rng = np.random.default_rng(seed)
    for value in cell.params.values():
        value[...] = rng.standard_normal(value.shape) * 0.8
    return cell


def data(cell, T=T, B=B, seed=2):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((T, B, cell.input_size)).astype(cell.dtype)
    state = tuple(rng.standard_normal(s.shape).astype(cell.dtype) for s in cell.init_state(B))
    dhs = rng.standard_normal((T, B, cell.hidden_size)).astype(cell.dtype)
    dstate = tuple(rng.standard_normal(s.shape).astype(cell.dtype) for s in state)
    return x, state, dhs, dstate


each_variant = pytest.mark.parametrize("name", VARIANTS)


def assert_gradients_match(cell, x, state, dhs, dstate):
    """Every parameter, the input and every part of the state, against finite differences."""

    def loss():
        hs, final, _ = cell.forward(x, state)
        return (hs * dhs).sum() + sum((s * d).sum() for s, d in zip(final, dstate, strict=True))

    dx, dprev, grads = cell.backward(dhs, cell.forward(x, state)[2], dstate)
    assert grads.keys() == cell.params.keys()
    arrays = {**cell.params, "x": x, **dict(zip(cell.state_names, state, strict=True))}
    gradients = {**grads, "x": dx, **dict(zip(cell.state_names, dprev, strict=True))}
    assert all(np.linalg.norm(g) > 0.1 for g in gradients.values())
    errors = check_gradients(loss, arrays, gradients)
    assert max(errors.values()) < 1e-7, errors


def assert_forward_is_the_repeated_step(cell, x, state):
    hs, final, _ = cell.forward(x, state)
    for x_t, h_t in zip(x, hs, strict=True):
        state, _ = cell.step(x_t, state)
        np.testing.assert_allclose(state[0], h_t, atol=1e-13)
    for by_step, by_forward in zip(state, final, strict=True):
        np.testing.assert_allclose(by_step, by_forward, atol=1e-13)


@each_variant
def test_gradients_match_finite_differences_for_every_array(name):
    cell = randomised(build(name))
    assert_gradients_match(cell, *data(cell))


@each_variant
def test_forward_is_the_repeated_step(name):
    cell = randomised(build(name))
    x, state, _, _ = data(cell)
    assert_forward_is_the_repeated_step(cell, x, state)


@each_variant
def test_jacobian_matches_finite_differences(name):
    cell = randomised(build(name))
    x, state, _, _ = data(cell)
    J = cell.jacobian(x[0], state)
    stacked = np.concatenate(state, axis=1)
    for b in range(B):
        row = stacked[b : b + 1].copy()

        def new_state(row=row, b=b):
            parts = tuple(np.split(row, len(state), axis=1))
            return np.concatenate(cell.step(x[0, b : b + 1], parts)[0], axis=1)

        # numerical_jacobian is [output, input]; the cells use the row convention.
        assert relative_error(J[b], numerical_jacobian(new_state, row).T) < 1e-7


@each_variant
def test_a_split_sequence_gives_the_same_states_and_gradients(name):
    cell = randomised(build(name))
    x, state, dhs, _ = data(cell)
    hs, final, cache = cell.forward(x, state)
    dx, dprev, grads = cell.backward(dhs, cache)
    hs_1, middle, cache_1 = cell.forward(x[:2], state)
    hs_2, end, cache_2 = cell.forward(x[2:], middle)
    np.testing.assert_allclose(np.concatenate([hs_1, hs_2]), hs, atol=1e-13)
    dx_2, dmiddle, grads_2 = cell.backward(dhs[2:], cache_2)
    dx_1, dfirst, grads_1 = cell.backward(dhs[:2], cache_1, dmiddle)
    np.testing.assert_allclose(np.concatenate([dx_1, dx_2]), dx, atol=1e-12)
    for key, value in grads.items():
        np.testing.assert_allclose(grads_1[key] + grads_2[key], value, atol=1e-12)
    for one, two in zip(dfirst, dprev, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-12)


@each_variant
def test_float32_stays_float32(name):
    cell = build(name, dtype=np.float32)
    x, state, dhs, _ = data(cell)
    hs, final, cache = cell.forward(x)
    dx, dprev, grads = cell.backward(dhs, cache)
    one_step, _ = cell.step(x[0], state)
    everything = [hs, *final, dx, *dprev, *grads.values(), *one_step, *cell.params.values()]
    assert {array.dtype for array in everything} == {np.dtype(np.float32)}
    assert cell.jacobian(x[0], state).dtype == np.float32


@each_variant
def test_inputs_and_parameters_are_left_alone(name):
    cell = build(name)
    x, state, dhs, dstate = data(cell)
    kept = [a.copy() for a in (x, *state, dhs, *dstate, *cell.params.values())]
    _, final, cache = cell.forward(x, state)
    cell.backward(dhs, cache, dstate)
    again = cell.backward(dhs, cache, dstate)
    for before, after in zip(kept, (x, *state, dhs, *dstate, *cell.params.values()), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(again[0], cell.backward(dhs, cache, dstate)[0])


@each_variant
def test_the_same_seed_gives_the_same_weights(name):
    one, two, other = build(name), build(name), build(name, seed=9)
    for key in one.params:
        np.testing.assert_array_equal(one.params[key], two.params[key])
    assert not np.array_equal(one.params["W_hh"], other.params["W_hh"])


def test_the_long_lag_gradient_is_flushed_not_denormal():
    cell = build("RNN", dtype=np.float32)
    cell.params["W_hh"] *= 0.1
    x, _, dhs, _ = data(cell, T=200)
    dhs[:-1] = 0
    hs, _, cache = cell.forward(x)
    dx, (dh,), grads = cell.backward(dhs, cache)
    tiny = np.finfo(np.float32).tiny
    assert not np.any((np.abs(dx) < tiny) & (dx != 0))
    assert np.all(dx[0] == 0) and np.any(dx[-1] != 0)


# The initial values


def test_forget_bias_fills_the_forget_block_only():
    b_h = build("LSTM forget bias").params["b_h"]
    assert np.all(b_h[1] == 1) and np.all(b_h[[0, 2, 3]] == 0)


def test_chrono_biases_spread_time_scales_up_to_the_longest():
    cell = cells.LSTM(2, 4000, rng=np.random.default_rng(0), chrono=100)
    b_i, b_f = cell.params["b_h"][:2]
    np.testing.assert_array_equal(b_i, -b_f)
    scales = np.exp(b_f)
    assert 1 <= scales.min() < 2 and 98 < scales.max() <= 99
    assert abs(np.median(scales) - 50) < 3


@pytest.mark.parametrize("update_keeps", [True, False])
def test_gru_biases_open_the_gate_that_keeps(update_keeps):
    rng = np.random.default_rng(0)
    sign = 1 if update_keeps else -1
    kept = GRUVariant(2, 50, rng=rng, keep_bias=3.0, update_keeps=update_keeps)
    assert np.all(kept.params["b_h"][1] == 3 * sign)
    chrono = GRUVariant(2, 50, rng=rng, chrono=40, update_keeps=update_keeps)
    assert np.all(sign * chrono.params["b_h"][1] >= 0)


def test_orthogonal_matrices_keep_lengths():
    W = cells.orthogonal(20, np.random.default_rng(0))
    np.testing.assert_allclose(W @ W.T, np.eye(20), atol=1e-12)


# The GRU's conventions


@pytest.mark.parametrize("start", [{}, {"keep_bias": 2.0}, {"chrono": 30}])
def test_a_variant_without_its_options_is_the_textbook_gru_bit_by_bit(start):
    x = np.random.default_rng(1).standard_normal((T, B, D))
    one, other = (
        Cell(D, H, rng=np.random.default_rng(2), **start) for Cell in (cells.GRU, GRUVariant)
    )
    (hs, _, cache), (hs_2, _, cache_2) = one.forward(x), other.forward(x)
    assert np.array_equal(hs, hs_2)
    grads, grads_2 = one.backward(hs, cache)[2], other.backward(hs_2, cache_2)[2]
    assert all(np.array_equal(grads[name], grads_2[name]) for name in grads) and grads


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("update_keeps", [True, False])
def test_the_sign_converter_changes_no_output(update_keeps, reset_after):
    cell = GRUVariant(
        D, H, rng=np.random.default_rng(3), update_keeps=update_keeps, reset_after=reset_after
    )
    x, state, _, _ = data(randomised(cell))
    twin = with_update_sign(cell, not update_keeps)
    assert twin.update_keeps is not update_keeps
    np.testing.assert_allclose(twin.forward(x, state)[0], cell.forward(x, state)[0], atol=1e-12)
    twin.params["W_hh"] *= 2  # the twin owns its arrays
    assert not np.array_equal(twin.params["W_hh"][0], cell.params["W_hh"][0])


def test_reset_before_and_after_agree_when_the_recurrent_matrix_is_diagonal():
    after = randomised(build("GRU"))
    after.params["b_hn"][:] = 0
    after.params["W_hh"][2] = np.diag(np.diag(after.params["W_hh"][2]))
    before = build("GRU reset before")
    before.params = {k: v for k, v in after.params.items() if k != "b_hn"}
    x, state, _, _ = data(after)
    np.testing.assert_allclose(before.forward(x, state)[0], after.forward(x, state)[0], atol=1e-12)


def test_reset_before_and_after_differ_in_general():
    after = randomised(build("GRU"))
    after.params["b_hn"][:] = 0
    before = build("GRU reset before")
    before.params = {k: v for k, v in after.params.items() if k != "b_hn"}
    x, state, _, _ = data(after)
    assert np.abs(before.forward(x, state)[0] - after.forward(x, state)[0]).max() > 0.1


# Held gates


GATED = {name: VARIANTS[name] for name in VARIANTS if VARIANTS[name][0] in (cells.LSTM, cells.GRU)}
BLOCKS = {cells.LSTM: {"i": 0, "f": 1, "o": 3}, cells.GRU: {"r": 0, "z": 1}}


def with_a_gate_of_constant_value(cell, block, value):
    """A cell of the same form in which the block reads nothing but its bias, log v / (1 - v)."""
    twin = copy.deepcopy(cell)
    twin.params["W_xh"][block] = twin.params["W_hh"][block] = 0
    twin.params["b_h"][block] = np.log(value / (1 - value))
    return twin


@pytest.mark.parametrize("name", GATED)
def test_a_held_gate_is_a_gate_that_reads_nothing_and_has_this_value(name):
    cell = randomised(build(name))
    x, state, _, _ = data(cell)
    for letter, block in BLOCKS[type(cell)].items():
        for value in (0.25, np.linspace(0.1, 0.9, H)):
            new, gates = cell.step(x[0], state, held={letter: value})
            expected, _ = with_a_gate_of_constant_value(cell, block, value).step(x[0], state)
            np.testing.assert_array_equal(gates[letter], np.broadcast_to(value, (B, H)))
            for ours, theirs in zip(new, expected, strict=True):
                np.testing.assert_allclose(ours, theirs, atol=1e-14)


@pytest.mark.parametrize("name", GATED)
def test_a_unit_at_nan_stays_free_and_all_at_nan_change_nothing(name):
    cell = randomised(build(name, np.float32))
    x, state, _, _ = data(cell)
    free_state, free = cell.step(x[0], state)
    for letter in BLOCKS[type(cell)]:
        value = np.full(H, np.nan)
        same_state, _ = cell.step(x[0], state, held={letter: value})
        np.testing.assert_array_equal(np.stack(same_state), np.stack(free_state))
        value[2] = 1
        new, gates = cell.step(x[0], state, held={letter: value})
        np.testing.assert_array_equal(np.delete(gates[letter], 2, 1), np.delete(free[letter], 2, 1))
        assert np.all(gates[letter][:, 2] == 1)
        assert {part.dtype for part in (*new, *gates.values())} == {np.dtype(np.float32)}


def test_an_lstm_with_f_at_1_and_i_at_0_keeps_its_memory_and_o_at_0_hides_it():
    cell = randomised(build("LSTM"))
    x, (h, c), _, _ = data(cell)
    (h, kept), _ = cell.step(x[0], (h, c), held={"f": 1, "i": 0, "o": 0})
    np.testing.assert_array_equal(kept, c)
    assert not h.any()


@pytest.mark.parametrize(
    "held, message",
    [
        ({"q": 1.0}, "no gate q to hold, only"),
        ({"g": 1.0, "n": 1.0}, "no gate g, n to hold"),
        ({"{gate}": 1.5}, r"held at 1\.5: give a number from 0 to 1"),
        ({"{gate}": -0.1}, r"held at -0\.1"),
        ({"{gate}": np.ones(4)}, r"array \(5,\) of them"),
        ({"{gate}": "shut"}, "held at 'shut'"),
        ({"{gate}": None}, "held at None"),
    ],
)
@pytest.mark.parametrize("name, gate", [("LSTM", "f"), ("GRU", "z")])
def test_a_gate_that_cannot_be_held_so_is_named(name, gate, held, message):
    cell = build(name)
    x, state, _, _ = data(cell)
    with pytest.raises(ValueError, match=message):
        cell.step(x[0], state, held={key.format(gate=gate): held[key] for key in held})
    with pytest.raises(TypeError, match="held must be a dict such as"):
        cell.step(x[0], state, held=["f"])


# Bad input: one error, with what was given and what was expected


def bad_inputs(cell):
    x, state, _, _ = data(cell)
    yield (
        "rank",
        lambda: cell.forward(x[0]),
        ValueError,
        r"\(3, 4\), expected \(T, B, 4\); keep the",
    )
    yield (
        "features",
        lambda: cell.forward(x[:, :, :2]),
        ValueError,
        r"\(6, 3, 2\), expected \(T, B, 4\)",
    )
    yield "empty", lambda: cell.forward(x[:0]), ValueError, "x is empty"
    yield "batch", lambda: cell.forward(x[:, :2], state), ValueError, r"\(3, 5\), expected \(2, 5\)"
    yield "integers", lambda: cell.forward(x.astype(int)), TypeError, "floats, got int64"
    yield "a list", lambda: cell.forward(x.tolist()), TypeError, "NumPy array of floats, got list"
    yield "precision", lambda: cell.forward(x.astype(np.float32)), TypeError, "float32.*float64"
    yield "state", lambda: cell.forward(x, state[0]), TypeError, "must be the tuple"
    yield "step rank", lambda: cell.step(x, state), ValueError, r"expected \(B, 4\)"
    yield "step state", lambda: cell.step(x[0], state + state), TypeError, "got a tuple of"
    yield "width", lambda: cell.step(x[0], tuple(s[:, :2] for s in state)), ValueError, "expected"
    cache = cell.forward(x)[2]
    yield "dhs", lambda: cell.backward(x, cache), ValueError, "dhs has shape"
    yield "dstate", lambda: cell.backward(np.zeros((T, B, H)), cache, 0.0), TypeError, "dstate"


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_bad_input_is_named(name):
    cell = build(name)
    for _, call, error, message in bad_inputs(cell):
        with pytest.raises(error, match=message):
            call()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@each_variant
def test_a_broken_parameter_is_named(name, value):
    cell = build(name)
    x, state, _, _ = data(cell)
    for key, array in cell.params.items():
        kept = array.flat[0]
        array.flat[0] = value
        for call in (lambda: cell.forward(x), lambda: cell.step(x[0], state)):
            with pytest.raises(ValueError, match=f"parameter {key} holds NaN"):
                call()
        array.flat[0] = kept


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (2.5, 3), ("4", 3)])
def test_bad_sizes_are_named(sizes):
    with pytest.raises(ValueError, match="whole number of at least 1"):
        cells.RNN(*sizes, rng=np.random.default_rng(0))


def test_bad_dtype_and_chrono_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="floating type"):
        cells.GRU(3, 3, rng=rng, dtype=int)
    with pytest.raises(ValueError, match="at least 3"):
        cells.LSTM(3, 3, rng=rng, chrono=2)
