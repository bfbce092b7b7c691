"""The two penalties: their gradients, and that they do what they say."""

import numpy as np
import pytest

from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_lib.gradcheck import check_gradients
from lessons_models import sparse


def quiet(activity, Cell=cells.LSTM):
    rng = np.random.default_rng(0)
    model = sparse.QuietModel(Cell(3, 4, rng=rng), 2, rng=rng, activity=activity)
    for array in model.params.values():
        array += rng.standard_normal(array.shape)
    x, y = rng.standard_normal((5, 2, 3)), rng.integers(2, size=(5, 2))
    return model, x, y


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
def test_the_gradient_is_that_of_the_loss_with_the_price_of_activity(Cell):
    model, x, y = quiet(0.3, Cell)

    def loss():
        logits, _, (hs, _) = model.forward(x)
        return cross_entropy(logits, y)[0] + 0.3 * np.abs(hs).sum() / hs[..., 0].size

    logits, _, cache = model.forward(x)
    dx, _, grads = model.backward(cross_entropy(logits, y)[1], cache)
    errors = check_gradients(loss, {**model.params, "x": x}, {**grads, "x": dx})
    assert max(errors.values()) < 1e-6, errors


def test_without_a_price_a_quiet_model_is_a_sequence_model():
    model, x, y = quiet(0.0)
    twin = training.SequenceModel(model.cell, 2, rng=np.random.default_rng(1))
    twin.read_out = model.read_out
    logits, _, cache = model.forward(x)
    dy = cross_entropy(logits, y)[1]
    for mine, theirs in zip(
        model.backward(dy, cache)[2].values(), twin.backward(dy, cache)[2].values(), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_shrinking_begins_after_its_start_and_stops_at_0():
    params = {"a": np.array([1.0, -0.005, 0.03]), "b": np.array([1.0])}
    still = {name: np.zeros_like(array) for name, array in params.items()}
    adam = sparse.ShrinkingAdam(0.1, names=["a"], shrink=0.1, start=1)
    adam.update(params, still)
    np.testing.assert_array_equal(params["a"], [1.0, -0.005, 0.03])
    adam.update(params, still)
    adam.update(params, still, factor=0.5)
    np.testing.assert_allclose(params["a"], [0.985, 0.0, 0.015], atol=1e-12)
    assert params["b"] == 1.0


def test_without_shrinking_the_steps_are_those_of_adam():
    rng = np.random.default_rng(0)
    start, grads = rng.standard_normal(4), rng.standard_normal(4)
    mine, theirs = {"w": start.copy()}, {"w": start.copy()}
    sparse.ShrinkingAdam(0.1, names=["w"], shrink=0.0).update(mine, {"w": grads})
    training.Adam(0.1).update(theirs, {"w": grads})
    np.testing.assert_array_equal(mine["w"], theirs["w"])


def test_what_cannot_be_a_penalty_is_refused():
    with pytest.raises(ValueError, match="activity must not be negative"):
        quiet(-0.1)
    with pytest.raises(ValueError, match="shrink must not be negative"):
        sparse.ShrinkingAdam(0.1, names=["a"], shrink=-1)
    adam = sparse.ShrinkingAdam(0.1, names=["W"], shrink=0.1)
    with pytest.raises(ValueError, match=r"no parameter \['W'\]"):
        adam.update({"a": np.zeros(2)}, {"a": np.zeros(2)})
