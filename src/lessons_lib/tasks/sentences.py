"""The two sentences of the course, as data: a short and a long way from the cue to the answer.

the clouds are in the                                   → sky
I grew up in France sold bread often … I speak fluent   → French
"""

from dataclasses import dataclass

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab, one_hot

PLACES = (
    ("clouds", "sky"),
    ("fish", "sea"),
    ("cows", "meadow"),
    ("trains", "station"),
    ("boats", "harbour"),
    ("loaves", "oven"),
    ("books", "library"),
    ("children", "school"),
    ("bees", "hive"),
    ("apples", "orchard"),
)
HOMES = (
    ("France", "French"),
    ("Spain", "Spanish"),
    ("Italy", "Italian"),
    ("Germany", "German"),
    ("Poland", "Polish"),
    ("Greece", "Greek"),
    ("Turkey", "Turkish"),
    ("Japan", "Japanese"),
    ("China", "Chinese"),
    ("Sweden", "Swedish"),
)
# Filler words come in turn from these three rows: "painted boats often sold bread gladly …"
VERBS = tuple("painted sold repaired drew carried bought made found washed borrowed".split())
NOUNS = tuple("boats bread clocks maps baskets chairs kites lamps shoes letters".split())
ADVERBS = tuple("often gladly slowly daily quietly twice alone early neatly sometimes".split())
FILLERS = (VERBS, NOUNS, ADVERBS)

START, QUESTION, VISIT = "I grew up in", "I speak fluent", "visited"  # one token each

CLOUD_VOCAB = Vocab.from_words(["the", "are", "in", *(noun for noun, _ in PLACES)])
GAP_VOCAB = Vocab.from_words(
    [START, QUESTION, VISIT, *(country for country, _ in HOMES), *VERBS, *NOUNS, *ADVERBS]
)


@dataclass(frozen=True)
class Sentences:
    """A batch of B sentences of T tokens; the answer is the word that follows.

    x (T, B, D) one-hot with D = len(vocab); tokens (T, B) int64; y (B,) int64, an index of
    ``answers``.
    """

    x: np.ndarray
    tokens: np.ndarray
    y: np.ndarray
    vocab: Vocab
    answers: tuple[str, ...]

    @property
    def chance(self):
        """Accuracy of a guess: the answers are equally likely."""
        return 1 / len(self.answers)

    def read(self, b):
        """Sentence b as English, its answer in brackets."""
        checks.whole(b=(b, 0, len(self.y) - 1))
        return f"{self.vocab.decode(self.tokens[:, b])} [{self.answers[self.y[b]]}]"


def cloud_sentences(B, *, rng, dtype=np.float64):
    """Short way: "the {noun} are in the" → the place, three steps after the noun.

    →  Sentences with T = 5, D = 13 and 10 answers; chance 1/10.
    Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, B=(B, 1))
    y = rng.integers(len(PLACES), size=B)
    the, are, in_ = CLOUD_VOCAB.encode("the are in")
    tokens = np.empty((5, B), dtype=np.int64)
    tokens[[0, 2, 3, 4]] = np.array([the, are, in_, the])[:, None]
    tokens[1] = CLOUD_VOCAB.encode([noun for noun, _ in PLACES])[y]
    return _sentences(tokens, y, CLOUD_VOCAB, PLACES, dtype)


def gap_sentences(gap, B, *, rng, distractors=0, dtype=np.float64):
    """Long way: "I grew up in {country} {gap filler words} I speak fluent" → the language.

    gap: the number of words between the country and the question "I speak fluent".  The two
    phrases are one token each, so T = gap + 3 and the country is gap + 1 steps before the end.
    distractors: how many times a filler verb and its noun become "visited {country}".  Those
    countries are drawn independently of the first one and say nothing about the answer.
    →  Sentences with D = 43 and 10 answers; chance 1/10.
    Raises TypeError or ValueError for bad arguments, also for more distractors than the gap
    has room for, (gap + 1) // 3.
    """
    checks.sizes(rng, gap=(gap, 0), B=(B, 1))
    room = (gap + 1) // 3
    checks.whole(distractors=(distractors, 0, room))
    start, question, visit = GAP_VOCAB.encode([START, QUESTION, VISIT])
    countries = GAP_VOCAB.encode([country for country, _ in HOMES])
    y = rng.integers(len(HOMES), size=B)
    fillers = [rng.choice(GAP_VOCAB.encode(FILLERS[k % 3]), size=B) for k in range(gap)]
    tokens = np.stack([np.full(B, start), countries[y], *fillers, np.full(B, question)])
    for b in range(B if distractors else 0):
        verbs = 2 + 3 * rng.choice(room, size=distractors, replace=False)
        tokens[verbs, b] = visit
        tokens[verbs + 1, b] = rng.choice(countries, size=distractors)
    return _sentences(tokens, y, GAP_VOCAB, HOMES, dtype)


def _sentences(tokens, y, vocab, pairs, dtype):
    answers = tuple(answer for _, answer in pairs)
    return Sentences(one_hot(tokens, len(vocab), dtype), tokens, y, vocab, answers)
