"""Does one unit of a trained LSTM carry the subject?  The criterion of the look inside a cell."""

import numpy as np

from lessons_models import agreement, probes

T, TEST, NAMES = 40, 256, range(8)  # the names are the first words of the vocabulary


def answers(model, hs):
    """hs (..., H)  →  0 for she, 1 for he: the likelier of the two."""
    y = hs @ model.read_out["W_hy"] + model.read_out["b_y"]
    if y.shape[-1] > 2:
        y = y[..., agreement.Pronouns.vocab.encode(("she", "he"))]
    return y.argmax(axis=-1)


def flips(model, test, cache, said):
    """Share of the pronouns that change when one unit's cell state changes sign  →  (H,)."""
    x, h, c = (a[test.mask] for a in (test.x, cache.h[:-1], cache.c[:-1]))
    shares = []
    for unit in range(c.shape[-1]):
        mirrored = c.copy()
        mirrored[:, unit] *= -1
        (h_new, _), _ = model.cell.step(x, (h, mirrored))
        shares.append((answers(model, h_new) != said[test.mask]).mean())
    return np.array(shares)


def measure(model):
    """Accuracy on the pronouns, and the six numbers of the criterion for every unit, each (H,)."""
    test = agreement.pronoun_streams(T, TEST, rng=np.random.default_rng(99), dtype=np.float32)
    _, _, (hs, cache) = model.forward(test.x)
    _, f, _, o = cache.gates
    said = answers(model, hs)
    name = np.isin(test.tokens, NAMES)
    new = name & (np.arange(T)[:, None] > 0)
    return float((said == test.gender)[test.mask].mean()), {
        "correlation": np.abs(probes.unit_correlations(cache.c[1:], test.gender)),
        "forget_new": f[new].mean(axis=0), "forget_else": f[~name].mean(axis=0),
        "output_before": o[test.mask].mean(axis=0), "output_else": o[~test.mask].mean(axis=0),
        "flips": flips(model, test, cache, said),
    }  # fmt: skip


def meets(unit):
    """The criterion, for all units at once  →  (H,) bool."""
    return (
        (unit["correlation"] > 0.8) & (unit["forget_new"] < 0.3) & (unit["forget_else"] > 0.8)
        & (unit["output_before"] > 0.8) & (unit["output_else"] < 0.2) & (unit["flips"] > 0.8)
    )  # fmt: skip
