"""The small networks of the living cells: an RNN, an LSTM, a GRU of six units, one attention head.

Each reads sentences of the language of the living cells with gaps of every length up to its
longest, and is asked once, at the end.  What is kept are the weights, with four decimals, of one
seed each, chosen after looking at several: all of them answer, and what a held gate does to the
answer differs from seed to seed.  The accuracies are those of the rounded weights.

    python -m tools.upkeep.living_cells
"""

import numpy as np

from lessons_kit.living import language
from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_models.attention_models import SelfAttention
from sweeps.runner import rows

HIDDEN, SIZE, LONGEST, STEPS, BATCH = 6, 4, 48, 2500, 32
WORDS, ANSWERS = len(language.VOCAB), len(language.ANSWERS)
TESTED = ((2, 0), (5, 1), (11, 2), (20, 2), (35, 2))  # gap, distractors


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
    "LSTM": (recurrent(cells.LSTM, forget_bias=2.0), 1, 0.02, 21, 6),
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


def results():
    """What ``lessons_kit.living`` reads: for each network its settings, accuracies and weights."""
    networks = {}
    for name, (_, seed, rate, longest, before) in NETWORKS.items():
        model = trained(name, seed)
        params = {key: array.tolist() for key, array in model.params.items()}
        networks[name] = {"seed": seed, "rate": rate, "longest_gap": longest, "before": before,
                          "accuracy": accuracies(model, before), "params": params}  # fmt: skip
    return {"hidden_size": HIDDEN, "size": SIZE, "longest": LONGEST, "steps": STEPS,
            "batch_size": BATCH, "tested": TESTED, "networks": networks}  # fmt: skip


if __name__ == "__main__":
    rows.write_json(rows.DATA / "lab_cells.json", results())
