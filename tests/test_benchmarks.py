"""The benchmark compares like with like: every contender computes the same gradients."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import chrono_sweep, dates_sweep, store, teaching_styles
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


def test_results_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "results.json"
    store.write(path, {"runs": [1, 2]}, indent=1)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        store.write(path, {"runs": object()})
    assert path.read_bytes() == before and json.loads(before) == {"runs": [1, 2]}
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]


def test_each_way_to_spread_the_time_scales_shuts_the_input_of_the_units_that_keep():
    for adjust, half in (
        (chrono_sweep.even_biases(1000), np.log(999) / 2),
        (chrono_sweep.exponential_biases, np.log(2)),
    ):
        cell = cells.LSTM(2, 4000, rng=np.random.default_rng(0))
        adjust(cell, np.random.default_rng(1))
        b_i, b_f, b_g, b_o = cell.params["b_h"]
        np.testing.assert_array_equal(b_i, -b_f)
        assert b_f.min() >= 0 and not b_g.any() and not b_o.any()
        assert np.median(b_f) == pytest.approx(half, rel=0.1)


def test_the_best_rate_solves_most_seeds_and_of_these_is_the_fastest():
    def merit(scores, steps):
        return chrono_sweep.merit(np.array(scores), np.array(steps))

    assert merit([0.95, 0.95], [300, 300]) > merit([1.0, 0.9], [50, 50])
    assert merit([0.96, 0.96], [60, 70]) > merit([1.0, 1.0], [80, 80])
    assert merit([0.3, 0.2], [300, 300]) > merit([0.1, 0.2], [300, 300])


def test_the_dates_keep_for_each_budget_the_rate_with_the_best_mean():
    scores = np.array([[0.9, 0.1], [0.6, 0.6], [0.5, 0.5]])  # (rates, seeds)
    entry = dates_sweep.best_of_rates(scores)
    assert entry["rate"] == dates_sweep.RATES[1] and entry["exact"] == [0.6, 0.6]
    stored = experiments.stored("dates")
    assert stored["rates_tried"] == list(dates_sweep.RATES)
    for model in dates_sweep.MODELS:
        assert list(stored["runs"][model]) == [str(n) for n in dates_sweep.BUDGETS]


@pytest.mark.parametrize("path", sorted(Path(store.__file__).parent.glob("*_sweep.py")))
def test_a_sweep_sets_its_threads_before_numpy_is_loaded(path):
    source = path.read_text(encoding="utf-8")
    assert source.index("from benchmarks import store") < source.index("import numpy")
