"""Symbols to numbers and back, one-hot vectors.  NumPy only."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lessons_lib import checks


@dataclass(frozen=True)
class Vocab:
    """The symbols of a task, numbered from 0 in the order of ``symbols``.

    symbols: distinct non-empty strings, characters or words; separator: what ``decode`` puts
    between two of them, "" for characters and " " for words.
    Raises ValueError where there is no symbol or one occurs twice, TypeError for other types.
    """

    symbols: tuple[str, ...]
    separator: str = ""

    def __post_init__(self):
        if isinstance(self.symbols, str) or not all(isinstance(s, str) for s in self.symbols):
            raise TypeError("Vocab needs a tuple of strings: use Vocab.from_text for a text")
        object.__setattr__(self, "symbols", tuple(self.symbols))
        if not self.symbols or len(set(self.symbols)) < len(self.symbols) or "" in self.symbols:
            raise ValueError(
                f"Vocab needs distinct, non-empty symbols, got {self.symbols!r}: "
                "Vocab.from_words drops repetitions"
            )

    @classmethod
    def from_text(cls, text):
        """One symbol for each distinct character, in alphabetical order."""
        return cls(tuple(sorted(set(text))))

    @classmethod
    def from_words(cls, words):
        """One symbol for each distinct word, in order of appearance.

        words: an iterable of words, or one string to be split at white space.
        """
        words = words.split() if isinstance(words, str) else words
        return cls(tuple(dict.fromkeys(words)), separator=" ")

    def __len__(self):
        return len(self.symbols)

    @cached_property
    def _numbers(self):
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    def encode(self, text):
        """text: a string (split at spaces if the symbols are words) or an iterable of symbols
        →  tokens (n,) int64.  Raises ValueError that names the symbols it does not know.
        """
        if isinstance(text, str) and self.separator:
            text = text.split(self.separator)
        symbols = list(text)
        known = [isinstance(s, Hashable) and s in self._numbers for s in symbols]
        if not all(known):
            odd = [s for s, ok in zip(symbols, known, strict=True) if not ok]
            raise ValueError(
                f"unknown symbols {list(dict.fromkeys(map(repr, odd)))[:8]}: this Vocab has "
                f"{len(self)} symbols; build it from all the text, or leave these out"
            )
        return np.array([self._numbers[s] for s in symbols], dtype=np.int64)

    def decode(self, tokens):
        """tokens (n,) of integers  →  one string.

        Raises TypeError for other dtypes, ValueError for another rank or an unknown number.
        """
        tokens = checks.tokens("tokens", tokens, len(self))
        if tokens.ndim != 1:
            raise ValueError(
                f"decode reads one sequence (n,), got shape {tokens.shape}: pick one, tokens[:, b]"
            )
        return self.separator.join(self.symbols[token] for token in tokens)


def one_hot(tokens, size, dtype=np.float64):
    """tokens (...) of integers from 0 to size - 1  →  (..., size), a 1 at each token.

    Raises TypeError unless the tokens are integers, ValueError where one is out of range.
    """
    checks.whole(size=(size, 1))
    return np.eye(size, dtype=checks.dtype(dtype))[checks.tokens("tokens", tokens, size)]
