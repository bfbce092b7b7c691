"""Other libraries' arrangements of a GRU: each oracle is that library's documented equation."""

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib import cells, torch_bridge
from lessons_models import gru_layouts
from lessons_models.gru_variants import GRUVariant, with_update_sign

T, B, D, H = 5, 3, 4, 6
FORMS = [(keeps, after) for keeps in (True, False) for after in (True, False)]
each_form = pytest.mark.parametrize("keeps,after", FORMS)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def setting(keeps, after, dtype=np.float64):
    """A GRU with every parameter of order one, inputs, a state."""
    rng = np.random.default_rng(7)
    cell = GRUVariant(D, H, rng=rng, update_keeps=keeps, reset_after=after, dtype=dtype)
    for array in cell.params.values():
        array[...] = rng.standard_normal(array.shape)
    x, h0 = rng.standard_normal((T, B, D)), rng.standard_normal((B, H))
    return cell, x.astype(dtype), h0.astype(dtype)


def keras_step(x, h, kernel, recurrent_kernel, bias):
    """keras.layers.GRU as documented: columns z r h; two rows of biases mean reset_after."""
    after = bias.ndim == 2
    x_z, x_r, x_h = np.split(x @ kernel + (bias[0] if after else bias), 3, axis=1)
    U_z, U_r, U_h = np.split(recurrent_kernel, 3, axis=1)
    c_z, c_r, c_h = np.split(bias[1], 3) if after else (0, 0, 0)
    z, r = sigmoid(x_z + h @ U_z + c_z), sigmoid(x_r + h @ U_r + c_r)
    n = np.tanh(x_h + (r * (h @ U_h + c_h) if after else (r * h) @ U_h))
    return z * h + (1 - z) * n


def onnx_step(x, h, W, R, B, linear_before_reset):
    """The operator GRU as documented, one direction, default activations."""
    (W_z, W_r, W_h), (R_z, R_r, R_h) = np.split(W[0], 3), np.split(R[0], 3)
    b_z, b_r, b_h, c_z, c_r, c_h = np.split(B[0], 6)
    z = sigmoid(x @ W_z.T + h @ R_z.T + b_z + c_z)
    r = sigmoid(x @ W_r.T + h @ R_r.T + b_r + c_r)
    inner = r * (h @ R_h.T + c_h) if linear_before_reset else (r * h) @ R_h.T + c_h
    n = np.tanh(x @ W_h.T + inner + b_h)
    return (1 - z) * n + z * h


def joined_step(x, h, W_rz, b_rz, W_n, b_n, order=np.hstack):
    """[h, x] W with the reset gate on the state before the product."""
    r, z = np.split(sigmoid(order([h, x]) @ W_rz + b_rz), 2, axis=1)
    n = np.tanh(order([r * h, x]) @ W_n + b_n)
    return (1 - z) * n + z * h


def run(step, x, h, arrays):
    hs = []
    for x_t in x:
        h = step(x_t, h, **arrays)
        hs.append(h)
    return np.stack(hs)


@each_form
@pytest.mark.parametrize(
    "to,oracle", [(gru_layouts.to_keras, keras_step), (gru_layouts.to_onnx, onnx_step)]
)
def test_the_exported_weights_give_the_cells_states_in_the_documented_equations(
    to, oracle, keeps, after
):
    cell, x, h0 = setting(keeps, after)
    hs = cell.forward(x, (h0,))[0]
    np.testing.assert_allclose(run(oracle, x, h0, to(cell)), hs, rtol=0, atol=1e-12)


@each_form
@pytest.mark.parametrize(
    "to,back",
    [
        (gru_layouts.to_keras, gru_layouts.from_keras),
        (gru_layouts.to_onnx, gru_layouts.from_onnx),
    ],
)
def test_there_and_back_is_the_same_cell(to, back, keeps, after):
    cell, x, h0 = setting(keeps, after)
    again = back(to(cell))
    assert again.update_keeps and again.reset_after == after
    for name, array in with_update_sign(cell, True).params.items():
        np.testing.assert_array_equal(again.params[name], array)
    np.testing.assert_allclose(
        again.forward(x, (h0,))[0], cell.forward(x, (h0,))[0], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("state_first", [True, False])
def test_the_joined_form_is_the_cell_and_comes_back(keeps, state_first):
    cell, x, h0 = setting(keeps, after=False)
    arrays = gru_layouts.to_joined(cell, state_first=state_first)

    def order(pair):
        return np.hstack(pair if state_first else pair[::-1])

    def step(x_t, h, **arrays):
        return joined_step(x_t, h, **arrays, order=order)

    hs = cell.forward(x, (h0,))[0]
    np.testing.assert_allclose(run(step, x, h0, arrays), hs, rtol=0, atol=1e-12)
    again = gru_layouts.from_joined(arrays, state_first=state_first)
    for name, array in with_update_sign(cell, True).params.items():
        np.testing.assert_array_equal(again.params[name], array)


@pytest.mark.parametrize("after", [True, False])
def test_weights_with_both_biases_come_in_as_the_documented_equations_say(after):
    rng = np.random.default_rng(3)
    x, h0 = rng.standard_normal((T, B, D)), rng.standard_normal((B, H))
    onnx = {
        "W": rng.standard_normal((1, 3 * H, D)),
        "R": rng.standard_normal((1, 3 * H, H)),
        "B": rng.standard_normal((1, 6 * H)),
        "linear_before_reset": int(after),
    }
    hs = gru_layouts.from_onnx(onnx).forward(x, (h0,))[0]
    np.testing.assert_allclose(hs, run(onnx_step, x, h0, onnx), rtol=0, atol=1e-12)
    keras = {
        "kernel": rng.standard_normal((D, 3 * H)),
        "recurrent_kernel": rng.standard_normal((H, 3 * H)),
        "bias": rng.standard_normal((2, 3 * H) if after else 3 * H),
    }
    hs = gru_layouts.from_keras(keras).forward(x, (h0,))[0]
    np.testing.assert_allclose(hs, run(keras_step, x, h0, keras), rtol=0, atol=1e-12)


def test_the_oracles_equal_torch_where_torch_has_the_form():
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        module = nn.GRU(D, H, dtype=torch.float64)
    cell = torch_bridge.from_torch(module, cells.GRU)
    _, x, h0 = setting(True, True)
    expected = module(torch.from_numpy(x), torch.from_numpy(h0)[None])[0].detach().numpy()
    for to, oracle in ((gru_layouts.to_keras, keras_step), (gru_layouts.to_onnx, onnx_step)):
        np.testing.assert_allclose(run(oracle, x, h0, to(cell)), expected, rtol=0, atol=1e-12)


@each_form
def test_float32_stays_float32_and_the_cell_is_left_alone(keeps, after):
    cell, _, _ = setting(keeps, after, np.float32)
    kept = {name: array.copy() for name, array in cell.params.items()}
    routes = [
        (gru_layouts.to_keras, gru_layouts.from_keras),
        (gru_layouts.to_onnx, gru_layouts.from_onnx),
    ]
    if not after:
        routes.append((gru_layouts.to_joined, gru_layouts.from_joined))
    for to, back in routes:
        arrays = to(cell)
        again = back(arrays)
        for array in arrays.values():
            if isinstance(array, np.ndarray):
                assert array.dtype == np.float32
                array[...] = 0  # neither cell shares memory with the arrays
        assert again.dtype == np.float32 and np.abs(again.params["W_hh"]).max() > 0.1
    for name, array in kept.items():
        np.testing.assert_array_equal(cell.params[name], array)


def test_the_joined_form_refuses_a_reset_after_the_product():
    with pytest.raises(ValueError, match="before the product"):
        gru_layouts.to_joined(setting(True, True)[0])


def test_what_is_not_a_gru_is_refused():
    with pytest.raises(TypeError, match="got LSTM"):
        gru_layouts.to_keras(cells.LSTM(D, H, rng=np.random.default_rng(0)))
    keras = gru_layouts.to_keras(setting(True, True)[0])
    with pytest.raises(ValueError, match="columns"):
        gru_layouts.from_keras({**keras, "kernel": keras["kernel"][:, :-1]})
    with pytest.raises(ValueError, match="bias missing"):
        gru_layouts.from_keras({"kernel": 0, "recurrent_kernel": 0})
    onnx = gru_layouts.to_onnx(setting(True, True)[0])
    with pytest.raises(ValueError, match="linear_before_reset missing"):
        gru_layouts.from_onnx({name: onnx[name] for name in "WRB"})
    with pytest.raises(ValueError, match="one direction"):
        gru_layouts.from_onnx({**onnx, "W": np.repeat(onnx["W"], 2, axis=0)})
    joined = gru_layouts.to_joined(setting(True, False)[0])
    short = {"b_rz": joined["b_rz"][2:], "b_n": joined["b_n"][1:]}
    with pytest.raises(ValueError, match="not those of one GRU"):
        gru_layouts.from_joined({**joined, **short})
