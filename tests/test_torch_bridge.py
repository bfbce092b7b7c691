"""The bridge: same weights, same outputs, same gradients, on either side."""

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib import attention, cells, torch_bridge
from lessons_models import cell_variants as variants
from lessons_models.gru_variants import GRUVariant, with_update_sign
from lessons_models.lstm_variants import LSTMVariant

T, B, D, H = 6, 3, 4, 5
PAIRS = {
    "RNN": (cells.RNN, nn.RNN),
    "LSTM": (cells.LSTM, nn.LSTM),
    "GRU": (cells.GRU, nn.GRU),
}
DTYPES = {np.float32: torch.float32, np.float64: torch.float64}
LIMIT = {np.float32: 2e-5, np.float64: 1e-10}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_cell(Cell, rng, dtype=np.float64):
    """Every parameter, biases included, of order one."""
    cell = Cell(D, H, rng=rng, dtype=dtype)
    for array in cell.params.values():
        array[...] = rng.standard_normal(array.shape)
    return cell


def compare(cell, module, rng):
    """The largest difference between cell and module, over outputs and all gradients."""
    x = rng.standard_normal((T, B, D)).astype(cell.dtype)
    state = tuple(rng.standard_normal(s.shape).astype(cell.dtype) for s in cell.init_state(B))
    hs, last, cache = cell.forward(x, state)
    dhs = rng.standard_normal(hs.shape).astype(cell.dtype)
    dlast = tuple(rng.standard_normal(s.shape).astype(cell.dtype) for s in last)
    dx, dstate, grads = cell.backward(dhs, cache, dlast)

    tx, *tstate = (torch.tensor(array, requires_grad=True) for array in (x, *state))
    packed = [s[None] for s in tstate]
    theirs, tlast = module(tx, packed[0] if len(packed) == 1 else tuple(packed))
    tlast = (tlast,) if len(packed) == 1 else tlast
    loss = (theirs * torch.tensor(dhs)).sum()
    loss = loss + sum((s[0] * torch.tensor(d)).sum() for s, d in zip(tlast, dlast, strict=True))
    module.zero_grad()
    loss.backward()

    ours = {"hs": hs, "dx": dx} | grads
    other = {"hs": theirs.detach().numpy(), "dx": tx.grad.numpy()}
    other |= torch_bridge.torch_gradients(module)
    for i, (s, ds, t, dt) in enumerate(zip(last, dstate, tlast, tstate, strict=True)):
        ours |= {f"state {i}": s, f"dstate {i}": ds}
        other |= {f"state {i}": t[0].detach().numpy(), f"dstate {i}": dt.grad.numpy()}
    assert ours.keys() == other.keys()
    for name in ours:
        assert ours[name].dtype == other[name].dtype == cell.dtype, name
        assert ours[name].shape == other[name].shape, name
    return max(np.abs(ours[name] - other[name]).max() for name in ours)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pair", PAIRS)
def test_an_exported_cell_computes_the_same_in_torch(pair, dtype, rng):
    Cell, Module = PAIRS[pair]
    cell = random_cell(Cell, rng, dtype)
    module = torch_bridge.to_torch(cell, Module)
    assert type(module) is Module
    assert {p.dtype for p in module.parameters()} == {DTYPES[dtype]}
    assert compare(cell, module, rng) < LIMIT[dtype] * 10


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pair", PAIRS)
def test_an_imported_module_computes_the_same_as_a_cell(pair, dtype, rng):
    Cell, Module = PAIRS[pair]
    torch.manual_seed(0)
    module = Module(D, H, dtype=DTYPES[dtype])  # both biases are random, and differ
    cell = torch_bridge.from_torch(module, Cell)
    assert type(cell) is Cell and cell.dtype == dtype
    assert compare(cell, module, rng) < LIMIT[dtype]


@pytest.mark.parametrize("pair", PAIRS)
def test_a_round_trip_changes_no_weight(pair, rng):
    Cell, Module = PAIRS[pair]
    cell = random_cell(Cell, rng)
    back = torch_bridge.from_torch(torch_bridge.to_torch(cell, Module), Cell)
    assert back.params.keys() == cell.params.keys()
    for name, array in cell.params.items():
        assert np.array_equal(back.params[name], array), name


@pytest.mark.parametrize("dtype", DTYPES)
def test_multi_head_attention_makes_the_round_trip(dtype, rng):
    layer = attention.MultiHeadAttention(6, 3, rng=rng, dtype=dtype)
    for array in layer.params.values():
        array[...] = rng.standard_normal(array.shape)
    module = torch_bridge.to_torch(layer, nn.MultiheadAttention)
    back = torch_bridge.from_torch(module, attention.MultiHeadAttention)
    assert (back.model_size, back.heads, back.dtype) == (6, 3, np.dtype(dtype))
    assert back.params.keys() == layer.params.keys()
    for name, array in layer.params.items():
        assert np.array_equal(back.params[name], array), name


def test_an_imported_multi_head_attention_computes_the_same(rng):
    torch.manual_seed(0)
    module = nn.MultiheadAttention(6, 3, batch_first=True, dtype=torch.float64)
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    layer = torch_bridge.from_torch(module, attention.MultiHeadAttention)
    x = rng.standard_normal((2, 5, 6))
    t = torch.tensor(x, requires_grad=True)
    theirs, _ = module(t, t, t)
    out, _, cache = layer.forward(x, x, x)
    (theirs**2).sum().backward()
    *dinputs, grads = layer.backward(2 * out, cache)
    their_grads = torch_bridge.torch_gradients(module)
    assert np.abs(out - theirs.detach().numpy()).max() < 1e-10
    assert np.abs(sum(dinputs) - t.grad.numpy()).max() < 1e-10
    for name, gradient in grads.items():
        assert np.abs(gradient - their_grads[name]).max() < 1e-10, name


@pytest.mark.parametrize("pair", PAIRS)
def test_redundant_biases_have_the_same_gradient_in_torch(pair, rng):
    Cell, Module = PAIRS[pair]
    module = torch_bridge.to_torch(random_cell(Cell, rng), Module)
    module(torch.tensor(rng.standard_normal((T, B, D))))[0].sum().backward()
    from_input, from_state = module.bias_ih_l0.grad, module.bias_hh_l0.grad
    shared = 2 * H if pair == "GRU" else len(from_input)
    assert torch.allclose(from_input[:shared], from_state[:shared], rtol=1e-12, atol=1e-13)
    if pair == "GRU":  # only the candidate's bias stands behind the reset gate
        assert not torch.allclose(from_input[shared:], from_state[shared:])


@pytest.mark.parametrize("pair", PAIRS)
def test_exported_bias_hh_is_zero_but_for_the_candidate_of_the_gru(pair, rng):
    Cell, Module = PAIRS[pair]
    cell = random_cell(Cell, rng)
    bias = torch_bridge.to_torch(cell, Module).bias_hh_l0.detach().numpy()
    if pair == "GRU":
        assert np.array_equal(bias[-H:], cell.params["b_hn"])
        bias = bias[:-H]
    assert not bias.any()


@pytest.mark.parametrize("pair", PAIRS)
def test_the_two_sides_share_no_memory(pair, rng):
    Cell, Module = PAIRS[pair]
    cell = random_cell(Cell, rng)
    module = torch_bridge.to_torch(cell, Module)
    back = torch_bridge.from_torch(module, Cell)
    kept = {name: array.copy() for name, array in back.params.items()}
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    for name, array in kept.items():
        assert np.array_equal(back.params[name], array) and np.array_equal(cell.params[name], array)


def test_the_bridge_leaves_the_random_state_of_torch_alone(rng):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    torch_bridge.to_torch(random_cell(cells.LSTM, rng), nn.LSTM)
    assert torch.equal(torch.rand(3), expected)


def test_a_gru_of_the_other_sign_is_exported_after_conversion(rng):
    cell = random_cell(lambda *a, **k: GRUVariant(*a, update_keeps=False, **k), rng)
    with pytest.raises(ValueError, match=r"with_update_sign\(cell, True\)"):
        torch_bridge.to_torch(cell, nn.GRU)
    module = torch_bridge.to_torch(with_update_sign(cell, True), nn.GRU)
    x = rng.standard_normal((T, B, D))
    theirs = module(torch.tensor(x))[0].detach().numpy()
    assert np.abs(cell.forward(x)[0] - theirs).max() < 1e-10


@pytest.mark.parametrize(
    ("Cell", "options", "Module"),
    [
        (LSTMVariant, {"peepholes": True}, nn.LSTM),
        (LSTMVariant, {"coupled": True}, nn.LSTM),
        (GRUVariant, {"reset_after": False}, nn.GRU),
        (cells.GRU, {}, nn.LSTM),
        (cells.RNN, {}, nn.GRU),
    ],
)
def test_cells_that_torch_does_not_have_are_refused(Cell, options, Module, rng):
    with pytest.raises(ValueError, match="without peepholes or coupled gates.*reset_after=True"):
        torch_bridge.to_torch(Cell(D, H, rng=rng, **options), Module)


@pytest.mark.parametrize(
    ("Cell", "module"),
    [
        (cells.RNN, nn.RNN(D, H, nonlinearity="relu")),
        (cells.LSTM, nn.LSTM(D, H, num_layers=2)),
        (cells.LSTM, nn.LSTM(D, H, proj_size=2)),
        (cells.GRU, nn.GRU(D, H, bidirectional=True)),
        (cells.GRU, nn.GRU(D, H, bias=False)),
        (cells.LSTM, nn.LSTM(D, H, dtype=torch.bfloat16)),
        (attention.MultiHeadAttention, nn.MultiheadAttention(4, 2, dropout=0.1)),
        (attention.MultiHeadAttention, nn.MultiheadAttention(4, 2, bias=False)),
        (attention.MultiHeadAttention, nn.MultiheadAttention(4, 2, kdim=3)),
        (attention.MultiHeadAttention, nn.MultiheadAttention(4, 2, add_bias_kv=True)),
        (attention.MultiHeadAttention, nn.MultiheadAttention(4, 2, add_zero_attn=True)),
    ],
)
def test_modules_without_a_cell_are_refused_in_both_readings(Cell, module):
    with pytest.raises(ValueError, match="supported, in float32 or float64"):
        torch_bridge.from_torch(module, Cell)
    with pytest.raises(ValueError, match="supported, in float32 or float64"):
        torch_bridge.torch_gradients(module)


def test_other_classes_are_refused(rng):
    cell = cells.RNN(D, H, rng=rng)
    with pytest.raises(TypeError, match="no cell for LSTMCell"):
        torch_bridge.from_torch(nn.LSTMCell(D, H), cells.LSTM)
    with pytest.raises(TypeError, match="no cell for Linear"):
        torch_bridge.torch_gradients(nn.Linear(D, H))
    with pytest.raises(TypeError, match="expected a class such as nn.LSTM"):
        torch_bridge.to_torch(cell, nn.Linear)
    with pytest.raises(ValueError, match="does not fit .*GRU.*: give the class of the same name"):
        torch_bridge.from_torch(nn.LSTM(D, H), cells.GRU)


def test_gradients_are_asked_for_after_backward():
    with pytest.raises(ValueError, match=r"call backward\(\) on a loss first"):
        torch_bridge.torch_gradients(nn.GRU(D, H))


@pytest.mark.parametrize("Variant", [variants.LeakyRNN, variants.ReLURNN])
def test_a_cell_with_the_shapes_of_an_rnn_that_computes_something_else_is_refused(Variant):
    rng = np.random.default_rng(0)
    options = {"leak": 0.3} if Variant is variants.LeakyRNN else {}
    with pytest.raises(ValueError, match="module of the same name"):
        torch_bridge.to_torch(Variant(3, 4, rng=rng, **options), nn.RNN)
    with pytest.raises(ValueError, match="class of the same name"):
        torch_bridge.from_torch(nn.RNN(3, 4, dtype=torch.float64), variants.ReLURNN)
