"""Two toy languages in which a late word must agree with an early one."""

from dataclasses import dataclass

import numpy as np

from lessons_lib import checks
from lessons_lib.tasks.sentences import Sentences
from lessons_lib.text import Vocab, one_hot

NAMES = (("anna", "mary", "ruth", "clara"), ("peter", "john", "oscar", "tom"))
PRONOUNS = ("she", "he")  # gender 0 and gender 1, like the rows of NAMES
LINKS = ("because", "and")
VERBS = ("sang", "laughed", "worked", "waited", "walked", "painted")
FILLERS = ("slowly", "home", "today", "again", "outside", "quietly", "often", "together")
PRONOUN_VOCAB = Vocab.from_words([*NAMES[0], *NAMES[1], *PRONOUNS, *LINKS, *VERBS, *FILLERS])

SINGULAR = ("key", "cabinet", "book", "shelf", "dog", "garden", "picture", "window")
PLURAL = ("keys", "cabinets", "books", "shelves", "dogs", "gardens", "pictures", "windows")
PREPOSITIONS = ("near", "behind", "beside", "above")
NUMBER_VOCAB = Vocab.from_words(["the", *PREPOSITIONS, *SINGULAR, *PLURAL])


@dataclass(frozen=True)
class Pronouns:
    """B streams of T words, to be continued word by word.

    x (T, B, D) one-hot; tokens, targets (T, B) int64, the word and the next word; mask (T, B)
    bool, True where the next word is a pronoun; gender (T, B) int64, 0 (she) or 1 (he): that of
    the subject, once the word at that step is read.
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray
    gender: np.ndarray
    vocab: Vocab = PRONOUN_VOCAB

    @property
    def chance(self):
        """Accuracy on the pronouns of a network that has forgotten the name."""
        return 1 / len(PRONOUNS)


def pronoun_streams(T, B, *, rng, dtype=np.float64):
    """Which pronoun takes up the subject?  "anna walked home today because she sang …"

        subject   NAME verb filler × 0–7, then 1–3 clauses
        clause    (because | and) (she | he) verb filler × 0–3

    The next name comes unannounced: there is no full stop at which all could be forgotten.
    The names' genders are drawn independently with equal odds, so chance is 1/2.
    →  Pronouns.  Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, T=(T, 1), B=(B, 1))
    streams = [_stream(T + 1, rng) for _ in range(B)]
    words = np.stack([PRONOUN_VOCAB.encode(words) for words, _ in streams], axis=1)
    gender = np.array([gender for _, gender in streams]).T
    mask = np.isin(words[1:], PRONOUN_VOCAB.encode(PRONOUNS))
    x = one_hot(words[:-1], len(PRONOUN_VOCAB), dtype)
    return Pronouns(x, words[:-1], words[1:], mask, gender[:-1])


def _stream(length, rng):
    """The first ``length`` words of subject after subject, and the gender at each of them."""
    words, genders = [], []
    while len(words) < length:
        gender = int(rng.integers(2))
        words += [rng.choice(NAMES[gender]), rng.choice(VERBS)]
        words += rng.choice(FILLERS, rng.integers(8)).tolist()
        for _ in range(rng.integers(1, 4)):
            words += [rng.choice(LINKS), PRONOUNS[gender], rng.choice(VERBS)]
            words += rng.choice(FILLERS, rng.integers(4)).tolist()
        genders += [gender] * (len(words) - len(genders))
    return words[:length], genders[:length]


def number_agreement(attractors, B, *, rng, dtype=np.float64):
    """Is it *is* or *are*?  "the keys near the cabinet" → are (Linzen, Dupoux & Goldberg, 2016)

    The first noun decides; ``attractors`` further nouns lie between it and the verb, each with a
    number of its own.  All numbers are drawn independently with equal odds: chance is 1/2, and
    to follow the last noun is right half of the time.
    →  Sentences with T = 2 + 3 · attractors, D = 21 and the answers ("is", "are").
    Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, attractors=(attractors, 0), B=(B, 1))
    nouns = NUMBER_VOCAB.encode(SINGULAR + PLURAL).reshape(2, -1)
    number = rng.integers(2, size=(attractors + 1, B))
    tokens = np.empty((2 + 3 * attractors, B), dtype=np.int64)
    tokens[0::3] = NUMBER_VOCAB.encode("the")
    tokens[1::3] = nouns[number, rng.integers(len(SINGULAR), size=number.shape)]
    tokens[2::3] = rng.choice(NUMBER_VOCAB.encode(PREPOSITIONS), size=(attractors, B))
    x = one_hot(tokens, len(NUMBER_VOCAB), dtype)
    return Sentences(x, tokens, number[0], NUMBER_VOCAB, ("is", "are"))
