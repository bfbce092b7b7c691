"""Dates in six ways of writing, to be translated to one: a small translation task."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab

MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
PAD, BEGIN = "_", "^"
SOURCE_VOCAB = Vocab((PAD, *" ,./-0123456789", *sorted(set("".join(MONTHS)))))
TARGET_VOCAB = Vocab((BEGIN, *"-0123456789"))
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
SOURCE_LENGTH = len("september 30, 2021")

FORMATS = (
    lambda d: f"{d.day} {_month(d)} {d.year}",  # 3 march 2021
    lambda d: f"{_month(d)[:3]} {d.day} {d.year}",  # mar 3 2021
    lambda d: f"{_month(d)} {d.day}, {d.year}",  # march 3, 2021
    lambda d: f"{d.day}.{d.month}.{d.year}",  # 3.3.2021
    lambda d: f"{d.day:02}-{_month(d)[:3]}-{d.year}",  # 03-mar-2021
    lambda d: f"{d.year}/{d.month:02}/{d.day:02}",  # 2021/03/03
)


@dataclass(frozen=True)
class Dates:
    """B dates as characters, padded to S = 18 steps.

    source (S, B) int64 of ``source_vocab``; lengths (B,) int64; source_mask (S, B) bool, False
    in the padding; previous, targets (10, B) int64 of ``target_vocab``: the character written
    last (at first "^", the beginning) and the one to write now; texts: the B dates as written.
    """

    source: np.ndarray
    lengths: np.ndarray
    source_mask: np.ndarray
    previous: np.ndarray
    targets: np.ndarray
    texts: tuple[str, ...]
    source_vocab: Vocab = SOURCE_VOCAB
    target_vocab: Vocab = TARGET_VOCAB


def date_pairs(B, *, rng):
    """Write each date the ISO way: "3 march 2021", "mar 3 2021", "3.3.2021" … → "2021-03-03".

    The day is uniform over 1900–2099, the format over the six of FORMATS.
    →  Dates.  Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, B=(B, 1))
    days = rng.integers((LAST - FIRST).days + 1, size=B)
    dates = [FIRST + timedelta(days=int(n)) for n in days]
    texts = tuple(FORMATS[k](d) for k, d in zip(rng.integers(6, size=B), dates, strict=True))
    padded = [SOURCE_VOCAB.encode(text.ljust(SOURCE_LENGTH, PAD)) for text in texts]
    written = np.stack([TARGET_VOCAB.encode(BEGIN + d.isoformat()) for d in dates], axis=1)
    lengths = np.array([len(text) for text in texts])
    source_mask = np.arange(SOURCE_LENGTH)[:, None] < lengths
    return Dates(np.stack(padded, axis=1), lengths, source_mask, written[:-1], written[1:], texts)


def _month(d):
    return MONTHS[d.month - 1]
