"""Write a sequence, given the probabilities of the next symbol.  NumPy only."""

import numpy as np


def beam_search(step, state, start, *, width, steps, end=None):
    """Keep the ``width`` likeliest beginnings at every step (beam search; width 1 is greedy).

    step(symbols (k,), state) → log-probabilities of the next symbol (k, K), next state
    state: tuple of arrays whose first axis counts the sequences, one to begin with
    start: the first symbol given to ``step``; steps: most symbols to write; end: the symbol that
    ends a sequence, or None
    →  list of (log-probability, symbols with their ``end``), best first.

    Raises ValueError where width or steps is not positive, or log-probabilities do not fit.
    """
    if width < 1 or steps < 1:
        raise ValueError(f"beam_search: width {width} and steps {steps} must be at least 1")
    symbols, scores, paths = np.array([start]), np.zeros(1), np.empty((1, 0), dtype=int)
    for _ in range(steps):
        log_p, state = step(symbols, state)
        total = scores[:, None] + _continued(log_p, paths, end)
        best = np.argsort(-total, axis=None, kind="stable")[:width]
        best = best[total.ravel()[best] > -np.inf]
        rows, symbols = np.divmod(best, total.shape[1])
        state = tuple(part[rows] for part in state)
        paths = np.concatenate([paths[rows], symbols[:, None]], axis=1)
        scores = total.ravel()[best]
        if (symbols == end).all():
            break
    return [(score, _cut(path, end)) for score, path in zip(scores.tolist(), paths, strict=True)]


def _continued(log_p, paths, end):
    """Log-probabilities (k, K) of the next symbol: after the end only ``end`` again, for free."""
    log_p = np.array(log_p, dtype=np.float64)
    if log_p.ndim != 2 or len(log_p) != len(paths) or np.isnan(log_p).any() or log_p.max() > 1e-3:
        raise ValueError(
            f"beam_search: step gave {log_p.shape}, expected log-probabilities, at most 0, of "
            f"shape ({len(paths)}, symbols): see lessons_lib.functional.log_softmax"
        )
    if end is not None and paths.shape[1]:
        done = paths[:, -1] == end
        log_p[done] = -np.inf
        log_p[done, end] = 0
    return log_p


def _cut(path, end):
    """The symbols as a list, up to the first ``end`` and with it."""
    symbols = path.tolist()
    return symbols[: symbols.index(end) + 1] if end in symbols else symbols
