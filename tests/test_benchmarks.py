"""The benchmark compares like with like: every contender computes the same gradients."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import caption_sweep, store, teaching_styles
from lessons_lib import (
    cells,
    experiments,
    tasks,
    text,
    torch_bridge,
    torch_captions,
    training,
)


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


def test_picking_alone_is_measured_with_the_weights_of_the_soft_model():
    model = torch_captions.AttentiveCaptioner(rng=np.random.default_rng(0))
    test = caption_sweep.new_pictures(0)
    with torch.no_grad():
        model.v_a.mul_(1e4)  # one weight is 1: picking it changes nothing
    soft = caption_sweep.share(torch_captions.exact(model, test))
    picked = caption_sweep.picking_only(model, test)
    assert picked["exact if picking"] == soft
    assert 0 <= picked["first mistake at the full stop"] < 1


def test_the_pictures_left_out_are_those_with_red_in_the_middle():
    test = caption_sweep.new_pictures(0)
    middle = test.regions[~caption_sweep.without_red_middle(test), 4].reshape(-1, 64, 3)
    red = (middle == tasks.shapes.COLOURS["red"]).all(axis=2).any(axis=1)
    assert len(red) > 50 and red.all()


def test_a_part_of_the_caption_sweep_keeps_the_other_parts():
    every = caption_sweep.load([])
    some = caption_sweep.load(["mean", "four times the steps"])
    assert list(every["runs"]) == list(caption_sweep.MODELS)
    assert every["runs"].keys() - some["runs"].keys() == {"mean"}
    assert every.keys() - some.keys() == {"four times the steps"}


def test_results_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "results.json"
    store.write(path, {"runs": [1, 2]}, indent=1)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        store.write(path, {"runs": object()})
    assert path.read_bytes() == before and json.loads(before) == {"runs": [1, 2]}
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("path", sorted(Path(store.__file__).parent.glob("*_sweep.py")))
def test_a_sweep_sets_its_threads_before_numpy_is_loaded(path):
    source = path.read_text(encoding="utf-8")
    assert source.index("from benchmarks import store") < source.index("import numpy")
