"""The models of the attention chapter: gradients against two oracles, and what they can do."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from lessons_lib import attention, cells, experiments, torch_bridge
from lessons_lib.functional import cross_entropy
from lessons_lib.gradcheck import check_gradients
from lessons_models import streams, torch_models
from lessons_models.attention_models import AttentionReadout, SelfAttention
from lessons_models.decoding import beam_search

T, B, D, H, K = 6, 3, 4, 5, 7
CELLS = {"RNN": (cells.RNN, nn.RNN), "LSTM": (cells.LSTM, nn.LSTM), "GRU": (cells.GRU, nn.GRU)}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def with_weights_of_order_one(model, rng):
    for array in model.params.values():
        array[...] = rng.standard_normal(array.shape)
    return model


def readout_model(rng, name="RNN"):
    cell = CELLS[name][0](D, H, rng=rng)
    return with_weights_of_order_one(AttentionReadout(cell, K, rng=rng), rng)


def self_attention(rng, longest=T + 2):
    return with_weights_of_order_one(SelfAttention(D, K, longest, H, rng=rng), rng)


MODELS = {
    **{f"readout of {name}": lambda rng, name=name: readout_model(rng, name) for name in CELLS},
    "self-attention": self_attention,
}


def run(model, x, dy):
    y, _, cache = model.forward(x)
    dx, _, grads = model.backward(dy, cache)
    return y, {**grads, "x": dx}


@pytest.mark.parametrize("name", MODELS)
def test_gradients_match_finite_differences(name, rng):
    model = MODELS[name](rng)
    x, dy = rng.standard_normal((T, B, D)), rng.standard_normal((B, K))
    _, grads = run(model, x, dy)
    errors = check_gradients(
        lambda: (model.forward(x)[0] * dy).sum(), {**model.params, "x": x}, grads
    )
    assert grads.keys() == {*model.params, "x"}
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("name", CELLS)
def test_gradients_reach_the_initial_state_and_come_from_the_final_one(name, rng):
    model = readout_model(rng, name)
    x, dy = rng.standard_normal((T, B, D)), rng.standard_normal((B, K))
    state = tuple(rng.standard_normal((B, H)) for _ in model.cell.state_names)
    dfinal = tuple(rng.standard_normal((B, H)) for _ in state)

    def loss():
        y, final, _ = model.forward(x, state)
        return (y * dy).sum() + sum((a * b).sum() for a, b in zip(final, dfinal, strict=True))

    _, _, cache = model.forward(x, state)
    _, dstate, _ = model.backward(dy, cache, dfinal)
    names = model.cell.state_names
    errors = check_gradients(
        loss, dict(zip(names, state, strict=True)), dict(zip(names, dstate, strict=True))
    )
    assert max(errors.values()) < 1e-7, errors


def leaves(arrays):
    return {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}


def assert_close(ours, theirs):
    for name, array in ours.items():
        assert np.abs(array - theirs[name]).max() < 1e-10, name


@pytest.mark.parametrize("name", CELLS)
def test_readout_and_its_gradients_equal_torch(name, rng):
    model = readout_model(rng, name)
    x, dy = rng.standard_normal((T, B, D)), rng.standard_normal((B, K))
    y, grads = run(model, x, dy)
    own, x_torch = leaves(model.own), torch.tensor(x, requires_grad=True)
    module = torch_bridge.to_torch(model.cell, CELLS[name][1])
    hs, _ = module(x_torch)
    keys = hs.swapaxes(0, 1)
    context = scaled_dot_product_attention((hs[-1] @ own["W_q"])[:, None], keys, keys)[:, 0]
    expected = torch.cat([hs[-1], context], dim=1) @ own["W_y"] + own["b_y"]
    (expected * torch.tensor(dy)).sum().backward()
    theirs = {f"cell.{k}": v for k, v in torch_bridge.torch_gradients(module).items()}
    theirs |= {k: v.grad.numpy() for k, v in own.items()} | {"x": x_torch.grad.numpy()}
    assert np.abs(y - expected.detach().numpy()).max() < 1e-10
    assert_close(grads, theirs)


def test_self_attention_and_its_gradients_equal_torch(rng):
    model = self_attention(rng)
    x, dy = rng.standard_normal((T, B, D)), rng.standard_normal((B, K))
    y, grads = run(model, x, dy)
    p = leaves({**model.params, "x": x})
    e = (p["x"] @ p["E"]).swapaxes(0, 1) + p["P"][:T]
    every = scaled_dot_product_attention(e @ p["W_q"], e @ p["W_k"], e @ p["W_v"])
    expected = every[:, -1] @ p["W_y"] + p["b_y"]
    (expected * torch.tensor(dy)).sum().backward()
    assert np.abs(y - expected.detach().numpy()).max() < 1e-10
    assert_close(grads, {k: v.grad.numpy() for k, v in p.items()})


@pytest.mark.parametrize("name", MODELS)
def test_weights_are_one_row_of_shares_per_sequence(name, rng):
    weights = MODELS[name](rng).weights(rng.standard_normal((T, B, D)))
    assert weights.shape == (B, T)
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_self_attention_without_positions_does_not_see_the_order_of_the_other_words(rng):
    model = self_attention(rng)
    x = rng.standard_normal((T, B, D))
    mixed = np.concatenate([x[rng.permutation(T - 1)], x[-1:]])
    assert np.abs(model.forward(x)[0] - model.forward(mixed)[0]).max() > 0.01
    model.params["P"][...] = 0
    np.testing.assert_allclose(model.forward(x)[0], model.forward(mixed)[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_models_keep_their_dtype(dtype, rng):
    cell = cells.RNN(D, H, rng=rng, dtype=dtype)
    x = rng.standard_normal((T, B, D)).astype(dtype)
    for model in (
        AttentionReadout(cell, K, rng=rng),
        SelfAttention(D, K, T, H, rng=rng, dtype=dtype),
    ):
        y, _, cache = model.forward(x)
        _, dy = cross_entropy(y, np.zeros(B, dtype=int))
        dx, _, grads = model.backward(dy, cache)
        kinds = {a.dtype for a in (y, dx, *model.params.values(), *grads.values())}
        assert kinds == {np.dtype(dtype)}


def test_bad_input_is_named(rng):
    model = self_attention(rng, longest=T)
    with pytest.raises(ValueError, match="7 steps, but there are positions for 6"):
        model.forward(np.ones((T + 1, B, D)))
    with pytest.raises(ValueError, match="expected .* 4"):
        model.forward(np.ones((T, B, D + 1)))
    with pytest.raises(ValueError, match=r"expected \(T, B, 4\)"):
        model.forward(np.ones((T, D)))
    with pytest.raises(TypeError, match="float32"):
        model.forward(np.ones((T, B, D), np.float32))
    for asked in (model, readout_model(rng)):
        _, _, cache = asked.forward(np.ones((T, B, D)))
        with pytest.raises(ValueError, match="dy has shape"):
            asked.backward(np.ones((B, K + 1)), cache)


def test_self_attention_learns_the_gap_and_looks_at_the_country():
    def build(rng):
        return SelfAttention(experiments.WORDS, K + 3, 203, 32, rng=rng, dtype=np.float32)

    score, steps = experiments.solve_gap(build, 20, seed=0)
    assert score > 0.95 and steps < 300


# ---- torch_models -------------------------------------------------------------------------


def strings(rng, length=5, batch=3):
    return torch.from_numpy(rng.integers(0, 10, (length, batch)))


@pytest.mark.parametrize("build", [torch_models.Seq2Seq, torch_models.AttentiveSeq2Seq])
def test_feeding_back_the_answers_gives_the_answers_of_teacher_forcing(build, rng):
    model, x = build(10, 8, rng=rng), strings(rng)
    y, _ = model.translate(x, 4)
    logits, _ = model(x, torch.cat([torch.full((1, 3), 10), y[:-1]]))
    assert torch.equal(logits.argmax(dim=-1), y)


@pytest.mark.parametrize("build", [torch_models.Seq2Seq, torch_models.AttentiveSeq2Seq])
def test_a_beam_of_one_writes_what_the_model_writes(build, rng):
    model, x = build(10, 8, rng=rng), strings(rng)
    y, _ = model.translate(x, 4)
    logits, _ = model(x, torch.cat([torch.full((1, 3), 10), y[:-1]]))
    log_p = logits.log_softmax(dim=-1).gather(2, y[..., None]).sum(dim=(0, 2))
    for b in range(3):
        step, state = model.stepper(x[:, b : b + 1])
        ((score, symbols),) = beam_search(step, state, 10, width=1, steps=4)
        assert symbols == y[:, b].tolist()
        assert score == pytest.approx(log_p[b].item(), abs=1e-5)
        assert len(beam_search(step, state, 10, width=7, steps=4)) == 7


def test_attention_adds_no_parameter_and_starts_from_the_same_weights(rng):
    plain = torch_models.Seq2Seq(10, 8, rng=np.random.default_rng(1)).state_dict()
    attentive = torch_models.AttentiveSeq2Seq(10, 8, rng=np.random.default_rng(1)).state_dict()
    assert plain.keys() == attentive.keys()
    assert all(torch.equal(plain[name], attentive[name]) for name in plain)


def test_the_decoder_looks_up_as_the_numpy_attention_does(rng):
    model, (s, hs) = torch_models.AttentiveSeq2Seq(10, 8, rng=rng), torch.randn(2, 5, 3, 8).double()
    context, weights = model.context(s, hs)
    q, k = s.swapaxes(0, 1).numpy(), hs.swapaxes(0, 1).numpy()
    expected, shares, _ = attention.attend(q, k, k, attention.Dot())
    np.testing.assert_allclose(context.swapaxes(0, 1), expected, atol=1e-12)
    np.testing.assert_allclose(weights, shares, atol=1e-12)


def test_building_a_model_leaves_the_random_state_of_torch_alone(rng):
    before = torch.random.get_rng_state()
    torch_models.Seq2Seq(10, 8, rng=rng)
    assert torch.equal(before, torch.random.get_rng_state())


def test_symbols_that_are_none_are_named(rng):
    model = torch_models.Seq2Seq(10, 8, rng=rng)
    for x in (torch.ones(5, 3), torch.tensor([1, 2]), torch.tensor([[10]]), torch.tensor([[-1]])):
        with pytest.raises(ValueError, match="from 0 to 9"):
            model.translate(x, 2)


def test_short_strings_are_learned(rng):
    score, model = torch_models.solve_reversal(torch_models.AttentiveSeq2Seq, 3, seed=0, steps=200)
    assert score > 0.9
    _, weights = model.translate(strings(rng, length=3), 3)
    assert weights.shape == (3, 3, 3)


def test_an_endless_stream_carries_the_state_and_a_reset_does_not():
    def history(endless):
        cell = cells.LSTM(streams.LETTERS + 2, 6, rng=np.random.default_rng(0))
        return streams.train_on_letters(cell, 0, steps=3, endless=endless)[1]

    carried, reset = history(True), history(False)
    assert carried.loss[0] == reset.loss[0] and len(carried.loss) == 3
    assert np.all(carried.loss[1:] != reset.loss[1:])
    np.testing.assert_array_equal(carried.loss, history(True).loss)
