"""The benchmark compares like with like: every contender computes the same gradients."""

import numpy as np
import pytest
import torch

from benchmarks import teaching_styles
from lessons_lib import cells, experiments, text, torch_bridge, training


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_the_teaching_styles_compute_the_gradients_of_the_library(name):
    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((5, 3, 4)), rng.standard_normal((5, 3, 6))
    options = {"reset_after": False} if name == "GRU" else {}
    cell = getattr(cells, name)(4, 6, rng=rng, **options)
    cell.params["b_h"] += rng.standard_normal(cell.params["b_h"].shape)
    hs, _, cache = cell.forward(x)
    dx, _, grads = cell.backward(dhs, cache)
    W = teaching_styles.weights(cell)
    their_dx, their_dW = getattr(teaching_styles, name.lower())(W, x, dhs)
    np.testing.assert_allclose(their_dx, dx, atol=1e-12)
    twin = type(cell)(4, 6, rng=rng, **options)
    twin.params = grads
    np.testing.assert_allclose(their_dW, teaching_styles.weights(twin), atol=1e-12)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_the_cell_loop_computes_the_gradient_of_the_library(name):
    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((5, 3, 4)), rng.standard_normal((5, 3, 6))
    cell = getattr(cells, name)(4, 6, rng=rng)
    layer = torch_bridge.to_torch(cell, getattr(torch.nn, name))
    one_step = getattr(torch.nn, name + "Cell")(4, 6, dtype=torch.float64)
    one_step.load_state_dict({k.removesuffix("_l0"): v for k, v in layer.state_dict().items()})
    their_dx = teaching_styles.cell_loop(one_step, torch.from_numpy(x), torch.from_numpy(dhs))
    dx, _, _ = cell.backward(dhs, cell.forward(x)[2])
    np.testing.assert_allclose(their_dx.numpy(), dx, atol=1e-12)


def test_the_stored_character_model_predicts_as_well_as_its_sweep_says():
    stored = experiments.stored("character_model")
    vocab = text.Vocab.from_text(text.course_text())
    _, new = text.split(vocab.encode(text.course_text()), stored["validation_share"])
    rng, weights = np.random.default_rng(0), stored["weights"]
    cell = getattr(cells, weights["cell"])(len(vocab), stored["hidden_size"], rng=rng)
    model = training.SequenceModel(cell, len(vocab), rng=rng)
    for name, array in model.params.items():
        array[:] = np.multiply(weights["params"][name], weights["unit"])
    bits = min(stored["runs"][weights["cell"]]["validation"][weights["seed"]])
    assert text.bits_per_character(model, new) == pytest.approx(bits, abs=2e-3)
