"""Attention against two oracles, central differences and PyTorch, and by its behaviour."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from lessons_lib import attention, cells, torch_bridge
from lessons_lib.functional import softmax
from lessons_lib.gradcheck import check_gradients, numerical_jacobian, relative_error
from lessons_models.scores import Additive, General

T_Q, T_K, D, D_V = 5, 7, 4, 3

SCORES = {
    "dot": lambda rng, dtype: attention.Dot(),
    "scaled dot": lambda rng, dtype: attention.ScaledDot(),
    "general": lambda rng, dtype: General(D, D, rng=rng, dtype=dtype),
    "additive": lambda rng, dtype: Additive(D, D, 6, rng=rng, dtype=dtype),
}
MASKS = {
    "no mask": None,
    "padding": attention.padding_mask([T_K, 4], T_K),
    "causal": attention.causal_mask(T_K)[:T_Q],
    "a row with nothing left": np.arange(T_Q)[:, None] != np.full(T_K, 2),
}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def lookup(rng, batch=(2,), dtype=np.float64):
    """Queries, keys and values with entries of order one."""
    shapes = (T_Q, D), (T_K, D), (T_K, D_V)
    return [rng.standard_normal((*batch, *shape)).astype(dtype) for shape in shapes]


def with_weights_of_order_one(owner, rng):
    for array in owner.params.values():
        array[...] = rng.standard_normal(array.shape)
    return owner


def leaf(array):
    return torch.tensor(array, requires_grad=True)


# ---- scores -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCORES)
def test_score_gradients_match_finite_differences(name, rng):
    q, k, _ = lookup(rng)
    score = with_weights_of_order_one(SCORES[name](rng, np.float64), rng)
    scores, cache = score.forward(q, k)
    dscores = rng.standard_normal(scores.shape)
    dq, dk, grads = score.backward(dscores, cache)
    errors = check_gradients(
        lambda: (score.forward(q, k)[0] * dscores).sum(),
        {"q": q, "k": k} | score.params,
        {"q": dq, "k": dk} | grads,
    )
    assert max(errors.values()) < 1e-7, errors


def test_each_score_is_its_equation(rng):
    q, k, _ = lookup(rng, batch=())
    general = General(D, D, rng=rng)
    additive = Additive(D, D, 6, rng=rng)
    p = additive.params
    for row in range(T_Q):
        for column in range(T_K):
            query, key = q[row], k[column]
            expected = {
                attention.Dot(): query @ key,
                attention.ScaledDot(): query @ key / 2,  # √4
                general: query @ general.params["W"] @ key,
                additive: np.tanh(query @ p["W_q"] + key @ p["W_k"]) @ p["v_a"],
            }
            for score, value in expected.items():
                assert np.isclose(score.forward(q, k)[0][row, column], value, rtol=0, atol=1e-12)


def test_general_and_additive_scores_compare_vectors_of_different_size(rng):
    q, k = rng.standard_normal((T_Q, 3)), rng.standard_normal((T_K, 5))
    for score in (General(3, 5, rng=rng), Additive(3, 5, 6, rng=rng)):
        scores, cache = score.forward(q, k)
        dq, dk, _ = score.backward(np.ones_like(scores), cache)
        assert scores.shape == (T_Q, T_K) and dq.shape == q.shape and dk.shape == k.shape


def test_scaling_keeps_the_variance_of_scores_at_one_whatever_the_size(rng):
    for d in (4, 64, 1024):
        q, k = rng.standard_normal((2, 60, d))
        assert 0.8 < attention.ScaledDot().forward(q, k)[0].var() < 1.25
        assert 0.8 < attention.Dot().forward(q, k)[0].var() / d < 1.25


def test_parameters_depend_on_the_generator_alone():
    def draw(seed):
        return Additive(D, D, 6, rng=np.random.default_rng(seed)).params["W_q"]

    assert np.array_equal(draw(1), draw(1)) and not np.array_equal(draw(1), draw(2))


# ---- attend -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("mask", MASKS)
def test_attend_gradients_match_finite_differences(name, mask, rng):
    q, k, v = lookup(rng)
    score = with_weights_of_order_one(SCORES[name](rng, np.float64), rng)
    mask = MASKS[mask]
    context, weights, cache = attention.attend(q, k, v, score, mask)
    dcontext, dweights = rng.standard_normal(context.shape), rng.standard_normal(weights.shape)

    def loss():
        context, weights, _ = attention.attend(q, k, v, score, mask)
        return (context * dcontext).sum() + (weights * dweights).sum()

    dq, dk, dv, grads = attention.attend_backward(dcontext, cache, dweights)
    arrays = {"q": q, "k": k, "v": v} | score.params
    errors = check_gradients(loss, arrays, {"q": dq, "k": dk, "v": dv} | grads)
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("mask", ["no mask", "padding", "causal"])
@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_attend_equals_scaled_dot_product_attention(mask, batch, rng):
    q, k, v = lookup(rng, batch)
    mask = MASKS[mask]
    if mask is not None and mask.ndim > 2:
        mask = mask[0] if batch == () else mask[:, None] if len(batch) == 2 else mask
    tq, tk, tv = leaf(q), leaf(k), leaf(v)
    theirs = scaled_dot_product_attention(
        tq, tk, tv, attn_mask=None if mask is None else torch.tensor(mask)
    )
    context, _, cache = attention.attend(q, k, v, mask=mask)
    dcontext = rng.standard_normal(context.shape)
    theirs.backward(torch.tensor(dcontext))
    ours = (context, *attention.attend_backward(dcontext, cache)[:3])
    for mine, other in zip(ours, (theirs, tq.grad, tk.grad, tv.grad), strict=True):
        assert np.abs(mine - other.detach().numpy()).max() < 1e-10


def pairs(q, k):
    """Every query beside every key, (B, T_q, T_k, d) each, as ``bilinear`` takes them."""
    q, k = torch.broadcast_tensors(q[:, :, None], k[:, None])
    return q.contiguous(), k.contiguous()


TORCH_SCORES = {
    "dot": lambda q, k: q @ k.mT,
    "scaled dot": lambda q, k: q @ k.mT / q.shape[-1] ** 0.5,
    "general": lambda q, k, W: nn.functional.bilinear(*pairs(q, k), W[None])[..., 0],
    "additive": lambda q, k, W_q, W_k, v_a: nn.functional.linear(
        torch.tanh((q @ W_q)[:, :, None] + (k @ W_k)[:, None]), v_a
    ),
}


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("mask", ["no mask", "padding", "causal"])
def test_attend_with_each_score_and_its_gradients_equal_torch(name, mask, rng):
    q, k, v = lookup(rng)
    score, mask = with_weights_of_order_one(SCORES[name](rng, np.float64), rng), MASKS[mask]
    leaves = [leaf(array) for array in (q, k, *score.params.values(), v)]
    theirs = TORCH_SCORES[name](*leaves[:-1])
    if mask is not None:
        theirs = theirs.masked_fill(~torch.tensor(mask), -torch.inf)
    their_context = theirs.softmax(dim=-1) @ leaves[-1]
    context, _, cache = attention.attend(q, k, v, score, mask)
    dcontext = rng.standard_normal(context.shape)
    their_context.backward(torch.tensor(dcontext))
    dq, dk, dv, grads = attention.attend_backward(dcontext, cache)
    ours = [dq, dk, *(grads[key] for key in score.params), dv]
    assert np.abs(context - their_context.detach().numpy()).max() < 1e-10
    for mine, other in zip(ours, leaves, strict=True):
        assert np.abs(mine - other.grad.numpy()).max() < 1e-10


def test_causal_mask_equals_is_causal_of_torch(rng):
    x = rng.standard_normal((2, T_K, D))
    context, _, _ = attention.attend(x, x, x, mask=attention.causal_mask(T_K))
    t = torch.tensor(x)
    theirs = scaled_dot_product_attention(t, t, t, is_causal=True)
    assert np.abs(context - theirs.numpy()).max() < 1e-10


@pytest.mark.parametrize("mask", ["no mask", "padding", "causal"])
def test_weights_are_positive_and_each_row_sums_to_one(mask, rng):
    q, k, v = lookup(rng)
    _, weights, _ = attention.attend(q, k, v, mask=MASKS[mask])
    assert (weights >= 0).all() and np.allclose(weights.sum(axis=-1), 1, rtol=0, atol=1e-13)


def test_a_row_with_nothing_left_is_zero_and_sends_no_gradient_back(rng):
    q, k, v = lookup(rng)
    mask = np.ones((T_Q, T_K), bool)
    mask[2] = False
    context, weights, cache = attention.attend(q, k, v, mask=mask)
    dcontext = np.zeros_like(context)
    dcontext[:, 2] = 1
    assert not weights[:, 2].any() and not context[:, 2].any()
    assert np.allclose(weights[:, [0, 1, 3, 4]].sum(axis=-1), 1)
    for gradient in attention.attend_backward(dcontext, cache, dweights=np.ones_like(weights))[:2]:
        assert np.isfinite(gradient).all()
    dq, dk, dv, _ = attention.attend_backward(dcontext, cache)
    assert not dq.any() and not dk.any() and not dv.any()


def test_huge_scores_neither_overflow_nor_lose_the_largest_key():
    scores = np.array([[1e300, -1e300, 0.0], [-1e300, -1e300, -1e300]])
    assert np.array_equal(attention.masked_softmax(scores[:1]), [[1, 0, 0]])
    mask = np.array([[False, True, True], [True, True, False]])
    expected = [[0, 0, 1], [0.5, 0.5, 0]]
    assert np.array_equal(attention.masked_softmax(scores, mask), expected)


def test_no_position_sees_the_future_through_the_causal_mask(rng):
    x = rng.standard_normal((T_K, D))
    changed = x.copy()
    changed[4:] += 10
    for mask, leaks in ((attention.causal_mask(T_K), False), (None, True)):
        before, _, cache = attention.attend(x, x, x, mask=mask)
        after, _, _ = attention.attend(changed, changed, changed, mask=mask)
        assert np.array_equal(before[:4], after[:4]) != leaks
        dcontext = np.zeros_like(before)
        dcontext[:4] = 1
        dq, dk, dv, _ = attention.attend_backward(dcontext, cache)
        assert (dq + dk + dv)[4:].any() == leaks


def test_padding_changes_nothing_and_gets_no_gradient(rng):
    q, k, v = lookup(rng)
    mask = attention.padding_mask([4, 4], T_K)
    short, _, short_cache = attention.attend(q, k[:, :4], v[:, :4])
    k[:, 4:], v[:, 4:] = 50, -50
    padded, weights, cache = attention.attend(q, k, v, mask=mask)
    assert np.allclose(padded, short, rtol=0, atol=1e-13) and not weights[..., 4:].any()
    dcontext = rng.standard_normal(short.shape)
    expected = attention.attend_backward(dcontext, short_cache)
    dq, dk, dv, _ = attention.attend_backward(dcontext, cache)
    assert relative_error(dq, expected[0]) < 1e-13
    for gradient, other in ((dk, expected[1]), (dv, expected[2])):
        assert relative_error(gradient[:, :4], other) < 1e-13 and not gradient[:, 4:].any()


def test_order_of_keys_does_not_matter_and_order_of_queries_is_kept(rng):
    q, k, v = lookup(rng)
    queries, keys = rng.permutation(T_Q), rng.permutation(T_K)
    context, weights, _ = attention.attend(q, k, v)
    moved, moved_weights, _ = attention.attend(q[:, queries], k[:, keys], v[:, keys])
    assert np.allclose(moved, context[:, queries], rtol=0, atol=1e-13)
    assert np.allclose(moved_weights, weights[:, queries][..., keys], rtol=0, atol=1e-13)


def test_weights_depend_on_the_keys(rng):
    q, k, v = lookup(rng, batch=())
    for make in SCORES.values():
        score = make(rng, np.float64)
        jacobian = numerical_jacobian(lambda s=score: attention.attend(q, k, v, s)[1], k)
        assert np.abs(jacobian).max() > 1e-3


def test_the_gradient_of_a_value_is_its_weight_whatever_the_distance(rng):
    q, k, v = lookup(rng, batch=())
    context, weights, cache = attention.attend(q, k, v)
    dcontext = np.zeros_like(context)
    dcontext[-1] = 1
    dv = attention.attend_backward(dcontext, cache)[2]
    assert np.allclose(dv, weights[-1][:, None], rtol=0, atol=1e-14)


def test_equal_scores_dilute_every_weight_to_one_over_the_number_of_keys(rng):
    for keys in (2, 50, 1000):
        v = rng.standard_normal((keys, D_V))
        context, weights, _ = attention.attend(np.zeros((1, D)), np.ones((keys, D)), v)
        assert np.allclose(weights, 1 / keys) and np.allclose(context[0], v.mean(axis=0))


def test_keys_that_point_at_one_value_retrieve_it():
    keys = 30 * np.eye(4)
    context, weights, _ = attention.attend(np.eye(4)[[2]], keys, np.diag([1.0, 2, 3, 4]))
    assert weights.argmax() == 2 and np.allclose(context, [[0, 0, 3, 0]], atol=1e-5)


def test_one_key_gets_all_the_weight_and_a_gradient_of_zero(rng):
    q, k, v = lookup(rng)
    context, _, cache = attention.attend(q, k[:, :1], v[:, :1])
    dq, dk, dv, _ = attention.attend_backward(np.ones_like(context), cache)
    assert np.allclose(context, v[:, :1]) and np.allclose(dv, T_Q)
    assert np.abs(dq).max() < 1e-14 and np.abs(dk).max() < 1e-14


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_and_gradients_keep_the_dtype_of_the_input(name, dtype, rng):
    q, k, v = lookup(rng, dtype=dtype)
    score = SCORES[name](rng, dtype)
    context, weights, cache = attention.attend(q, k, v, score, MASKS["padding"])
    dcontext, dweights = np.ones_like(context), np.ones_like(weights)
    *inputs, grads = attention.attend_backward(dcontext, cache, dweights)
    for array in (context, weights, *inputs, *grads.values()):
        assert array.dtype == dtype


def test_backward_leaves_its_inputs_as_they_were(rng):
    q, k, v = lookup(rng)
    context, weights, cache = attention.attend(q, k, v, mask=MASKS["padding"])
    dcontext, dweights = np.ones_like(context), np.ones_like(weights)
    kept = [array.copy() for array in (q, k, v, context, weights, dcontext, dweights)]
    first = attention.attend_backward(dcontext, cache, dweights)[:3]
    second = attention.attend_backward(dcontext, cache, dweights)[:3]
    for one, two in zip(first, second, strict=True):
        assert np.array_equal(one, two)
    for array, copy in zip((q, k, v, context, weights, dcontext, dweights), kept, strict=True):
        assert np.array_equal(array, copy)


def test_states_of_a_cell_become_keys_by_swapping_time_and_batch(rng):
    hs, _, _ = cells.RNN(3, D, rng=rng).forward(rng.standard_normal((T_K, 2, 3)))
    states = np.swapaxes(hs, 0, 1)
    context, weights, _ = attention.attend(states[:, -1:], states, states)
    by_hand = np.einsum("tbd,bd->bt", hs, hs[-1]) / np.sqrt(D)
    assert np.allclose(weights[:, 0], softmax(by_hand)) and context.shape == (2, 1, D)


# ---- several heads ------------------------------------------------------------------------


def multi_head(rng, dtype=np.float64):
    layer = attention.MultiHeadAttention(6, 3, rng=rng, dtype=dtype)
    shapes = (2, T_Q, 6), (2, T_K, 6), (2, T_K, 6)
    return layer, [rng.standard_normal(shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("mask", MASKS)
def test_multi_head_gradients_match_finite_differences(mask, rng):
    layer, (query, key, value) = multi_head(rng)
    with_weights_of_order_one(layer, rng)
    layer.params["W_q"] /= 3  # scores of order one: no saturated softmax to hide an error in
    layer.params["W_k"] /= 3
    mask = MASKS[mask]
    y, weights, cache = layer.forward(query, key, value, mask)
    dy, dweights = rng.standard_normal(y.shape), rng.standard_normal(weights.shape)

    def loss():
        y, weights, _ = layer.forward(query, key, value, mask)
        return (y * dy).sum() + (weights * dweights).sum()

    *dinputs, grads = layer.backward(dy, cache, dweights)
    grads |= dict(zip(("query", "key", "value"), dinputs, strict=True))
    # b_k shifts all scores of a query alike, and softmax ignores that: its gradient is zero.
    assert np.abs(grads.pop("b_k")).max() < 1e-12
    arrays = {"query": query, "key": key, "value": value} | layer.params
    del arrays["b_k"]
    errors = check_gradients(loss, arrays, grads)
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("mask", ["no mask", "padding", "causal"])
def test_multi_head_equals_torch(mask, rng):
    layer, inputs = multi_head(rng)
    with_weights_of_order_one(layer, rng)
    mask = MASKS[mask]
    y, weights, cache = layer.forward(*inputs, mask)
    dy, dweights = rng.standard_normal(y.shape), rng.standard_normal(weights.shape)
    *dinputs, grads = layer.backward(dy, cache, dweights)

    module = torch_bridge.to_torch(layer, nn.MultiheadAttention)
    leaves = [leaf(array) for array in inputs]
    forbidden = None
    if mask is not None:  # (B · heads, T_q, T_k), and True means the opposite
        full = np.broadcast_to(mask, (2, T_Q, T_K))
        forbidden = torch.tensor(~np.repeat(full, layer.heads, axis=0))
    theirs, their_weights = module(*leaves, attn_mask=forbidden, average_attn_weights=False)
    loss = (theirs * torch.tensor(dy)).sum() + (their_weights * torch.tensor(dweights)).sum()
    loss.backward()

    pairs = [(y, theirs.detach()), (weights, their_weights.detach())]
    pairs += [(mine, other.grad) for mine, other in zip(dinputs, leaves, strict=True)]
    their_grads = torch_bridge.torch_gradients(module)
    assert grads.keys() == their_grads.keys() == layer.params.keys()
    pairs += [(grads[name], their_grads[name]) for name in grads]
    for mine, other in pairs:
        assert np.abs(mine - np.asarray(other)).max() < 1e-10


def test_key_padding_mask_of_torch_is_the_opposite_of_ours(rng):
    layer, inputs = multi_head(rng)
    module = torch_bridge.to_torch(layer, nn.MultiheadAttention)
    mask = MASKS["padding"]
    theirs, _ = module(
        *(torch.tensor(array) for array in inputs), key_padding_mask=torch.tensor(~mask[:, 0])
    )
    assert np.abs(layer.forward(*inputs, mask)[0] - theirs.detach().numpy()).max() < 1e-10


def test_one_head_with_identity_projections_is_attend(rng):
    layer = attention.MultiHeadAttention(D, 1, rng=rng)
    for name in "qkvo":
        layer.params[f"W_{name}"] = np.eye(D)
    q, k, _ = lookup(rng)
    y, weights, _ = layer.forward(q, k, k)
    context, expected, _ = attention.attend(q, k, k)
    assert np.allclose(y, context) and np.allclose(weights[:, 0], expected)


def test_self_attention_without_positions_cannot_tell_order(rng):
    layer, (_, x, _) = multi_head(rng)
    order = rng.permutation(T_K)
    y, moved = (layer.forward(z, z, z)[0] for z in (x, x[:, order]))
    assert np.allclose(moved, y[:, order], rtol=0, atol=1e-13)
    positions = rng.standard_normal((T_K, 6))
    y, moved = (layer.forward(z, z, z)[0] for z in (x + positions, x[:, order] + positions))
    assert np.abs(moved - y[:, order]).max() > 0.1


def test_multi_head_float32_stays_float32(rng):
    layer, inputs = multi_head(rng, np.float32)
    y, weights, cache = layer.forward(*inputs, MASKS["padding"])
    *dinputs, grads = layer.backward(np.ones_like(y), cache, np.ones_like(weights))
    for array in (y, weights, *dinputs, *grads.values()):
        assert array.dtype == np.float32


def test_a_gradient_of_another_dtype_is_refused_as_in_the_cells(rng):
    q, k, v = lookup(rng, dtype=np.float32)
    context, weights, cache = attention.attend(q, k, v)
    for wrong in ([context.astype(float), cache], [context, cache, weights.astype(float)]):
        with pytest.raises(TypeError, match="is float64, expected float32"):
            attention.attend_backward(*wrong)
    layer, inputs = multi_head(rng, np.float32)
    y, _, cache = layer.forward(*inputs)
    with pytest.raises(TypeError, match="dy is float64, expected float32"):
        layer.backward(y.astype(float), cache)


# ---- bad input ----------------------------------------------------------------------------


def test_masks_have_the_shapes_they_promise():
    assert np.array_equal(attention.causal_mask(2), [[True, False], [True, True]])
    expected = [[[True, True, False]], [[False, False, False]]]
    assert np.array_equal(attention.padding_mask([2, 0], 3), expected)


@pytest.mark.parametrize(
    ("lengths", "error", "words"),
    [
        ([2.0], TypeError, "lengths must be integers"),
        ([4], ValueError, "between 0 and 3"),
        ([-1], ValueError, "between 0 and 3"),
        (2, ValueError, r"lengths has shape \(\), expected \(B,\)"),
    ],
)
def test_padding_mask_refuses_what_is_not_a_length(lengths, error, words):
    with pytest.raises(error, match=words):
        attention.padding_mask(lengths, 3)


def spoiled(array, value=np.nan):
    array = array.copy()
    array[0, 0, 0] = value
    return array


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda q, k, v: (q[0, 0], k, v), ValueError, r"q has shape \(4,\).*time axis"),
        (lambda q, k, v: (q, k[..., :3], v), ValueError, r"k has shape .*expected .*4"),
        (lambda q, k, v: (q, k[:1], v), ValueError, r"k has .*\(1, 7, 4\), expected \(2, T_k, 4\)"),
        (lambda q, k, v: (q, k, v[:1]), ValueError, r"v has .*\(1, 7, 3\), expected \(2, 7, d_v\)"),
        (
            lambda q, k, v: (q, k, v[:, :6]),
            ValueError,
            r"v has .*\(2, 6, 3\), expected \(2, 7, d_v\)",
        ),
        (lambda q, k, v: (q, k[:, :0], v[:, :0]), ValueError, "k is empty"),
        (lambda q, k, v: (q[:, :0], k, v), ValueError, "q is empty"),
        (lambda q, k, v: (q.astype(int), k, v), TypeError, "floats, got int64"),
        (lambda q, k, v: (q, k.tolist(), v), TypeError, "floats, got list"),
        (lambda q, k, v: (q.astype(np.float32), k, v), TypeError, "k is float64, expected float32"),
        (lambda q, k, v: (q, k, v.astype(np.float32)), TypeError, "v is float32, expected float64"),
        (lambda q, k, v: (spoiled(q), k, v), ValueError, "q holds NaN"),
        (lambda q, k, v: (q, k, spoiled(v, np.inf)), ValueError, "v holds NaN or infinity"),
    ],
)
def test_attend_refuses_bad_input(spoil, error, words, rng):
    with pytest.raises(error, match=words):
        attention.attend(*spoil(*lookup(rng)))


@pytest.mark.parametrize("name", ["general", "additive"])
def test_scores_refuse_sizes_dtypes_and_nan_that_do_not_fit(name, rng):
    q, k, _ = lookup(rng)
    score = SCORES[name](rng, np.float64)
    with pytest.raises(ValueError, match="q has shape"):
        score.forward(q[..., :3], k)
    with pytest.raises(TypeError, match="parameter W.* is float64, expected float32"):
        score.forward(q.astype(np.float32), k.astype(np.float32))
    next(iter(score.params.values()))[0, 0] = np.nan
    with pytest.raises(ValueError, match="W.* holds NaN"):
        score.forward(q, k)


@pytest.mark.parametrize(
    ("mask", "error", "words"),
    [
        (np.ones((T_Q, T_K)), TypeError, "mask is float64, expected bool"),
        (np.ones((T_K, T_Q), bool), ValueError, r"mask has shape \(7, 5\)"),
        (np.ones((3, 1, T_K), bool), ValueError, r"mask has shape \(3, 1, 7\)"),
        (np.ones((4, 2, T_Q, T_K), bool), ValueError, r"mask has shape \(4, 2, 5, 7\)"),
    ],
)
def test_masks_that_do_not_fit_are_refused(mask, error, words, rng):
    with pytest.raises(error, match=words):
        attention.attend(*lookup(rng), mask=mask)
    layer, inputs = multi_head(rng)
    with pytest.raises(error, match=words):
        layer.forward(*inputs, mask)


def test_gradients_that_do_not_fit_are_refused(rng):
    context, weights, cache = attention.attend(*lookup(rng))
    with pytest.raises(ValueError, match=r"dcontext has shape .*expected \(2, 5, 3\)"):
        attention.attend_backward(context[:1], cache)
    with pytest.raises(ValueError, match=r"dweights has shape .*expected \(2, 5, 7\)"):
        attention.attend_backward(context, cache, weights[..., :1])
    layer, inputs = multi_head(rng)
    y, _, cache = layer.forward(*inputs)
    with pytest.raises(ValueError, match=r"dy has shape .*expected \(2, 5, 6\)"):
        layer.backward(y[:, :1], cache)


@pytest.mark.parametrize("heads", [0, 4, 12])
def test_heads_must_divide_the_model(heads, rng):
    with pytest.raises(
        ValueError, match=f"6 cannot be cut into {heads} equal heads|heads must be .* got 0"
    ):
        attention.MultiHeadAttention(6, heads, rng=rng)


def test_multi_head_refuses_bad_input(rng):
    layer, (query, key, value) = multi_head(rng)
    with pytest.raises(ValueError, match="key has shape"):
        layer.forward(query, key[..., :4], value)
    with pytest.raises(ValueError, match="query has shape"):
        layer.forward(query[0, 0], key, value)
    with pytest.raises(TypeError, match="query must be a NumPy array of floats"):
        layer.forward(query.tolist(), key, value)
    with pytest.raises(ValueError, match=r"value has shape \(2, 6, 6\), expected \(2, 7, 6\)"):
        layer.forward(query, key, value[:, :-1])
    with pytest.raises(ValueError, match=r"key has shape \(2, 7, 6\), expected \(1, T_k, 6\)"):
        layer.forward(query[:1], key, value)
    with pytest.raises(ValueError, match="key is empty"):
        layer.forward(query, key[:, :0], value[:, :0])
    with pytest.raises(ValueError, match="value holds NaN"):
        layer.forward(query, key, spoiled(value))
    with pytest.raises(TypeError, match="parameter W.* is float64, expected float32"):
        layer.forward(*(x.astype(np.float32) for x in (query, key, value)))
    layer.params["b_o"][0] = np.nan
    with pytest.raises(ValueError, match="b_o holds NaN"):
        layer.forward(query, key, value)
