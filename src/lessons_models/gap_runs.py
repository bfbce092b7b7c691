"""The stored runs of the sweeps ``gap`` and ``gap-rest``, by model: what several lessons read."""

from functools import cache

import numpy as np

from lessons_lib import experiments

GOOD = 0.95  # a mean accuracy from which a learning rate counts as good


@cache
def _rows():
    tables = [experiments.stored(name) for name in ("gap", "gap-rest")]
    return {model: table for table in tables for model in np.unique(table["model"]).tolist()}


def _part(model, part):
    if model not in _rows():
        known = ", ".join(sorted(_rows()))
        raise ValueError(f"no stored runs of {model!r} on the gap: choose from {known}")
    rows = _rows()[model]
    return rows[(rows["model"] == model) & (rows["part"] == part)]


def accuracies(model):
    """Accuracies at the model's chosen rate  →  (gaps, seeds).  Raises ValueError for no model."""
    return _part(model, "reported")["accuracy"].reshape(len(experiments.GAPS), -1)


def trials(model):
    """The runs that chose the rate  →  rates (R,), accuracies (R, gaps · seeds).

    Raises ValueError for a model that was not run.
    """
    rows = _part(model, "tuning")
    rates = np.unique(rows["lr"])
    return rates, np.array([rows["accuracy"][rows["lr"] == rate] for rate in rates])


def good_rates(model):
    """How many rates have a mean accuracy of at least GOOD.  Raises ValueError for no model."""
    return int((trials(model)[1].mean(axis=1) >= GOOD).sum())
