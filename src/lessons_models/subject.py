"""Does one unit of a trained LSTM carry the subject?  The criterion of the look inside a cell."""

import numpy as np

from lessons_lib.functional import sigmoid
from lessons_models import agreement, probes

T, TEST = 40, 256


def answers(model, hs):
    """hs (..., H)  →  0 for she, 1 for he: the likelier of the two."""
    y = hs @ model.read_out["W_hy"] + model.read_out["b_y"]
    if y.shape[-1] > 2:
        y = y[..., agreement.Pronouns.vocab.encode(agreement.PRONOUNS)]
    return y.argmax(axis=-1)


def read(model, x, edit=lambda t, w: w):
    """The LSTM word by word; in place of w = i ⊙ g (B, H) it writes edit(t, w).

    x (T, B, D)  →  hs (T, B, H), what was written (T, B, H).
    """
    p, (h, c), found = model.cell.params, model.cell.init_state(x.shape[1]), []
    for t, x_t in enumerate(x):
        a_i, a_f, a_g, a_o = x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"][:, None]
        w = edit(t, sigmoid(a_i) * np.tanh(a_g))
        c = sigmoid(a_f) * c + w
        h = sigmoid(a_o) * np.tanh(c)
        found.append((h, w))
    hs, written = zip(*found, strict=True)
    return np.stack(hs), np.stack(written)


def writes_means(written, labels, units):
    """An ``edit`` for ``read``: where labels (T, B) ≥ 0, ``units`` write the mean of that label."""
    average = written.copy()
    for label in np.unique(labels[labels >= 0]):
        average[labels == label] = written[labels == label].mean(axis=0)
    there = (labels >= 0)[..., None] & np.isin(np.arange(written.shape[-1]), units)
    return lambda t, w: np.where(there[t], average[t], w)


def places(test):
    """Labels of the words that give the gender away, others -1: without the gender, and with it.

    →  two arrays (T, B): 0 name, 1 pronoun; 0 and 1 names, 2 and 3 pronouns.
    """
    name, pronoun = (test.vocab.encode(words) for words in (sum(agreement.NAMES, ()),
                                                            agreement.PRONOUNS))  # fmt: skip
    kinds = [np.isin(test.tokens, name), np.isin(test.tokens, pronoun)]
    return np.select(kinds, [0, 1], -1), np.select(kinds, [test.gender, 2 + test.gender], -1)


def measure(model):
    """Accuracy on the pronouns: as it is; with neutral writing; with writing per gender.

    And the six numbers of the criterion for every unit, each (H,).
    """
    test = agreement.pronoun_streams(T, TEST, rng=np.random.default_rng(99), dtype=np.float32)
    _, _, (hs, cache) = model.forward(test.x)
    _, f, _, o = cache.gates
    neutral, gendered = places(test)
    name, units = neutral == 0, range(hs.shape[-1])
    new = name & (np.arange(T)[:, None] > 0)
    _, written = read(model, test.x)

    def accuracy(labels, units):
        hs, _ = read(model, test.x, writes_means(written, labels, units))
        return float((answers(model, hs) == test.gender)[test.mask].mean())

    right = float((answers(model, hs) == test.gender)[test.mask].mean())
    return {"accuracy": right, "neutral": accuracy(neutral, units),
            "per_gender": accuracy(gendered, units)}, {
        "correlation": np.abs(probes.unit_correlations(cache.c[1:], test.gender)),
        "forget_new": f[new].mean(axis=0), "forget_else": f[~name].mean(axis=0),
        "output_before": o[test.mask].mean(axis=0), "output_else": o[~test.mask].mean(axis=0),
        "without": np.array([accuracy(neutral, [k]) for k in units]),
        "alone": np.array([accuracy(neutral, [j for j in units if j != k]) for k in units]),
    }  # fmt: skip


def meets(unit):
    """The criterion, for all units at once  →  (H,) bool."""
    return (
        (unit["correlation"] > 0.8) & (unit["forget_new"] < 0.3) & (unit["forget_else"] > 0.8)
        & (unit["output_before"] > 0.8) & (unit["output_else"] < 0.2)
        & (unit["without"] < 0.8) & (unit["alone"] > 0.95)
    )  # fmt: skip
