"""What the single sweeps compute, and what is stored beside their rows."""

import numpy as np
import pytest
import torch

from lessons_lib import cells, experiments, training
from lessons_models import (
    ablation_tasks,
    agreement,
    character_runs,
    characters,
    counting,
    gap_runs,
    initialisations,
    subject,
    thousand_steps,
    torch_models,
    torch_own_words,
    torch_recall,
    transformer_experiments,
)
from lessons_models.memory_tasks import LONG
from sweeps import chrono, lstm_gru, transformer
from sweeps import counting as counting_sweep
from sweeps import subject as subject_sweep


@pytest.mark.parametrize(("name", "units"), [("RNN", 64), ("GRU", 192)])
def test_the_stored_writers_predict_new_tales_as_well_as_their_sweep_says(name, units):
    stored, rows = experiments.stored("tales_writer"), experiments.stored("tales")
    _, new, size = character_runs.tale_parts()
    rng = np.random.default_rng(0)
    cell = getattr(cells, name)(size, units, rng=rng)
    model = training.SequenceModel(cell, size, rng=rng)
    for key, array in model.params.items():
        array[:] = np.multiply(stored["params"][name][key], stored["unit"])
    small = rows["bits"][(rows["part"] == "reported") & (rows["seed"] == 0)][0]
    bits = stored["bits"] if name == "GRU" else small
    assert characters.bits_per_character(model, new) == pytest.approx(bits, abs=0.01)


def test_a_writer_whose_states_are_hidden_in_training_learns_all_its_weights():
    model, bits = character_runs.write_tales(hidden_size=8, passes=1)
    start, _ = character_runs.write_tales(hidden_size=8, passes=1, lr=1e-12)
    assert 3 < bits < 4.5
    assert all(abs(model.params[key] - start.params[key]).max() > 1e-3 for key in model.params)


def test_the_model_that_reads_backwards_is_the_same_network_on_the_turned_string():
    rngs = (np.random.default_rng(1) for _ in range(2))
    backwards, plain = (
        build(10, 8, rng=rng)
        for build, rng in zip((torch_models.Backwards, torch_models.Seq2Seq), rngs, strict=True)
    )
    x = torch.from_numpy(np.random.default_rng(0).integers(0, 10, (5, 3)))
    before = torch.full((4, 3), 10)
    assert torch.equal(backwards(x, before)[0], plain(x.flip(0), before)[0])
    assert torch.equal(backwards.translate(x, 4)[0], plain.translate(x.flip(0), 4)[0])
    assert not torch.equal(backwards(x, before)[0], plain(x, before)[0])


def test_each_way_to_spread_the_time_scales_shuts_the_input_of_the_units_that_keep():
    for adjust, half in (
        (initialisations.even_biases(1000), np.log(999) / 2),
        (initialisations.exponential_biases, np.log(2)),
    ):
        cell = cells.LSTM(2, 4000, rng=np.random.default_rng(0))
        adjust(cell, np.random.default_rng(1))
        b_i, b_f, b_g, b_o = cell.params["b_h"]
        np.testing.assert_array_equal(b_i, -b_f)
        assert b_f.min() >= 0 and not b_g.any() and not b_o.any()
        assert np.median(b_f) == pytest.approx(half, rel=0.1)


def test_the_best_rate_solves_most_seeds_and_of_these_is_the_fastest():
    def merit(scores, trained):
        pairs = zip(scores, trained, strict=True)
        rows = [{"accuracy": score, "trained": n, "steps": 300} for score, n in pairs]
        return np.mean([chrono.solved_and_fast(row) for row in rows])

    assert merit([0.95, 0.95], [300, 300]) > merit([1.0, 0.9], [50, 50])
    assert merit([0.96, 0.96], [60, 70]) > merit([1.0, 1.0], [80, 80])
    assert merit([0.3, 0.2], [300, 300]) > merit([0.1, 0.2], [300, 300])


@pytest.mark.parametrize("task", ["adding", "order"])
def test_equal_rows_have_as_many_parameters_as_the_lstm(task):
    inputs, units = LONG[task].inputs, lstm_gru.EQUAL
    rng = np.random.default_rng(0)
    pair = cells.LSTM(inputs, lstm_gru.HIDDEN, rng=rng), cells.GRU(inputs, units, rng=rng)
    lstm, gru = (sum(array.size for array in cell.params.values()) for cell in pair)
    assert gru == pytest.approx(lstm, rel=0.03)


@pytest.mark.parametrize("task", ["adding", "order"])
def test_a_run_out_of_budget_counts_one_step_more_than_the_budget(task):
    for name in ("LSTM coupled", "GRU chrono equal"):
        run = lstm_gru.run({"task": task, "model": name, "lr": 1e-2}, 0, budget=2)
        assert run["steps"] == 3 and run["score"] < LONG[task].solved
        assert len(run["metric_curve"]) == 1


def test_the_sweep_of_the_subject_sees_a_clean_unit_and_only_a_clean_one():
    """A cell set by hand: unit 0 keeps the gender, shows it before the pronouns, and is read."""
    settings = {"model": "she or he", "activity": 0.0, "shrink": 0.0, "steps": 1}
    model = subject_sweep.trained(settings, 0)
    for array in model.params.values():
        array[...] = 0
    W, b, W_hy = (model.params[name] for name in ("cell.W_xh", "cell.b_h", "W_hy"))
    W[2, :4, 0], W[2, 4:8, 0], W_hy[0] = -9, 9, (-9, 9)  # the candidate writes she or he
    b[:, 0] = 9, 9, 0, -9
    W[1, :8, 0], W[3, 10:12, 0] = -18, 18  # forget at a name, show at a link
    whole, units = subject.measure(model)
    assert whole["accuracy"] == whole["per_gender"] == 1 and units["forget_else"][0] > 0.99
    assert whole["neutral"] == units["without"][0] < 0.6 and units["alone"][0] == 1
    assert units["without"][1:].min() == 1 and units["alone"][1:].max() < 0.6
    assert subject.meets(units).tolist() == [True] + [False] * 7
    W[1, :8, 0] = 0  # never forgets: the sum of all names
    assert not subject.meets(subject.measure(model)[1]).any()


def test_reading_word_by_word_is_the_forward_pass_until_the_writing_is_edited():
    settings = {"model": "she or he", "activity": 0.0, "shrink": 0.0, "steps": 1}
    model = subject_sweep.trained(settings, 0)
    test = agreement.pronoun_streams(9, 5, rng=np.random.default_rng(0), dtype=np.float32)
    hs, written = subject.read(model, test.x)
    np.testing.assert_allclose(hs, model.forward(test.x)[2][0], atol=1e-6)
    neutral, gendered = subject.places(test)
    assert np.array_equal(neutral >= 0, gendered >= 0) and set(gendered.ravel()) <= {-1, 0, 1, 2, 3}
    _, edited = subject.read(model, test.x, subject.writes_means(written, neutral, [1]))
    names = edited[neutral == 0]
    np.testing.assert_allclose(names[:, 1], written[neutral == 0][:, 1].mean(), atol=1e-6)
    assert np.ptp(names[:, 0]) > 1e-3 and np.ptp(edited[neutral < 0][:, 1]) > 1e-3


def test_the_stored_sweep_of_the_subject_calls_clean_what_meets_the_criterion():
    rows = experiments.stored("subject")
    met = subject.meets(rows)  # by the unit with the highest correlation
    np.testing.assert_array_equal(met, rows["clean"])
    assert rows["seed"].min() >= 10 and rows["accuracy"].min() > 0.95


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
    assert counting.ends(SaysTheEnd(7), [1, 7, 20], beyond=10).tolist() == [7, 7, 7]
    late = counting.ends(SaysTheEnd(12), [1, 2, 3], beyond=10)
    np.testing.assert_array_equal(late, [np.nan, np.nan, 12])


def test_the_stored_counting_networks_count_as_far_as_their_file_says():
    for network, saved in experiments.stored("counting_weights").items():
        model = counting_sweep.build(network, np.random.default_rng(0), np.float64)
        for name, array in model.params.items():
            array[:] = saved["params"][name]
        assert counting.exact_up_to(model) == saved["exact_up_to"]


def test_every_ablated_cell_starts_from_the_weights_of_the_full_one():
    full = ablation_tasks.build("full", 3, 10, 16)
    for name, (Cell, _) in ablation_tasks.MODELS.items():
        cell = ablation_tasks.build(name, 3, 10, 16)
        assert np.all(cell.params["b_h"][-3] == ablation_tasks.FORGET_BIAS)
        if Cell is type(full):
            for key, value in full.params.items():
                np.testing.assert_array_equal(cell.params[key], value)


WHOLE = {"chrono": True, "climbs": True, "renews": True}


def shortened(monkeypatch, **changes):
    """A run of the order task with stages of 10 and 20 steps, looked at every 40."""
    small = LONG["order"]._replace(stages=(10, 20), **changes)
    monkeypatch.setitem(thousand_steps.LONG, "order", small)
    monkeypatch.setattr(thousand_steps, "EVERY", 40)
    way = {"task": "order", "cell": "GRU", "lr": 1e-2, "budget": 120, **WHOLE}
    return lambda **other: thousand_steps.run({**way, **other}, 0)


def test_a_run_ends_with_its_budget_and_was_looked_at_on_the_way(monkeypatch):
    run = shortened(monkeypatch)()
    assert (run["read"], run["sequences"], run["length"]) == (120, 12 * 32, 10)
    assert len(run["score_curve"]) == 4 and 0 <= run["score"] <= 1 and not run["solved"]


def test_a_run_ends_at_once_when_the_longest_sequences_are_right(monkeypatch):
    run = shortened(monkeypatch, at_the_end=0.0)()
    assert run["read"] == 10 and len(run["score_curve"]) == 1


def test_the_next_length_begins_when_one_is_passed_and_none_without_a_climb(monkeypatch):
    run = shortened(monkeypatch, on_the_way=-1.0)
    climbed, alone = run(budget=200), run(budget=200, climbs=False)
    assert climbed["length"] == alone["length"] == 20
    assert (climbed["sequences"], alone["sequences"]) == (15 * 32, 10 * 32)


def test_a_kept_adam_takes_other_steps_from_the_second_length_on(monkeypatch):
    run = shortened(monkeypatch, on_the_way=-1.0)
    same = [run(budget=100, renews=renews)["score_curve"] for renews in (True, False)]
    assert same[0] == same[1]
    ends = [run(budget=1000, renews=renews)["score_curve"] for renews in (True, False)]
    assert ends[0] != ends[1]


def test_every_stored_run_over_a_thousand_steps_kept_its_budget_and_its_word():
    for name in ("parts", "jump", "usual", "chrono"):
        for row in experiments.stored(f"thousand_steps-{name}"):
            task = LONG[str(row["task"])]
            goal = 0.94 if row["task"] == "adding" else task.solved
            assert row["solved"] == (row["score"] > goal)
            assert row["read"] <= row["budget"] + 1100


def test_the_gpt_reads_the_tales_below_the_guess():
    run = transformer.run({"passes": 1}, 0)
    assert run["new_curve"][0] == pytest.approx(run["bits"], abs=1e-3)
    assert run["bits"] < run["training_curve"][0] < np.log2(32)


def test_the_models_of_recall_keep_equally_many_numbers_and_the_gpt_learns_it():
    for form in torch_recall.FORMS.values():
        rng = np.random.default_rng(0)
        models = {name: build(rng, form) for name, build in torch_recall.MODELS.items()}
        kept = {"GPT": 2 * torch_recall.PAIRS * sum(2 * block.heads.out.in_features
                                            for block in models.pop("GPT").blocks)}  # fmt: skip
        for name, model in models.items():
            state = model.cell(model.embedding(torch_recall.draw(1, rng, form)[0]))[1]
            parts = state if name == "LSTM" else (state,)
            kept[name] = sum(part.numel() for part in parts)
        assert kept == dict.fromkeys(kept, 256)
    model, curve = torch_recall.learn(torch_recall.small_gpt, 0, lr=6e-3, every=120)
    assert curve[0] < curve[-1] and curve[-1] > 0.99
    again = transformer_experiments.unpack(
        transformer_experiments.packed(model), torch_recall.small_gpt(np.random.default_rng(1))
    )
    test = torch_recall.draw(256, np.random.default_rng(5))
    assert torch_recall.right(again, *test) > 0.99


def test_the_two_ways_of_feeding_a_decoder_differ_in_what_it_reads_and_in_nothing_else():
    forced, own = (
        torch_own_words.train(0, 1e-2, own_words, steps=3) for own_words in (False, True)
    )
    again = torch_own_words.train(0, 1e-2, True, steps=3)
    pairs = zip(own.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(forced.read_out.weight, own.read_out.weight)
    start = [torch_own_words.train(0, 1e-12, way, steps=1) for way in (False, True)]
    assert torch.allclose(start[0].read_out.weight, start[1].read_out.weight, atol=1e-9)


def test_a_hash_that_looks_like_a_huge_number_stays_a_text():
    rows = experiments._table(["accuracy\tcode", "0.5\t407e78782f", "1\t23f3b03360"])
    assert rows["code"].tolist() == ["407e78782f", "23f3b03360"]
    assert rows["accuracy"].tolist() == [0.5, 1]


def test_the_runs_of_the_gap_are_found_by_model_with_the_rate_that_won():
    for model in ("RNN", "GRU", "Self-attention"):
        rows = experiments.stored("gap" if model == "RNN" else "gap-rest")
        own, chose = (rows[(rows["model"] == model) & (rows["part"] == part)]
                      for part in ("reported", "tuning"))  # fmt: skip
        found = gap_runs.accuracies(model)
        assert found.shape == (len(experiments.GAPS), 10)
        for gap, by_seed in zip(experiments.GAPS, found, strict=True):
            assert by_seed.tolist() == own["accuracy"][own["gap"] == gap].tolist()
        rates, tried = gap_runs.trials(model)
        best = tried.mean(axis=1).max()
        assert tried[rates == own["lr"][0]].mean() >= best - 0.01  # a tie goes to the inside
        for rate, row in zip(rates, tried, strict=True):
            assert row.tolist() == chose["accuracy"][chose["lr"] == rate].tolist()
        assert gap_runs.good_rates(model) == sum(row.mean() >= 0.95 for row in tried)
    with pytest.raises(ValueError, match="'Oracle' on the gap: choose from GRU, "):
        gap_runs.trials("Oracle")
