"""The benchmark compares like with like: every contender computes the same gradients."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import long_tasks, store, teaching_styles, thousand_steps
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


def sweeps():
    folder = Path(store.__file__).parent
    return [*sorted(folder.glob("*_sweep.py")), folder / "thousand_steps.py"]


@pytest.mark.parametrize("path", sweeps())
def test_a_sweep_sets_its_threads_before_numpy_is_loaded(path):
    source = path.read_text(encoding="utf-8")
    assert source.index("from benchmarks import store") < source.index("import numpy")


def test_a_length_counts_with_all_symbols_and_if_new_sequences_confirm_it():
    stages, scores = [(8, 5), (10, 5), (10, 20), (10, 40)], [1.0, 0.995, 0.99, 0.98]
    assert thousand_steps.longest("copy 10", stages, scores) == 20
    assert thousand_steps.longest("copy 10", stages[:1], scores[:1]) == 0
    assert thousand_steps.longest("adding", [25, 50], [-0.009, -0.011]) == 25


def test_a_run_ends_with_its_budget_and_tells_what_it_did(monkeypatch):
    monkeypatch.setitem(
        thousand_steps.TASKS, "order", thousand_steps.TASKS["order"]._replace(budget=0)
    )
    run = thousand_steps.run("order", "GRU", 0)
    assert (run["steps"], run["sequences"], run["stages"]) == (1, 32, [[25, 1]])
    assert not run["solved"] and run["reached"] == 0 and 0 <= run["score"] <= 1


def test_the_stored_runs_solve_each_task_at_a_thousand_steps_within_the_budget():
    stored = experiments.stored("thousand_steps")
    for name in ("adding", "order", "copy 5"):
        task, counts = long_tasks.TASKS[name], []
        for cell in ("LSTM", "GRU"):
            runs = [
                run for run in stored["parts"][name] if (run["task"], run["cell"]) == (name, cell)
            ]
            assert [run["seed"] for run in runs] == stored["seeds"] == [0, 1, 2, 3, 4]
            solved = [run for run in runs if run["solved"]]
            counts.append(len(solved))
            for run in solved:
                assert run["score"] >= task.solved and run["seconds"] <= task.budget
        assert max(counts) >= 3, name
