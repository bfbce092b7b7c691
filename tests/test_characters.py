"""A text as characters: cut and batched, read and written by a model; and the course's text."""

import numpy as np
import pytest

from lessons_lib import cells, text, training
from lessons_lib.functional import softmax
from lessons_lib.text import Vocab
from lessons_models import characters


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: characters.char_batches(range(10), T=5, B=2), ValueError, "11 are needed"),
        (lambda: characters.char_batches(range(10), T=0, B=2), ValueError, "at least 1"),
        (lambda: characters.split([1, 2, 3], 0), ValueError, "empty"),
        (lambda: characters.split([1, 2, 3], 1.5), ValueError, "empty"),
    ],
)
def test_bad_input_is_one_clear_error(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_streams_continue_from_piece_to_piece_and_targets_are_the_next_symbol():
    T, B = 4, 3
    pieces = list(characters.char_batches(np.arange(40), T, B))
    assert len(pieces) == 3
    x = np.concatenate([x for x, _ in pieces])
    y = np.concatenate([y for _, y in pieces])
    assert x.shape == y.shape == (3 * T, B)
    assert np.array_equal(np.diff(x, axis=0), np.ones((3 * T - 1, B)))
    assert np.array_equal(y, x + 1)
    assert len(np.unique(x)) == x.size


def test_split_keeps_the_order_and_loses_nothing():
    train, validation = characters.split(np.arange(100), 0.2)
    assert np.array_equal(np.concatenate([train, validation]), np.arange(100))
    assert len(validation) == 20


def test_the_tales_are_plain_in_few_words_and_none_is_told_twice():
    tales = characters.tales()
    assert set(tales) <= set("abcdefghijklmnopqrstuvwxyz \n.,'?-")
    assert "  " not in tales and "\n\n\n" not in tales
    told, words = tales.strip().split("\n\n"), tales.replace("'", " ").split()
    assert len(told) == len(set(told)) == 271
    assert len(tales) > 120_000 and len({word.strip(".,?") for word in words}) < 1_200


def _model(vocab, hidden_size=5, seed=0):
    rng = np.random.default_rng(seed)
    cell = cells.RNN(len(vocab), hidden_size, rng=rng)
    return training.SequenceModel(cell, len(vocab), rng=rng)


def test_bits_per_character_are_those_of_a_guess_for_a_model_without_weights():
    vocab = Vocab.from_text("abcd")
    model = _model(vocab)
    model.read_out["W_hy"][:] = 0
    ids = vocab.encode("abcdabcadbdc")
    assert characters.bits_per_character(model, ids) == pytest.approx(2.0)
    p = np.array([0.5, 0.25, 0.125, 0.125])
    model.read_out["b_y"][:] = np.log(p)
    assert characters.bits_per_character(model, ids) == pytest.approx(-np.log2(p[ids[1:]]).mean())


def test_bits_per_character_carry_the_state_through_the_whole_text():
    vocab = Vocab.from_text("abcd")
    model, ids = _model(vocab), vocab.encode("abcdabcadbdc")
    state, bits = model.cell.init_state(1), []
    for token, following in zip(ids[:-1], ids[1:], strict=True):
        y, state, _ = model.forward(text.one_hot([[token]], 4), state)
        bits.append(-np.log2(softmax(y[0, 0])[following]))
    assert characters.bits_per_character(model, ids) == pytest.approx(np.mean(bits))


def test_symbols_are_drawn_as_often_as_the_temperature_says():
    vocab = Vocab.from_text("abc")
    model, p = _model(vocab), np.array([0.7, 0.2, 0.1])
    model.read_out["W_hy"][:] = 0
    model.read_out["b_y"][:] = np.log(p)
    for temperature in (0.5, 1.0, 2.0):
        rng = np.random.default_rng(0)
        drawn = characters.sample(model, vocab, "a", 2000, rng=rng, temperature=temperature)
        share = np.bincount(vocab.encode(drawn), minlength=3) / 2000
        expected = p ** (1 / temperature) / (p ** (1 / temperature)).sum()
        np.testing.assert_allclose(share, expected, atol=0.03)


def test_a_sample_depends_on_its_start_on_what_was_drawn_and_on_nothing_else():
    vocab = Vocab.from_text("abcd")
    model = _model(vocab)
    model.cell.params["W_xh"] *= 5  # so that the last character decides
    model.read_out["W_hy"] *= 5

    def write(start, length=40):
        return characters.sample(model, vocab, start, length, rng=np.random.default_rng(1))

    assert write("ab") == write("ab") and write("ab", 7) == write("ab")[:7]
    assert write("ab") != write("cd") and write("ab", 0) == ""
    drawn = write("ab")
    assert (
        write("ab", 1) + characters.sample(model, vocab, "ab" + drawn[0], 5, rng=_after_one_draw())
        == drawn[:6]
    )


def _after_one_draw():
    rng = np.random.default_rng(1)
    rng.random()
    return rng


@pytest.mark.parametrize(
    ("start", "temperature", "says"),
    [
        ("", 1.0, "start is empty"),
        ("a", 0.0, "temperature must be positive"),
        ("a", -1.0, "temperature must be positive"),
    ],
)
def test_a_sample_without_start_or_with_a_bad_temperature_is_refused(start, temperature, says):
    vocab = Vocab.from_text("ab")
    with pytest.raises(ValueError, match=says):
        characters.sample(
            _model(vocab), vocab, start, 3, rng=np.random.default_rng(0), temperature=temperature
        )
