"""How far a network counts: aⁿbⁿ, read as a string and continued."""

import numpy as np

from lessons_lib import tasks
from lessons_lib.text import one_hot


def exact_up_to(model, most=500):
    """The largest N ≤ most such that all strings with n = 1 … N are right."""
    batch = tasks.counting(np.arange(1, most + 1), dtype=model.cell.dtype)
    right = tasks.counted(model.forward(batch.x)[0].argmax(-1), batch)
    return most if right.all() else int(right.argmin())


def ends(model, lengths, beyond=100):
    """For each n: after how many b's the network says "end"; nan where n + beyond pass first."""
    a, b, end = tasks.COUNT_VOCAB.encode("ab$")
    lengths = np.asarray(lengths)
    step = np.arange(1, 2 * lengths.max() + beyond + 1)[:, None]
    tokens = np.vstack([np.full((1, len(lengths)), end), np.where(step <= lengths, a, b)])
    says = model.forward(one_hot(tokens, 3, model.cell.dtype))[0].argmax(-1) == end
    says[: lengths.max() + 1] &= np.arange(lengths.max() + 1)[:, None] > lengths  # after a b only
    says[-1] = True
    count = says.argmax(axis=0) - lengths
    return np.where(count < lengths + beyond, count, np.nan)
