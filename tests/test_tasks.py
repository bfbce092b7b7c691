"""The tasks: reproducible, balanced, with the baselines that their docstrings derive."""

from dataclasses import fields, is_dataclass
from datetime import date

import numpy as np
import pytest

from lessons_lib import tasks
from lessons_lib.functional import cross_entropy
from lessons_lib.tasks import sentences
from lessons_models import agreement, copying, counting, dates, shapes, streams

EACH = {
    "cloud": lambda rng: tasks.cloud_sentences(16, rng=rng),
    "gap": lambda rng: tasks.gap_sentences(9, 16, rng=rng, distractors=2),
    "pronouns": lambda rng: agreement.pronoun_streams(20, 16, rng=rng),
    "number": lambda rng: agreement.number_agreement(2, 16, rng=rng),
    "adding": lambda rng: tasks.adding_problem(20, 16, rng=rng),
    "copy": lambda rng: copying.copy_memory(10, 16, rng=rng),
    "order": lambda rng: tasks.temporal_order(20, 16, rng=rng),
    "letters": lambda rng: streams.letter_streams(40, 16, rng=rng),
    "dates": lambda rng: dates.date_pairs(16, rng=rng),
    "pictures": lambda rng: shapes.pictures(16, rng=rng),
}
each_task = pytest.mark.parametrize("make", EACH.values(), ids=EACH)


def rng(seed=0):
    return np.random.default_rng(seed)


def arrays(batch):
    parts = [getattr(batch, f.name) for f in fields(batch)] if is_dataclass(batch) else batch
    return [part for part in parts if isinstance(part, np.ndarray)]


@each_task
def test_a_seed_reproduces_the_batch_and_another_seed_changes_it(make):
    first, again, other = arrays(make(rng(1))), arrays(make(rng(1))), arrays(make(rng(2)))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@each_task
def test_a_seed_instead_of_a_generator_is_refused(make):
    with pytest.raises(TypeError, match="default_rng"):
        make(0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda r: tasks.cloud_sentences(0, rng=r), "B must be .* got 0"),
        (lambda r: tasks.gap_sentences(-1, 4, rng=r), "gap must be"),
        (lambda r: tasks.gap_sentences(2.5, 4, rng=r), "gap must be .* got 2.5"),
        (
            lambda r: tasks.gap_sentences(4, 4, rng=r, distractors=2),
            "distractors must be .* at most 1, got 2",
        ),
        (lambda r: agreement.pronoun_streams(0, 4, rng=r), "T must be"),
        (lambda r: agreement.number_agreement(-1, 4, rng=r), "attractors must be"),
        (lambda r: tasks.adding_problem(1, 4, rng=r), "T must be"),
        (lambda r: copying.copy_memory(5, 4, rng=r, alphabet=1), "alphabet must be"),
        (lambda r: tasks.temporal_order(9, 4, rng=r), "at least 10"),
        (lambda r: streams.letter_streams(30, 4, rng=r), "multiple of every=20, got 30"),
        (lambda r: streams.letter_streams(20, 4, rng=r, letters=1), "letters must be"),
        (lambda r: counting.counting([3, 0]), "at least 1"),
        (lambda r: counting.counting([1.5]), "whole numbers"),
        (lambda r: counting.counted(np.zeros((2, 1)), counting.counting([2])), "argmax"),
        (lambda r: dates.date_pairs(True, rng=r), "B must be"),
        (lambda r: shapes.pictures(-2, rng=r), "B must be"),
    ],
)
def test_a_bad_size_is_one_clear_error(make, says):
    with pytest.raises(ValueError, match=says):
        make(rng())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_argument_is_kept(dtype):
    made = [
        tasks.gap_sentences(3, 4, rng=rng(), dtype=dtype).x,
        agreement.pronoun_streams(5, 4, rng=rng(), dtype=dtype).x,
        *tasks.adding_problem(8, 4, rng=rng(), dtype=dtype),
        copying.copy_memory(5, 4, rng=rng(), dtype=dtype).x,
        tasks.temporal_order(10, 4, rng=rng(), dtype=dtype).x,
        streams.letter_streams(20, 4, rng=rng(), dtype=dtype).x,
        counting.counting([2, 3], dtype=dtype).x,
        shapes.pictures(2, rng=rng(), dtype=dtype).images,
    ]
    assert {x.dtype for x in made} == {np.dtype(dtype)}


# --- sentences ------------------------------------------------------------------------------


def test_the_clouds_are_in_the_sky():
    batch = tasks.cloud_sentences(200, rng=rng())
    assert batch.x.shape == (5, 200, len(batch.vocab))
    assert "the clouds are in the [sky]" in {batch.read(b) for b in range(200)}


@pytest.mark.parametrize("gap", [0, 1, 2, 5, 50])
def test_the_gap_is_the_number_of_words_between_country_and_question(gap):
    batch = tasks.gap_sentences(gap, 8, rng=rng())
    assert batch.tokens.shape == (gap + 3, 8) and batch.y.shape == (8,)
    languages = dict(sentences.HOMES)
    for b in range(8):
        said = batch.read(b).removeprefix("I grew up in ")
        country, *filler = said.split(" I speak fluent ")[0].split()
        assert languages[country] == batch.answers[batch.y[b]]
        assert len(filler) == gap and not set(filler) & languages.keys()


def test_one_hot_inputs_agree_with_the_tokens_and_chance_is_one_in_ten():
    batch = tasks.gap_sentences(4, 8, rng=rng())
    assert np.array_equal(batch.x.argmax(-1), batch.tokens)
    assert batch.chance == pytest.approx(0.1)
    assert len(sum(sentences.FILLERS, ())) == len(set(sum(sentences.FILLERS, ()))) == 30


def test_the_ten_answers_are_equally_frequent():
    for y in (
        tasks.gap_sentences(1, 20_000, rng=rng()).y,
        tasks.cloud_sentences(20_000, rng=rng()).y,
    ):
        assert np.abs(np.bincount(y, minlength=10) / 20_000 - 0.1).max() < 0.01


def test_distractors_keep_the_gap_and_say_nothing_about_the_answer():
    batch = tasks.gap_sentences(8, 5_000, rng=rng(), distractors=3)
    countries = batch.vocab.encode([country for country, _ in sentences.HOMES])
    named = np.isin(batch.tokens, countries)
    assert batch.tokens.shape[0] == 8 + 3
    assert np.array_equal(named.sum(0), np.full(5_000, 1 + 3)) and named[1].all()
    joint = np.zeros((10, 10))
    last = [np.flatnonzero(column)[-1] for column in named.T]
    seen = batch.tokens[last, np.arange(5_000)]
    np.add.at(joint, (batch.y, np.searchsorted(np.sort(countries), seen)), 1 / 5_000)
    assert np.abs(joint - 0.01).max() < 0.008  # independent: each pair once in a hundred


def test_each_distractor_reads_visited_country():
    batch = tasks.gap_sentences(9, 6, rng=rng(), distractors=2)
    assert all(batch.read(b).count("visited") == 2 for b in range(6))
    visit = batch.vocab.encode([sentences.VISIT])[0]
    after = batch.tokens[1:][batch.tokens[:-1] == visit]
    assert set(batch.vocab.symbols[t] for t in after) <= {c for c, _ in sentences.HOMES}


# --- agreement ------------------------------------------------------------------------------


def test_each_pronoun_agrees_with_the_last_name():
    batch = agreement.pronoun_streams(60, 20, rng=rng())
    words = np.array(batch.vocab.symbols)
    for b in range(20):
        gender = None
        for t, word in enumerate(words[batch.tokens[:, b]]):
            for g, names in enumerate(agreement.NAMES):
                gender = g if word in names else gender
            assert batch.gender[t, b] == gender
            if batch.mask[t, b]:
                assert word in ("because", "and")
                assert words[batch.targets[t, b]] == ("she", "he")[gender]
            else:
                assert words[batch.targets[t, b]] not in ("she", "he")


def test_streams_predict_the_next_word_and_both_genders_are_equally_frequent():
    batch = agreement.pronoun_streams(40, 500, rng=rng())
    assert np.array_equal(batch.tokens[1:], batch.targets[:-1])
    assert abs(batch.gender.mean() - 0.5) < 0.03 and batch.chance == 0.5
    assert "." not in "".join(batch.vocab.symbols)


def test_the_first_noun_alone_decides_between_is_and_are():
    batch = agreement.number_agreement(2, 4_000, rng=rng())
    assert batch.tokens.shape == (8, 4_000) and batch.answers == ("is", "are")
    words = np.array(batch.vocab.symbols)[batch.tokens]
    plural = np.vectorize(lambda word: word in agreement.PLURAL)
    assert np.array_equal(plural(words[1]), batch.y == 1)
    assert abs((plural(words[-1]) == batch.y).mean() - 0.5) < 0.03  # the last noun is no help
    assert abs(batch.y.mean() - 0.5) < 0.03


# --- classic tests of memory ----------------------------------------------------------------


def test_adding_sums_the_two_marked_values_one_in_each_half():
    x, y = tasks.adding_problem(21, 500, rng=rng())
    assert x.shape == (21, 500, 2) and y.shape == (500, 1)
    assert np.allclose((x[..., 0] * x[..., 1]).sum(0), y[:, 0])
    assert np.array_equal(x[:10, :, 1].sum(0), np.ones(500))
    assert np.array_equal(x[10:, :, 1].sum(0), np.ones(500))


def test_the_constant_answer_one_has_the_adding_baseline():
    _, y = tasks.adding_problem(10, 100_000, rng=rng())
    assert ((y - 1) ** 2).mean() == pytest.approx(tasks.ADDING_BASELINE, abs=0.003)


def test_copy_asks_for_each_symbol_a_fixed_time_after_it_was_shown():
    T, K = 7, 3
    batch = copying.copy_memory(T, 5, rng=rng(), symbols=K, alphabet=4)
    assert batch.x.shape == (T + 2 * K, 5, 6) and batch.mask.sum() == K * 5
    assert np.array_equal(batch.targets[T + K :], batch.tokens[:K])
    assert np.all(batch.tokens[T + K - 1] == 5) and (batch.tokens == 5).sum() == 5
    assert np.all(batch.tokens[K : T + K - 1] == 4) and np.all(batch.targets[: T + K] == 4)
    assert np.array_equal(batch.mask, batch.targets < 4)


def test_the_copy_baseline_is_the_loss_without_memory():
    T, K, A = 20, 5, 8
    batch = copying.copy_memory(T, 4, rng=rng(), symbols=K, alphabet=A)
    logits = np.full((*batch.targets.shape, A + 2), -50.0)
    logits[: T + K, :, A] = 50.0
    logits[T + K :, :, :A] = 50.0
    loss, _ = cross_entropy(logits, batch.targets)
    assert loss == pytest.approx(copying.copy_baseline(T, symbols=K, alphabet=A))
    symbols = batch.targets[batch.mask]
    assert symbols.min() >= 0 and symbols.max() < A


@pytest.mark.parametrize("T", [10, 19, 100])
def test_temporal_order_hides_two_marks_where_the_original_did(T):
    batch = tasks.temporal_order(T, 400, rng=rng())
    words = np.array(tasks.ORDER_VOCAB.symbols)[batch.tokens]
    marked = np.isin(words, ["X", "Y"])
    assert np.all(words[0] == "E") and np.all(words[-1] == "B")
    assert np.all(marked.sum(0) == 2)
    assert np.all(marked[T // 10 : T // 5].sum(0) == 1)
    assert np.all(marked[T // 2 : 6 * T // 10].sum(0) == 1)
    for b in range(400):
        assert "".join(words[marked[:, b], b]) == tasks.ORDER_CLASSES[batch.y[b]]


def test_the_four_orders_are_equally_frequent():
    y = tasks.temporal_order(10, 20_000, rng=rng()).y
    assert np.abs(np.bincount(y) / 20_000 - 0.25).max() < 0.01


def test_a_letter_stream_asks_for_the_last_letter_shown():
    batch = streams.letter_streams(400, 16, rng=rng(), letters=4, every=10)
    for b in range(16):
        last = None
        for t, token in enumerate(batch.tokens[:, b]):
            assert (token < 4) == (t % 10 == 0)  # a letter every ten steps, blanks and questions
            last = token if token < 4 else last
            assert batch.targets[t, b] == last and batch.mask[t, b] == (token == 5)
    assert np.array_equal(batch.x.argmax(-1), batch.tokens)
    assert abs(batch.mask.mean() - 0.9 * 0.3) < 0.02
    shares = np.bincount(batch.targets[::10].ravel(), minlength=4) / 640
    assert np.abs(shares - 0.25).max() < 0.06


def test_counting_writes_as_many_b_as_a():
    batch = counting.counting([3, 1])
    decode = counting.COUNT_VOCAB.decode
    assert decode(batch.tokens[:, 0]) == "$aaabbb" and decode(batch.targets[:, 0]) == "aaabbb$"
    assert decode(batch.targets[batch.mask[:, 1], 1]) == "ab$"
    assert batch.decided[:, 0].tolist() == [True, False, False, False, True, True, True]


def test_only_a_network_that_counts_is_exact():
    batch = counting.counting([1, 2, 5])
    assert counting.counted(batch.targets, batch).all()
    careless = np.where(batch.decided, batch.targets, 2)  # undecided steps do not matter
    assert counting.counted(careless, batch).all()
    a, b, _ = counting.COUNT_VOCAB.encode("ab$")
    always_b = np.where(np.arange(len(batch.tokens))[:, None] == 0, a, np.full_like(careless, b))
    assert not counting.counted(always_b, batch).any()


# --- dates and pictures ---------------------------------------------------------------------


def test_each_date_is_translated_to_iso_and_padded():
    batch = dates.date_pairs(300, rng=rng())
    assert batch.source.shape == (18, 300) and batch.targets.shape == (10, 300)
    for b, written in enumerate(batch.texts):
        source = batch.source[batch.source_mask[:, b], b]
        assert batch.source_vocab.decode(source) == written and len(source) == batch.lengths[b]
        iso = date.fromisoformat(batch.target_vocab.decode(batch.targets[:, b]))
        assert str(iso.year) in written and 1900 <= iso.year <= 2099
    assert np.all(batch.source[~batch.source_mask] == batch.source_vocab.encode("_")[0])
    assert np.array_equal(batch.previous[1:], batch.targets[:-1])
    assert np.all(batch.previous[0] == batch.target_vocab.encode("^")[0])


def test_the_six_formats_write_the_same_day():
    day = date(2021, 3, 4)
    written = [write(day) for write in dates.FORMATS]
    assert written == [
        "4 march 2021",
        "mar 4 2021",
        "march 4, 2021",
        "4.3.2021",
        "04-mar-2021",
        "2021/03/04",
    ]


def test_each_caption_names_the_shapes_in_reading_order_and_where_they_are():
    batch = shapes.pictures(40, rng=rng())
    assert batch.images.shape == (40, 24, 24, 3) and batch.regions.shape == (40, 9, 192)
    for b in range(40):
        *names, stop = batch.caption(b).split()
        places = batch.described[: len(names) : 2, b]
        drawn = np.flatnonzero(batch.regions[b].min(axis=1) < 1)
        assert stop == "." and 2 <= len(places) <= 4 and np.array_equal(places, drawn)
        assert np.array_equal(batch.described[1 : len(names) : 2, b], places)
        assert np.all(batch.described[len(names) :, b] == -1)
        for colour, shape, place in zip(names[::2], names[1::2], places, strict=True):
            cell = batch.regions[b, place].reshape(8, 8, 3)
            versions = [
                shapes.draw(shape, shapes.COLOURS[colour], down, right)
                for down in (0, 1)
                for right in (0, 1)
            ]
            assert any(np.array_equal(cell, version) for version in versions)


def test_regions_are_the_cells_of_the_image_in_reading_order():
    batch = shapes.pictures(5, rng=rng())
    for place in range(9):
        row, column = 8 * (place // 3), 8 * (place % 3)
        cell = batch.images[:, row : row + 8, column : column + 8]
        assert np.array_equal(cell.reshape(5, -1), batch.regions[:, place])


def test_the_shapes_differ_and_captions_begin_with_the_begin_symbol():
    drawn = {shapes.draw(shape, (0, 0, 0)).tobytes() for shape in shapes.SHAPES}
    assert len(drawn) == len(shapes.SHAPES)
    batch = shapes.pictures(5, rng=rng())
    assert np.all(batch.previous[0] == batch.vocab.encode("^")[0])
    assert np.array_equal(batch.previous[1:], batch.captions[:-1])


def test_pictures_hold_as_many_shapes_as_asked():
    batch = shapes.pictures(30, rng=rng(), fewest=5, most=9)
    number = (batch.described >= 0).sum(axis=0) // 2
    assert set(number) == {5, 6, 7, 8, 9} and batch.captions.shape == (19, 30)
    assert np.array_equal(batch.mask.sum(axis=0), 2 * number + 1)
    with pytest.raises(ValueError, match="most must be .* at most 9, got 10"):
        shapes.pictures(1, rng=rng(), most=10)
    with pytest.raises(ValueError, match="most must be"):
        shapes.pictures(1, rng=rng(), fewest=5)


def test_pictures_can_be_picked_by_what_they_show():
    batch = shapes.pictures(200, rng=rng())
    red = batch.pick(batch.names(4, "red"))
    assert 0 < len(red.images) < 40
    pixels = red.regions[:, 4].reshape(-1, 64, 3)
    assert np.all((pixels == shapes.COLOURS["red"]).all(axis=2).any(axis=1))
    assert not batch.pick(~batch.names(4, "red")).names(4, "red").any()
    assert red.captions.shape == red.described.shape == (9, len(red.images))
