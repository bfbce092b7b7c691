"""Vocabulary and one-hot vectors: numbers that lead back to their symbols, and clear errors."""

import numpy as np
import pytest

from lessons_lib import text
from lessons_lib.text import Vocab


def test_decode_undoes_encode_for_characters_and_for_words():
    chars, words = Vocab.from_text("a river, a mill"), Vocab.from_words("the sky the sea")
    assert chars.decode(chars.encode("a mill")) == "a mill"
    assert words.symbols == ("the", "sky", "sea")
    assert words.decode(words.encode("the sea")) == "the sea"
    assert words.encode(["sea", "the"]).tolist() == [2, 0]
    assert chars.encode("").shape == (0,)


def test_a_vocab_is_frozen_and_equal_to_its_like():
    vocab = Vocab.from_text("abc")
    assert vocab == Vocab(("a", "b", "c")) and len(vocab) == 3
    with pytest.raises(AttributeError):
        vocab.symbols = ("x",)


def test_encode_names_the_symbols_it_does_not_know():
    with pytest.raises(ValueError, match="'x'.*'y'"):
        Vocab.from_text("abc").encode("axby")


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Vocab(("a", "a")), ValueError, "distinct"),
        (lambda: Vocab(()), ValueError, "distinct"),
        (lambda: Vocab("abc"), TypeError, "from_text"),
        (lambda: Vocab((1, 2)), TypeError, "strings"),
        (lambda: Vocab(("a",)).decode([0.0]), TypeError, "integers"),
        (lambda: Vocab(("a",)).decode([1]), ValueError, "between 0 and 0"),
        (lambda: Vocab(("a",)).decode([[0]]), ValueError, r"\(1, 1\)"),
        (lambda: text.one_hot([0.5], 2), TypeError, "integers"),
        (lambda: text.one_hot([-1], 2), ValueError, "between 0 and 1"),
        (lambda: text.one_hot([2], 2), ValueError, "another Vocab"),
    ],
)
def test_bad_input_is_one_clear_error(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_one_hot_has_a_single_one_at_the_token():
    tokens = np.array([[0, 2], [1, 1]])
    x = text.one_hot(tokens, 3, np.float32)
    assert x.shape == (2, 2, 3) and x.dtype == np.float32
    assert np.array_equal(x.argmax(-1), tokens) and np.array_equal(x.sum(-1), np.ones((2, 2)))
