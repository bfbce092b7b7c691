"""The benchmark compares like with like: every contender computes the same gradients."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import bottleneck_sweep, store, teaching_styles
from lessons_lib import cells, experiments, text, torch_bridge, torch_models, training


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


def test_the_model_that_reads_backwards_is_the_same_network_on_the_turned_string():
    rngs = (np.random.default_rng(1) for _ in range(2))
    backwards, plain = (
        build(10, 8, rng=rng)
        for build, rng in zip((bottleneck_sweep.Backwards, torch_models.Seq2Seq), rngs, strict=True)
    )
    x = torch.from_numpy(np.random.default_rng(0).integers(0, 10, (5, 3)))
    before = torch.full((4, 3), 10)
    assert torch.equal(backwards(x, before)[0], plain(x.flip(0), before)[0])
    assert torch.equal(backwards.translate(x, 4)[0], plain.translate(x.flip(0), 4)[0])
    assert not torch.equal(backwards(x, before)[0], plain(x, before)[0])


@pytest.mark.parametrize("part", ["runs", "more"])
def test_the_stored_bottleneck_has_every_model_at_its_lengths(part):
    stored = experiments.stored("bottleneck")
    models = {"runs": bottleneck_sweep.MODELS, "more": bottleneck_sweep.MORE}[part]
    assert stored[part].keys() == models.keys()
    for name, (_, steps, lengths) in models.items():
        entry = stored[part][name]
        assert np.shape(entry["accuracy"]) == (len(lengths), len(stored["seeds"]))
        assert (entry["steps"], tuple(entry["lengths"])) == (steps, lengths)
        assert np.mean(entry["accuracy"]) == pytest.approx(
            max(entry["mean_by_rate"].values()), abs=1e-3
        )


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
