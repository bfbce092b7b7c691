"""The small networks of the living cells: an RNN, an LSTM, a GRU, one attention head.

The LSTM is one of the sweep ``subject``: it says *she* or *he* of the name it has read last, and
with nothing read both are as likely.  The others read sentences of the language of the living
cells with gaps of every length, and are asked once, at the end.  Half of their sentences lack the
home country: there every language is to be as likely, so that none is answered for want of another.
Kept are the weights of one seed each, with four decimals, chosen after looking at several.
"""

import json
import sys

import numpy as np

from lessons_kit.living import language
from lessons_lib import cells, training
from lessons_lib.attention import attend
from lessons_lib.functional import log_softmax
from lessons_models.agreement import pronoun_streams
from lessons_models.attention_models import SelfAttention
from sweeps import subject
from sweeps.runner import rows

HIDDEN, SIZE, LONGEST, STEPS, BATCH = 6, 4, 48, 4000, 32
SHUT = 40.0  # so far below is a sigmoid 0
WORDS, ANSWERS = len(language.VOCAB), len(language.ANSWERS)
TESTED = ((2, 0), (5, 1), (11, 2), (20, 2), (35, 2))  # gap, distractors
PRONOUNS, STREAMS = {"seed": 2, **subject.CASES[0]}, (40, 200)  # words in a stream of the test


class Even(training.SequenceModel):
    """A cell and a read-out without a bias: the state of zeros makes every answer as likely.

    While ``shut`` is true the update gates of a GRU keep nothing.
    """

    shut = False

    @property
    def params(self):
        return {key: a for key, a in super().params.items() if key != "b_y"}

    def forward(self, x, state=None):
        self._shift(-SHUT * self.shut)
        return super().forward(x, state)

    def backward(self, dy, cache):
        *rest, grads = super().backward(dy, cache)
        self._shift(SHUT * self.shut)
        return *rest, {key: grads[key] for key in self.params}

    def _shift(self, by):
        if by:
            self.cell.params["b_h"][1] += by


class Hidden(SelfAttention):
    """A head for which words may be hidden: their rows of x are zeros."""

    def forward(self, x, state=None):
        p = self.params
        e = np.swapaxes(x @ p["E"], 0, 1) + p["P"][: len(x)]
        q, k, v = e[:, -1:] @ p["W_q"], e @ p["W_k"], e @ p["W_v"]
        seen = x.any(axis=2).T[:, None]  # (B, 1, T)
        context, weights, lookup = attend(q, k, v, mask=seen)
        p["b_y"][...] = 0
        return context[:, 0] @ p["W_y"], None, (x, e, context[:, 0], weights[:, 0], lookup)


def recurrent(Cell, **options):
    """A function rng → a cell of six units with a read-out at the last step."""
    return lambda rng: Even(
        Cell(WORDS, HIDDEN, rng=rng, **options), ANSWERS, rng=rng, last_only=True
    )


def head(rng):
    """Self-attention of four numbers per word, asked at the last word."""
    return Hidden(WORDS, ANSWERS, LONGEST, SIZE, rng=rng)


# name → build(rng), seed, learning rate, longest gap and most words before, in training.  The head
# knows absolute positions only, not what stands next to what, so its sentences begin at once.
NETWORKS = {
    "RNN": (recurrent(cells.RNN), 0, 0.01, 7, 6),
    "GRU": (recurrent(cells.GRU, keep_bias=2.0), 0, 0.02, 21, 6),
    "attention": (head, 0, 0.02, 21, 0),
}


def soft_entropy(y, shares):
    """Mean cross-entropy of softmax(y) against shares (B, K)  →  loss, dy."""
    log_p = log_softmax(y)
    return float(-(shares * log_p).sum() / len(y)), (np.exp(log_p) - shares) / len(y)


def batches(model, longest, most_before, rng):
    """Fresh sentences, up to two visits in the gap, some words before: yields x, shares (B, K).

    Every second batch lacks the home country and has even shares; for a GRU also whole sentences
    of which it keeps nothing.
    """
    gated = isinstance(getattr(model, "cell", None), cells.GRU)
    for step in range(STEPS):
        gap = int(rng.choice(range(longest + 1)))
        visits = int(rng.integers(0, min(2, (gap + 1) // 3) + 1))
        before = int(rng.integers(0, most_before + 1))
        model.shut = gated and step % 4 == 1
        sentences = language.home_sentences(
            gap, BATCH, rng=rng, distractors=0 if model.shut else visits, before=before
        )
        x, shares = sentences.x, np.eye(ANSWERS)[sentences.y]
        if step % 2 == 0:
            yield x, shares
        elif not most_before:  # hide some words: from the last on, the one that asks
            yield hidden(x, shares, rng)
        elif model.shut:  # end anywhere in the gap
            yield x[: rng.integers(before + 3, len(x) + 1)], np.full_like(shares, 1 / ANSWERS)
        else:  # begin after the country
            yield x[rng.integers(before + 2, len(x)) :], np.full_like(shares, 1 / ANSWERS)


def hidden(x, shares, rng):
    """Hide words of x (T, B, D), or move the country; not found at place 2, it is not answered."""
    seen, x = rng.random(x.shape[:2]) > rng.random(x.shape[1]), x.copy()
    seen[-1] = True
    moved = (rng.random(x.shape[1]) < 0.3) & (len(x) > 3)
    x[1:3, moved] = x[2:0:-1, moved]
    gone = moved | ~seen[1]
    return x * (seen | moved)[..., None], np.where(gone[:, None], 1 / ANSWERS, shares)


def trained(name, seed):
    """The network ``name``, its weights rounded to four decimals."""
    build, _, rate, longest, most_before = NETWORKS[name]
    rng = np.random.default_rng(seed)
    model = build(rng)
    training.train(
        model, batches(model, longest, most_before, rng), loss=soft_entropy,
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
    params = {**model.params, **getattr(model, "read_out", {})}
    params = {key: array.astype(float).round(4) + 0.0 for key, array in params.items()}
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
