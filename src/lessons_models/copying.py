"""A classic test of memory: repeat what was shown."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.text import one_hot


class Copy(NamedTuple):
    """x (T, B, alphabet + 2) one-hot; tokens, targets (T, B) int64; mask (T, B) bool, True where
    the answer is asked.  Token ``alphabet`` is the blank, ``alphabet + 1`` the signal "now".
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray


def copy_memory(T, B, *, rng, symbols=5, alphabet=8, dtype=np.float64):
    """Repeat what was shown T steps ago (Hochreiter & Schmidhuber, 1997; Arjovsky et al., 2016).

        input    s1 … sK  blank × (T - 1)  now  blank × K
        target   blank × (T + K)                s1 … sK

    Each symbol is asked for exactly T + K steps after it was shown; the sequence has T + 2 K
    steps.  symbols = K.  Chance on the masked steps: 1 / alphabet.  ``copy_baseline`` gives the
    cross-entropy of a network that knows when to answer and not what.
    →  Copy(x (T + 2K, B, alphabet + 2), tokens, targets, mask, each (T + 2K, B)).
    """
    checks.sizes(rng, T=(T, 1), B=(B, 1), symbols=(symbols, 1), alphabet=(alphabet, 2))
    blank, now = alphabet, alphabet + 1
    shown = rng.integers(alphabet, size=(symbols, B))
    tokens = np.full((T + 2 * symbols, B), blank)
    tokens[:symbols] = shown
    tokens[T + symbols - 1] = now
    targets = np.full_like(tokens, blank)
    targets[-symbols:] = shown
    mask = np.zeros(tokens.shape, bool)
    mask[-symbols:] = True
    return Copy(one_hot(tokens, alphabet + 2, dtype), tokens, targets, mask)


def copy_baseline(T, *, symbols=5, alphabet=8):
    """Mean cross-entropy in nats over *all* steps, no symbol remembered: K log A / (T + 2 K).

    It predicts the blanks with certainty and guesses each of the K symbols among A.  To know when
    the blanks end takes one bit of memory: whether the signal has come.
    """
    checks.whole(T=(T, 1), symbols=(symbols, 1), alphabet=(alphabet, 2))
    return symbols * float(np.log(alphabet)) / (T + 2 * symbols)
