"""The benchmark compares like with like: every contender computes the same gradients."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import (
    ablation_sweep,
    bottleneck_sweep,
    character_sweep,
    chrono_sweep,
    cost_sweep,
    counting_sweep,
    dates_sweep,
    long_tasks,
    lstm_gru_sweep,
    own_words_sweep,
    store,
    subject_sweep,
    teaching_styles,
    thousand_steps,
    time_per_step,
    transformer_sweep,
)
from lessons_lib import cells, experiments, text, torch_bridge, training
from lessons_models import torch_models


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


def test_the_character_sweep_still_makes_what_is_stored(monkeypatch):
    stored = experiments.stored("character_model")["runs"]["GRU"]
    monkeypatch.setattr(character_sweep, "PASSES", 1)
    curves, _ = character_sweep.run(("GRU", stored["rate"], 0))
    assert curves[1, 0] == pytest.approx(stored["validation"][0][0], abs=0.01)


@pytest.mark.parametrize("task", lstm_gru_sweep.TASKS)
def test_equal_rows_have_as_many_parameters_as_the_lstm(task):
    inputs, units = lstm_gru_sweep.TASKS[task][1], lstm_gru_sweep.TASKS[task][-1]
    rng = np.random.default_rng(0)
    pair = cells.LSTM(inputs, lstm_gru_sweep.HIDDEN, rng=rng), cells.GRU(inputs, units, rng=rng)
    lstm, gru = (sum(array.size for array in cell.params.values()) for cell in pair)
    assert gru == pytest.approx(lstm, rel=0.03)


@pytest.mark.parametrize("task", lstm_gru_sweep.TASKS)
def test_a_run_out_of_budget_counts_one_step_more_than_the_budget(task, monkeypatch):
    monkeypatch.setattr(lstm_gru_sweep, "STEPS", 2)
    for name in ("LSTM coupled", "GRU chrono equal"):
        steps, score = lstm_gru_sweep.run((task, name, 1e-2, 0))
        assert steps == 3 and score < lstm_gru_sweep.TASKS[task][5]


def test_the_clock_compares_the_same_work_and_leaves_onednn_on():
    functions = time_per_step.contenders(2, 3, True)
    pairs = [*time_per_step.RATIOS.values(), time_per_step.CONTROL]
    assert set(functions) == {label for pair in pairs for label in pair} | {"ours RNN", "torch RNN"}
    for run in functions.values():
        run()
        assert torch.backends.mkldnn.enabled


def test_every_size_was_timed_in_more_than_one_process():
    stored = experiments.stored("time_per_step")
    shape = len(stored["batches"]), len(stored["sizes"])
    for part in (stored["gru_over_lstm"], stored["microseconds"]):
        for by_mode in part.values():
            for runs in by_mode.values():
                values = np.array(runs, float)
                assert values.shape[0] >= 2 and values.shape[1:] == shape
                assert np.isfinite(values).any(axis=0).all()


def sweeps():
    """Every script whose results depend on the number of threads."""
    folder = Path(store.__file__).parent
    named = [folder / f"{name}.py" for name in ("thousand_steps", "time_per_step")]
    return [*sorted(folder.glob("*_sweep.py")), *named]


def test_the_dates_keep_for_each_budget_the_rate_with_the_best_mean():
    scores = np.array([[0.9, 0.1], [0.6, 0.6], [0.5, 0.5]])  # (rates, seeds)
    entry = dates_sweep.best_of_rates(scores)
    assert entry["rate"] == dates_sweep.RATES[1] and entry["exact"] == [0.6, 0.6]
    stored = experiments.stored("dates")
    assert stored["rates_tried"] == list(dates_sweep.RATES)
    for model in dates_sweep.MODELS:
        assert list(stored["runs"][model]) == [str(n) for n in dates_sweep.BUDGETS]


@pytest.mark.parametrize("path", sweeps(), ids=lambda path: path.stem)
def test_a_sweep_sets_its_threads_before_numpy_is_loaded(path):
    source = path.read_text(encoding="utf-8")
    assert source.index("from benchmarks import store") < source.index("import numpy")


def test_the_sweep_of_the_subject_sees_a_clean_unit_and_only_a_clean_one():
    """A cell set by hand: unit 0 keeps the gender, shows it before the pronouns, and is read."""
    model = subject_sweep.trained(0.0, 0.0, 1, False, 0)
    for array in model.params.values():
        array[...] = 0
    W, b, W_hy = (model.params[name] for name in ("cell.W_xh", "cell.b_h", "W_hy"))
    W[2, :4, 0], W[2, 4:8, 0], W_hy[0] = -9, 9, (-9, 9)  # the candidate writes she or he
    b[:, 0] = 9, 9, 0, -9
    W[1, :8, 0], W[3, 10:12, 0] = -18, 18  # forget at a name, show at a link
    accuracy, units = subject_sweep.measure(model)
    assert accuracy == 1 and units["forget_else"][0] > 0.99
    assert subject_sweep.meets(units).tolist() == [True] + [False] * 7
    W[1, :8, 0] = 0  # never forgets: the sum of all names
    assert not subject_sweep.meets(subject_sweep.measure(model)[1]).any()


def test_the_stored_sweep_of_the_subject_calls_clean_what_meets_the_criterion():
    for runs in experiments.stored("subject_sweep")["runs"].values():
        units = {key: np.array(value) for key, value in runs.items() if key != "seeds"}
        assert subject_sweep.meets(units).tolist() == runs["clean"]
        assert min(runs["seeds"]) >= 10 and min(runs["accuracy"]) > 0.95


class SaysTheEnd:
    """A stand-in for a model: says $ at every b from the given one on, else b."""

    def __init__(self, first):
        self.first, self.cell = first, cells.RNN(3, 1, rng=np.random.default_rng(0))

    def forward(self, x):
        bs = np.cumsum(x[..., 1], axis=0) * x[..., 1]
        logits = np.zeros_like(x)
        logits[..., 1], logits[..., 2] = 0.5, bs >= self.first
        return logits, None, None


def test_the_end_of_a_string_is_counted_in_b_s():
    assert counting_sweep.ends(SaysTheEnd(7), [1, 7, 20], beyond=10) == [7, 7, 7]
    assert counting_sweep.ends(SaysTheEnd(12), [1, 2, 3], beyond=10) == [None, None, 12]


def test_the_stored_counting_networks_count_as_far_as_their_sweep_says():
    stored = experiments.stored("counting_sweep")
    for network in ("LSTM", "GRU"):
        saved = stored["runs"][network]["weights"]
        model = counting_sweep.build(network, np.random.default_rng(0), np.float64)
        for name, array in model.params.items():
            array[:] = saved["params"][name]
        assert counting_sweep.exact_up_to(model) == saved["exact_up_to"]


def test_every_ablated_cell_starts_from_the_weights_of_the_full_one():
    full = ablation_sweep.build("full", 3, 10, 16)
    for name, (Cell, _) in ablation_sweep.CELLS.items():
        cell = ablation_sweep.build(name, 3, 10, 16)
        assert np.all(cell.params["b_h"][-3] == ablation_sweep.FORGET_BIAS)
        if Cell is type(full):
            for key, value in full.params.items():
                np.testing.assert_array_equal(cell.params[key], value)


@pytest.mark.parametrize("task", ablation_sweep.TASKS)
def test_an_ablation_that_diverges_scores_like_a_guess(task, monkeypatch):
    def diverge(*_):
        raise ValueError("the loss is nan")

    _, settings, guess = ablation_sweep.TASKS[task]
    monkeypatch.setitem(ablation_sweep.TASKS, task, (diverge, settings, guess))
    assert ablation_sweep.run((task, "full", 0.01, 0, ()))[:2] == (guess, False)


def test_the_ablation_sweep_keeps_the_best_rate_and_every_seed():
    stored = experiments.stored("ablation_sweep")
    assert stored["runs"].keys() == ablation_sweep.TASKS.keys()
    for task, runs in stored["runs"].items():
        assert runs.keys() == ablation_sweep.CELLS.keys()
        for entry in runs.values():
            assert len(entry["scores"]) == 5 and len(entry["mean_by_rate"]) == 3
            assert np.mean(entry["scores"]) == pytest.approx(max(entry["mean_by_rate"]), abs=1e-3)
            best = int(np.argmax(entry["mean_by_rate"]))
            assert entry["rate"] == stored["rates_tried"][best], task


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


def test_the_cost_measures_every_contender():
    row = cost_sweep.measure(16, rounds=2)
    assert list(row) == ["RNN", "LSTM", "GRU", "attention"]
    assert all(low <= mid <= high for low, mid, high in (e["seconds"] for e in row.values()))
    assert all(entry["bytes"] > 0 for entry in row.values())


def test_the_stored_bytes_are_those_of_the_code():
    stored = experiments.stored("cost_sweep")
    at = stored["lengths"].index(64)
    now = {name: entry["bytes"] for name, entry in cost_sweep.measure(64, rounds=1).items()}
    assert now == {name: run["bytes"][at] for name, run in stored["runs"].items()}


def test_the_transformer_reads_the_text_below_the_guess():
    training, validation = transformer_sweep.run_text((5e-3, 0), passes=1)
    assert validation[0] < training[0] < np.log2(36)


def test_the_best_rate_of_seed_0_is_run_with_all_seeds():
    asked = []

    def run(jobs):
        asked.append(jobs)
        return [np.full((2, 3), abs(rate - 5e-3) + seed) for rate, seed in jobs]

    entry = transformer_sweep.sweep_text(run)
    assert entry["rate"] == 5e-3
    assert asked[1] == [(5e-3, seed) for seed in (1, 2, 3, 4)]
    assert np.array(entry["validation"])[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_the_gap_scores_land_at_their_block_rate_gap_and_seed():
    places = {job: k for k, job in enumerate(transformer_sweep.GAP_JOBS)}
    entries = transformer_sweep.sweep_gap(lambda jobs: [places[job] for job in jobs])
    best = transformer_sweep.GAP_RATES[-1]
    for name, entry in entries.items():
        assert entry["rate"] == best
        assert entry["accuracy"][1][3] == places[name, best, transformer_sweep.GAPS[1], 3]
    assert 0 <= transformer_sweep.run_gap(("norm after", 1e-2, 5, 0), steps=2) <= 1


def test_the_stored_own_words_have_every_run_and_the_best_rate_of_each_way():
    stored = experiments.stored("own_words")
    assert stored["runs"].keys() == {"forced", "own words"}
    for run in stored["runs"].values():
        exact = np.array(run["exact"])
        assert exact.shape == (len(stored["rates_tried"]), len(stored["seeds"]))
        assert np.shape(run["after_first_mistake"]) == exact.shape
        assert run["rate"] == stored["rates_tried"][exact.mean(axis=1).argmax()]


def test_the_two_ways_of_feeding_a_decoder_differ_in_what_it_reads_and_in_nothing_else():
    forced, own = (
        own_words_sweep.train(0, 1e-2, own_words, steps=3) for own_words in (False, True)
    )
    again = own_words_sweep.train(0, 1e-2, True, steps=3)
    pairs = zip(own.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(forced.read_out.weight, own.read_out.weight)
    start = [own_words_sweep.train(0, 1e-2, way, steps=0) for way in (False, True)]
    assert torch.equal(start[0].read_out.weight, start[1].read_out.weight)
