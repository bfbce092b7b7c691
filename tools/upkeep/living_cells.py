"""The small networks of the living cells: an RNN, an LSTM, a GRU, one attention head.

The LSTM is one of the sweep ``subject``: it says *she* or *he* of the name it has read last, and
with nothing read both are as likely.  The others read sentences of the language of the living
cells with gaps of every length up to their longest, and are asked once, at the end.  What is kept
are the weights, with four decimals, of one seed each, chosen after looking at several: all of them
answer, and what a held gate does to the answer differs from seed to seed.  The accuracies are
those of the rounded weights.

    python -m tools.upkeep.living_cells [LSTM …]     all of them, or those that are named
"""

import json
import sys

import numpy as np

from lessons_kit.living import language
from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_models.agreement import pronoun_streams
from lessons_models.attention_models import SelfAttention
from sweeps import subject
from sweeps.runner import rows

HIDDEN, SIZE, LONGEST, STEPS, BATCH = 6, 4, 48, 2500, 32
WORDS, ANSWERS = len(language.VOCAB), len(language.ANSWERS)
TESTED = ((2, 0), (5, 1), (11, 2), (20, 2), (35, 2))  # gap, distractors
PRONOUNS, STREAMS = {"seed": 2, **subject.CASES[0]}, (40, 200)  # words in a stream of the test


def recurrent(Cell, **options):
    """A function rng → a cell of six units with a read-out at the last step."""

    def build(rng):
        cell = Cell(WORDS, HIDDEN, rng=rng, **options)
        return training.SequenceModel(cell, ANSWERS, rng=rng, last_only=True)

    return build


def head(rng):
    """Self-attention of four numbers per word, asked at the last word."""
    return SelfAttention(WORDS, ANSWERS, LONGEST, SIZE, rng=rng)


# name → build(rng), seed, learning rate, longest gap and most words before, in training.  The head
# knows absolute positions only, not what stands next to what, so its sentences begin at once.
NETWORKS = {
    "RNN": (recurrent(cells.RNN), 0, 0.01, 7, 6),
    "GRU": (recurrent(cells.GRU, keep_bias=2.0), 4, 0.02, 21, 6),
    "attention": (head, 0, 0.02, 21, 0),
}


def batches(longest, most_before, rng):
    """Fresh sentences, up to two visits in the gap, some words before: yields x, y."""
    for _ in range(STEPS):
        gap = int(rng.choice(range(longest + 1)))
        visits = int(rng.integers(0, min(2, (gap + 1) // 3) + 1))
        before = int(rng.integers(0, most_before + 1))
        sentences = language.home_sentences(gap, BATCH, rng=rng, distractors=visits, before=before)
        yield sentences.x, sentences.y


def trained(name, seed):
    """The network ``name``, its weights rounded to four decimals."""
    build, _, rate, longest, most_before = NETWORKS[name]
    rng = np.random.default_rng(seed)
    model = build(rng)
    training.train(
        model, batches(longest, most_before, rng), loss=cross_entropy,
        optimiser=training.Adam(lr=rate, clip=1.0), schedule=training.linear_decay(STEPS),
    )  # fmt: skip
    for array in model.params.values():
        array[...] = array.round(4)
    return model


def accuracies(model, before, sentences=512):
    """Share of right answers at each gap and number of distractors of TESTED."""
    scores = []
    for gap, visits in TESTED:
        rng = np.random.default_rng([gap, visits, 9])
        options = {"distractors": visits, "before": before}
        test = language.home_sentences(gap, sentences, rng=rng, **options)
        scores.append(round(training.accuracy(model.forward(test.x)[0], test.y), 3))
    return scores


def pronouns():
    """The LSTM that says she or he: its settings, accuracies and weights."""
    model = subject.trained(PRONOUNS, PRONOUNS["seed"])
    for array in model.params.values():
        array[...] = array.round(4)
    scores = []
    for T in STREAMS:
        rng = np.random.default_rng([T, 9])
        test = pronoun_streams(T, 256, rng=rng, dtype=np.float32)
        scores.append(training.accuracy(model.forward(test.x)[0], test.gender, test.mask))
    return {**PRONOUNS, "hidden_size": subject.HIDDEN, "tested": [[T] for T in STREAMS],
            "accuracy": np.round(scores, 3).tolist(), "params": exact(model)}  # fmt: skip


def exact(model):
    """Parameters as lists of numbers of four decimals."""
    params = {key: array.astype(float).round(4) + 0.0 for key, array in model.params.items()}
    return {key: array.tolist() for key, array in params.items()}


def network(name):
    """What is stored of one network."""
    if name == "LSTM":
        return pronouns()
    _, seed, rate, longest, before = NETWORKS[name]
    model = trained(name, seed)
    return {"seed": seed, "rate": rate, "longest_gap": longest, "before": before,
            "accuracy": accuracies(model, before), "params": exact(model)}  # fmt: skip


def store(names, path=rows.DATA / "lab_cells.json"):
    """Write what ``lessons_kit.living`` reads; networks that are not named stay as they are."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored |= {"command": "python -m tools.upkeep.living_cells", "hidden_size": HIDDEN,
               "size": SIZE, "longest": LONGEST, "steps": STEPS, "batch_size": BATCH,
               "tested": TESTED}  # fmt: skip
    stored["networks"] |= {name: network(name) for name in names}
    rows.write_json(path, stored)


if __name__ == "__main__":
    store(sys.argv[1:] or ["LSTM", *NETWORKS])
