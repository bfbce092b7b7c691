"""Beam search against greedy choice and against trying every sequence."""

import itertools

import numpy as np
import pytest

from lessons_lib.functional import log_softmax
from lessons_models.decoding import beam_search

K, END, STEPS = 4, 3, 4


def random_model(seed):
    """Log-probabilities that depend on everything written so far; the state is that history."""
    table = np.random.default_rng(seed).standard_normal((1000, K)) * 2

    def step(symbols, state):
        (history,) = state  # (k,): a number that tells the beginning apart from all others
        history = (history * (K + 1) + symbols + 1) % 997
        return log_softmax(table[history]), (history,)

    return step, (np.zeros(1, dtype=int),)


def log_p_of(model, symbols, start=0):
    step, state = model
    total, before = 0.0, start
    for symbol in symbols:
        log_p, state = step(np.array([before]), state)
        total, before = total + log_p[0, symbol], symbol
    return total


def every_sequence(end):
    for symbols in itertools.product(range(K), repeat=STEPS):
        if end in symbols:
            symbols = symbols[: symbols.index(end) + 1]
        yield symbols


@pytest.mark.parametrize("end", [None, END])
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_as_wide_as_there_are_sequences_finds_the_likeliest(seed, end):
    model = random_model(seed)
    found = beam_search(*model, 0, width=K**STEPS, steps=STEPS, end=end)
    expected = {symbols: log_p_of(model, symbols) for symbols in every_sequence(end)}
    assert {tuple(symbols) for _, symbols in found} == set(expected)
    assert found[0][0] == pytest.approx(max(expected.values()))
    assert tuple(found[0][1]) == max(expected, key=expected.get)


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("end", [None, END])
def test_every_score_is_the_log_probability_of_its_sequence(width, end):
    model = random_model(0)
    found = beam_search(*model, 0, width=width, steps=STEPS, end=end)
    assert len(found) == width
    for score, symbols in found:
        assert score == pytest.approx(log_p_of(model, symbols))
        assert end is None or END not in symbols[:-1]
    assert [score for score, _ in found] == sorted((s for s, _ in found), reverse=True)


def test_a_beam_of_one_takes_the_likeliest_symbol_each_time():
    step, state = random_model(1)
    symbols, greedy = np.array([0]), []
    first = state
    for _ in range(STEPS):
        log_p, state = step(symbols, state)
        symbols = log_p.argmax(axis=1)
        greedy.append(int(symbols[0]))
    assert beam_search(step, first, 0, width=1, steps=STEPS)[0][1] == greedy


def test_the_symbol_that_starts_may_be_the_one_that_ends():
    log_p = np.log([[0.2, 0.5, 0.2, 0.1]])
    step = lambda symbols, state: (log_p.repeat(len(symbols), axis=0), state)  # noqa: E731
    ((score, symbols),) = beam_search(step, (np.zeros((1, 2)),), END, width=1, steps=3, end=END)
    assert symbols == [1, 1, 1] and score == pytest.approx(3 * np.log(0.5))


def test_bad_input_is_named():
    step, state = random_model(0)
    for sizes in ({"width": 0, "steps": 1}, {"width": 1, "steps": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            beam_search(step, state, 0, **sizes)
    for wrong in (np.ones((1, K)), np.zeros((2, K)), np.zeros(K), np.full((1, K), np.nan)):
        with pytest.raises(ValueError, match="expected log-probabilities"):
            beam_search(lambda *_, wrong=wrong: (wrong, state), state, 0, width=2, steps=2)
