"""Probes: what can be read from the states of a network.

A probe is a small model fitted to recorded states.  It shows that something *can* be read there,
not that the network reads it (Hewitt & Liang, 2019): compare with shuffled labels, and intervene.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Probe:
    """A linear read-out of one yes-or-no question: weights (H,), bias.  The answer is score > 0."""

    weights: np.ndarray
    bias: float

    def score(self, states):
        """states (..., H)  →  (...), above 0 for yes."""
        return states @ self.weights + self.bias

    def accuracy(self, states, labels):
        """Share of right answers.  states (..., H), labels (...) of 0 and 1."""
        states, labels = _pairs(states, labels)
        return float(((self.score(states) > 0) == labels).mean())


def linear_probe(states, labels, ridge=1e-3):
    """Fit a ``Probe`` by least squares to the targets -1 (label 0) and +1 (label 1).

    states (..., H), labels (...) of 0 and 1; ridge: share of the states' mean variance that is
    added to the covariance, so that units that never move do no harm (Hoerl & Kennard, 1970).
    One linear system, so the same states give the same probe.
    Raises ValueError where the shapes disagree or the labels are not 0 and 1.
    """
    states, labels = _pairs(states, labels)
    mean, target = states.mean(axis=0), 2.0 * labels - 1.0
    centred = states - mean
    covariance = centred.T @ centred / len(states)
    H = len(mean)
    covariance += ridge * (np.trace(covariance) / H or 1.0) * np.eye(H)
    weights = np.linalg.solve(covariance, centred.T @ (target - target.mean()) / len(states))
    return Probe(weights, float(target.mean() - mean @ weights))


def unit_correlations(states, labels):
    """Correlation of every single unit with the labels: the probe that may use one unit only.

    states (..., H), labels (...) of 0 and 1  →  (H,) in -1 … 1; 0 for a unit that never moves.
    Raises ValueError as ``linear_probe`` does.
    """
    states, labels = _pairs(states, labels)
    centred, target = states - states.mean(axis=0), labels - labels.mean()
    size = np.sqrt((centred**2).sum(axis=0) * (target**2).sum())
    return np.divide(target @ centred, size, out=np.zeros(len(size)), where=size > 0)


def _pairs(states, labels):
    """→  states (N, H) and labels (N,) in float64."""
    states, labels = np.asarray(states, dtype=float), np.asarray(labels, dtype=float)
    if states.ndim < 2 or labels.shape != states.shape[:-1]:
        raise ValueError(
            f"probe: states {states.shape} need labels of shape {states.shape[:-1]}, "
            f"not {labels.shape}"
        )
    if not np.isin(labels, (0, 1)).all() or not labels.size:
        raise ValueError("probe: labels must be 0 and 1, one for each state")
    return states.reshape(-1, states.shape[-1]), labels.ravel()
