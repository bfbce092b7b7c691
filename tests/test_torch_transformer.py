"""The small transformer: equal to PyTorch's own parts, and blind to what it must not see."""

import numpy as np
import pytest
import torch
from torch import nn

from lessons_lib import attention, torch_bridge
from lessons_lib.gradcheck import numerical_gradient, relative_error
from lessons_models.torch_transformer import (
    Heads,
    PostNorm,
    PreNorm,
    Transformer,
    bits_per_character,
    sinusoids,
)

D, HEADS, T, B = 8, 2, 7, 3
NAMES = {"self_attn.in_proj_": "heads.qkv.", "self_attn.out_proj.": "heads.out.",
         "linear1.": "mlp.0.", "linear2.": "mlp.2."}  # fmt: skip


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def model(rng, **options):
    return Transformer(11, 5, 9, D, rng=rng, heads=HEADS, **options).double()


def tokens(rng):
    return torch.from_numpy(rng.integers(0, 11, (T, B)))


def test_the_heads_are_those_of_the_numpy_half(rng, double):
    layer = attention.MultiHeadAttention(D, HEADS, rng=rng)
    for name in "qkvo":
        layer.params[f"b_{name}"] += rng.standard_normal(D)
    torch_layer, heads = torch_bridge.to_torch(layer, nn.MultiheadAttention), Heads(D, HEADS)
    renamed = {
        key.replace("in_proj_", "qkv.").replace("out_proj.", "out."): value
        for key, value in torch_layer.state_dict().items()
    }
    heads.load_state_dict(renamed)
    x, mask = rng.standard_normal((B, T, D)), attention.causal_mask(T)
    y, _, _ = layer.forward(x, x, x, mask)
    ours = heads(torch.from_numpy(x), torch.from_numpy(mask)).detach().numpy()
    assert np.abs(ours - y).max() < 1e-10


@pytest.mark.parametrize("block, norm_first", [(PreNorm, True), (PostNorm, False)])
def test_a_block_is_that_of_torch(block, norm_first, rng, double):
    theirs = nn.TransformerEncoderLayer(
        D, HEADS, 4 * D, dropout=0.0, batch_first=True, norm_first=norm_first
    )
    with torch.no_grad():
        for p in theirs.parameters():
            p.add_(torch.from_numpy(0.5 * rng.standard_normal(p.shape)))
    ours, state = block(D, HEADS, 4 * D), theirs.state_dict()
    for old, new in NAMES.items():
        state = {key.replace(old, new): value for key, value in state.items()}
    ours.load_state_dict(state)
    x = torch.from_numpy(rng.standard_normal((B, T, D)))
    mask = torch.from_numpy(attention.causal_mask(T))
    y, their_y = ours(x, mask), theirs(x, src_mask=~mask)
    assert (y - their_y).abs().max() < 1e-10
    (y**2).sum().backward()
    (their_y**2).sum().backward()
    for name, parameter in theirs.named_parameters():
        for old, new in NAMES.items():
            name = name.replace(old, new)
        gap = (ours.get_parameter(name).grad - parameter.grad).abs().max()
        assert gap < 1e-10 * parameter.grad.abs().max().clamp(min=1), name


@pytest.mark.parametrize("block", [PreNorm, PostNorm])
def test_the_gradients_of_a_block_match_finite_differences(block, rng, double):
    net, x = block(D, HEADS, 4 * D), rng.standard_normal((B, T, D))
    arrays = {name: p.detach().numpy() for name, p in net.named_parameters()}
    for array in arrays.values():
        array += 0.5 * rng.standard_normal(array.shape)
    dy = torch.from_numpy(rng.standard_normal(x.shape))
    mask = torch.from_numpy(attention.causal_mask(T))

    def loss():
        with torch.no_grad():
            return (net(torch.from_numpy(x), mask) * dy).sum().item()

    leaf = torch.tensor(x, requires_grad=True)
    (net(leaf, mask) * dy).sum().backward()
    grads = {name: p.grad.numpy().copy() for name, p in net.named_parameters()}
    keys = slice(D, 2 * D)  # the bias of the keys does nothing: a gradient of zero
    assert np.abs(grads["heads.qkv.bias"][keys]).max() < 1e-12
    grads["heads.qkv.bias"] = np.delete(grads["heads.qkv.bias"], keys)
    errors = {"x": relative_error(leaf.grad.numpy(), numerical_gradient(loss, x))}
    for name, array in arrays.items():
        numeric = numerical_gradient(loss, array)
        if name == "heads.qkv.bias":
            numeric = np.delete(numeric, keys)
        errors[name] = relative_error(grads[name], numeric)
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("block", [PreNorm, PostNorm])
def test_a_causal_model_sees_no_future(block, rng):
    net, x = model(rng, block=block), tokens(rng)
    changed = x.clone()
    changed[4:] = (x[4:] + 1) % 11
    before, after = net(x), net(changed)
    assert torch.equal(before[:4], after[:4])
    assert not torch.allclose(before[4:], after[4:])


@pytest.mark.parametrize("causal", [True, False])
def test_padding_changes_nothing(causal, rng):
    net, x = model(rng, causal=causal), tokens(rng)
    lengths = torch.tensor([T, 3, 1])
    whole = net(x, lengths)
    for b, n in enumerate(lengths.tolist()):
        alone = net(x[:n, b : b + 1])
        assert (whole[:n, b] - alone[:, 0]).abs().max() < 1e-12
    changed = x.clone()
    changed[3:, 1] = (x[3:, 1] + 1) % 11
    assert torch.equal(net(changed, lengths)[:3, 1], whole[:3, 1])


def test_without_positions_and_mask_the_order_of_the_tokens_is_lost(rng):
    net, x = model(rng, causal=False), tokens(rng)
    order = torch.from_numpy(rng.permutation(T))
    assert not torch.allclose(net(x[order]), net(x)[order])
    nn.init.zeros_(net.positions)
    assert (net(x[order]) - net(x)[order]).abs().max() < 1e-12


@pytest.mark.parametrize("block", [PreNorm, PostNorm])
def test_every_parameter_takes_part(block, rng):
    net = model(rng, block=block)
    net(torch.from_numpy(rng.integers(0, 11, (9, 8)))).square().sum().backward()
    assert not [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]


def test_the_generator_alone_sets_the_weights():
    torch.manual_seed(3)
    state = torch.get_rng_state()
    one, two = (model(np.random.default_rng(4)).state_dict() for _ in range(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_dot_product_of_two_waves_depends_on_their_distance():
    P = sinusoids(20, 6)
    pairs = P @ P.T
    for k in range(19):
        diagonal = np.diagonal(pairs, k)
        assert np.ptp(diagonal) < 1e-12
    assert P[0].tolist() == [0, 1, 0, 1, 0, 1]
    speeds = np.array([1, 10000 ** (-1 / 3), 10000 ** (-2 / 3)])
    np.testing.assert_allclose(P[1, 0::2], np.sin(speeds), atol=1e-15)
    np.testing.assert_allclose(P[7, 1::2], np.cos(7 * speeds), atol=1e-15)


def test_the_bits_of_a_guess_are_those_of_the_alphabet(rng):
    net = Transformer(8, 8, 6, D, rng=rng, heads=HEADS)
    nn.init.zeros_(net.read_out.weight)
    assert bits_per_character(net, rng.integers(0, 8, 100)) == pytest.approx(3, abs=1e-6)


def test_each_symbol_is_scored_once_with_half_a_window_before_it(rng):
    net = Transformer(8, 8, 6, D, rng=rng, heads=HEADS).double()
    ids, bits = rng.integers(0, 8, 22), []
    for start in range(0, 16, 3):  # windows of 6, each 3 further on
        x = torch.from_numpy(ids[start : start + 6])[:, None]
        log_p = net(x).log_softmax(dim=-1)[:, 0].detach().numpy() / np.log(2)
        new = range(6) if start == 0 else range(3, 6)
        bits += [-log_p[t, ids[start + t + 1]] for t in new]
    assert len(bits) == 21  # every symbol but the first
    assert bits_per_character(net, ids) == pytest.approx(np.mean(bits), abs=1e-12)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda net: net(torch.zeros(4, dtype=torch.int64)), "expected int64"),
        (lambda net: net(torch.zeros(4, 1)), "expected int64"),
        (lambda net: net(torch.zeros(10, 1, dtype=torch.int64)), "larger longest"),
        (lambda net: net(torch.full((4, 1), 11)), "between 0 and 10"),
        (lambda net: net(torch.zeros(4, 2, dtype=torch.int64), torch.tensor([4, 5])), "lengths"),
        (lambda net: net(torch.zeros(4, 2, dtype=torch.int64), torch.tensor([4])), "lengths"),
        (lambda net: Heads(8, 3), "equal heads"),
        (lambda net: sinusoids(4, 3), "even size"),
    ],
)
def test_wrong_input_is_named(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(model(rng))
