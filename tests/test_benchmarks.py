"""The benchmark compares like with like: every contender computes the same gradients."""

import numpy as np
import pytest
import torch

from benchmarks import cache_steps, cost_sweep, speed, teaching_styles, time_per_step
from lessons_lib import attention, cells, experiments, torch_bridge
from lessons_models import gru_variants


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_the_teaching_styles_compute_the_gradients_of_the_library(name):
    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((5, 3, 4)), rng.standard_normal((5, 3, 6))
    options = {"reset_after": False} if name == "GRU" else {}
    Cell = gru_variants.GRUVariant if name == "GRU" else getattr(cells, name)
    cell = Cell(4, 6, rng=rng, **options)
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


def test_the_clock_compares_the_same_work_and_leaves_onednn_on():
    functions = time_per_step.contenders(2, 2, 3, True)
    pairs = [*time_per_step.RATIOS.values(), time_per_step.CONTROL]
    rnns = {f"{side} RNN" for side in time_per_step.SIDES}
    assert set(functions) == {label for pair in pairs for label in pair} | rnns
    for run in functions.values():
        run()
        assert torch.backends.mkldnn.enabled


def test_every_size_was_timed_in_more_than_one_process():
    stored = experiments.stored("time_per_step")
    shape = tuple(len(stored[axis]) for axis in ("lengths", "batches", "sizes"))
    for part in (stored["gru_over_lstm"], stored["microseconds"]):
        for by_mode in part.values():
            for runs in by_mode.values():
                values = np.array(runs, float)
                assert values.shape[0] >= 2 and values.shape[1:] == shape
                assert np.isfinite(values).any(axis=0).all()


def test_the_cost_measures_every_contender_in_every_mode():
    runs = cost_sweep.summary([[cost_sweep.measure(16, rounds=2)] for _ in range(2)])
    assert list(runs) == ["RNN", "LSTM", "GRU", "attention"]
    for entry in runs.values():
        quartiles = [entry[mode][0] for mode in cost_sweep.MODES]
        assert all(0 < low <= mid <= high for low, mid, high in quartiles)


def test_the_stored_bytes_are_those_of_the_code():
    stored = experiments.stored("cost_sweep")
    at = stored["lengths"].index(64)
    now = {name: entry["bytes"] for name, entry in cost_sweep.measure(64, rounds=1).items()}
    assert now == {name: run["bytes"][at] for name, run in stored["runs"].items()}


def test_a_word_with_kept_keys_and_values_gets_the_answer_of_the_whole_layer():
    rng = np.random.default_rng(0)
    layer = attention.MultiHeadAttention(cost_sweep.SIZE, cost_sweep.HEADS, rng=rng)
    x = rng.standard_normal((1, 9, cost_sweep.SIZE))
    whole, _, _ = layer.forward(x, x, x, attention.causal_mask(9))
    kept = np.stack([x[0] @ layer.params[f"W_{n}"] for n in "kv"])
    kept[:, -1] = 0  # the last word has not been read
    np.testing.assert_allclose(cost_sweep.step(layer.params, x[0, -1], kept), whole[0, -1])


@pytest.mark.parametrize("name", speed.AIMS)
def test_every_contender_of_the_speed_table_runs_and_the_kernels_are_named(name):
    for run in speed.contenders(name, 3, 2, 4).values():
        run()
    assert np.__version__ in speed.kernels() and torch.__version__ in speed.kernels()
    assert "unknown" not in speed.kernels()


def test_the_cache_that_is_timed_gives_the_scores_of_the_whole_sequence():
    model = cache_steps.gpt(cache_steps.PLACES[-1] + 1)
    stream = torch.arange(cache_steps.PLACES[-1] + 1)[None] % 32
    with torch.no_grad():
        functions = cache_steps.contenders(model, stream)
        for n in cache_steps.PLACES[:2]:
            one, whole = (functions[f"{way} {n}"]()[0][:, -1] for way in ("with", "without"))
            assert (one - whole).abs().max() < 1e-4
