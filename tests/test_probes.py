"""Probes: they read what is there, and nothing where nothing is."""

import numpy as np
import pytest

from lessons_models import probes


def recorded(seed=0, T=30, B=40, H=5, noise=0.5):
    """States in which unit 1 holds the label up to noise, unit 3 never moves; labels (T, B)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=(T, B))
    states = rng.standard_normal((T, B, H))
    states[..., 1] = 2 * labels - 1 + noise * states[..., 1]
    states[..., 3] = 0.5
    return states, labels


def test_a_probe_reads_a_label_that_one_unit_holds():
    states, labels = recorded()
    probe = probes.linear_probe(states, labels)
    assert np.abs(probe.weights).argmax() == 1
    assert probe.accuracy(*recorded(seed=1)) > 0.95


def test_a_probe_reads_a_label_that_only_all_units_together_hold():
    states, _ = recorded()
    labels = (states @ [1.0, 0, -1.0, 0, 1.0] > 0).astype(int)
    assert np.abs(probes.unit_correlations(states, labels)).max() < 0.7
    assert probes.linear_probe(states, labels).accuracy(states, labels) > 0.95


def test_a_probe_of_labels_that_are_not_there_does_not_beat_a_coin():
    states, labels = recorded()
    wrong = np.random.default_rng(2).permutation(labels.ravel()).reshape(labels.shape)
    new_states, new_labels = recorded(seed=3)
    assert probes.linear_probe(states, wrong).accuracy(new_states, new_labels[::-1]) < 0.6


def test_a_probe_without_ridge_is_the_least_squares_fit():
    states, labels = recorded()
    states = np.delete(states, 3, axis=2)
    probe = probes.linear_probe(states, labels, ridge=0.0)
    ones = np.concatenate([states, np.ones((*labels.shape, 1))], axis=2).reshape(-1, 5)
    expected = np.linalg.lstsq(ones, 2.0 * labels.ravel() - 1, rcond=None)[0]
    np.testing.assert_allclose([*probe.weights, probe.bias], expected, atol=1e-10)


def test_correlations_are_those_of_numpy_and_0_for_a_unit_that_never_moves():
    states, labels = recorded()
    found = probes.unit_correlations(states, labels)
    for unit in (0, 1, 2, 4):
        expected = np.corrcoef(states[..., unit].ravel(), labels.ravel())[0, 1]
        assert found[unit] == pytest.approx(expected, abs=1e-12)
    assert found[3] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("states", "labels", "named"),
    [
        (np.zeros((4, 3, 2)), np.zeros((4, 2)), r"labels of shape \(4, 3\)"),
        (np.zeros(4), np.zeros(4), "need labels"),
        (np.zeros((4, 2)), np.full(4, 2), "labels must be 0 and 1"),
        (np.zeros((0, 2)), np.zeros(0), "labels must be 0 and 1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(states, labels, named):
    for probe in (probes.linear_probe, probes.unit_correlations):
        with pytest.raises(ValueError, match=named):
            probe(states, labels)
