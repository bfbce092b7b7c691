"""The language of the stored cells: the gap sentences of ``tasks``, with fewer words.

I grew up in France painted boats often visited Japan gladly I speak fluent   → French

Four countries and nine filler words leave a vocabulary of 16 tokens, so that a cell of six units
fits into a page.
"""

import numpy as np

from lessons_lib import tasks
from lessons_lib.tasks.sentences import FILLERS, GAP_VOCAB, HOMES, QUESTION, START, VISIT
from lessons_lib.text import Vocab, one_hot

KEPT = 3  # words of each row of fillers
PAIRS = tuple(HOMES[k] for k in (0, 1, 7, 8))  # France, Spain, Japan, China
COUNTRIES, ANSWERS = zip(*PAIRS, strict=True)
VOCAB = Vocab.from_words(
    [START, QUESTION, VISIT, *COUNTRIES, *sum((r[:KEPT] for r in FILLERS), ())]
)


def _fewer_words():
    """Number in GAP_VOCAB → number in VOCAB: what was left out becomes one of its own kind."""
    kinds = [tuple(country for country, _ in HOMES), *FILLERS]
    kept = [COUNTRIES, *(row[:KEPT] for row in FILLERS)]
    new = {word: word for word in (START, QUESTION, VISIT)}
    for row, few in zip(kinds, kept, strict=True):
        new |= {word: few[k % len(few)] for k, word in enumerate(w for w in row if w not in few)}
        new |= {word: word for word in few}
    return VOCAB.encode([new[word] for word in GAP_VOCAB.symbols])


def home_sentences(gap, B, *, rng, distractors=0, before=0, dtype=np.float64):
    """Sentences of ``tasks.gap_sentences`` in the small vocabulary: D = 16, 4 answers, chance 1/4.

    gap, B, rng, distractors as there.  before: how many words come first, fillers with visits to
    other countries among them, so that a network has to look out for "I grew up in".
    →  ``tasks.Sentences`` with T = before + gap + 3; the answer belongs to the country after "I
    grew up in", whatever else is visited.  Raises TypeError or ValueError for bad arguments.
    """
    full = tasks.gap_sentences(gap, B, rng=rng, distractors=distractors)
    tokens = _fewer_words()[full.tokens]
    y = tokens[1] - VOCAB.encode([COUNTRIES[0]])[0]
    if before:
        visits = min(1, (before + 1) // 3)
        first = tasks.gap_sentences(before, B, rng=rng, distractors=visits)
        tokens = np.concatenate([_fewer_words()[first.tokens[2:-1]], tokens])
    return tasks.Sentences(one_hot(tokens, len(VOCAB), dtype), tokens, y, VOCAB, ANSWERS)
