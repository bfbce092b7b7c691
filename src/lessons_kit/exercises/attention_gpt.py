"""Exercises of chapter 5: the test of a cache, top-k sampling, the score of an induction head."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def first_wrong_place(read, step, tokens):
    """Where does a cache begin to go wrong?

    read(tokens (T,)) → scores (T, K): the whole sequence at once, right;
    step(token, cache) → scores (K,), cache: one token more, to be tested;
    at the first token the cache is None.  tokens (T,): whole numbers
    →  the first place whose scores differ by more than 1e-6, or T.
    """
    whole, cache = read(tokens), None
    for t, token in enumerate(tokens):
        scores, cache = step(token, cache)
        if np.abs(scores - whole[t]).max() > 1e-6:
            return t
    return len(tokens)


def top_k(y, k, tau):
    """Probabilities for drawing among the k most likely symbols only.

    y (K,): scores, all different; k: how many symbols stay, 1 … K;
    tau: the temperature  →  p (K,): softmax(y / tau) of the k largest
    scores, 0 for all the others; it sums to 1.
    """
    least = np.sort(y)[-k]
    return softmax(np.where(y >= least, y / tau, -np.inf))


def induction_score(weights, tokens):
    """How much of its weight does a head put where it should?

    weights (T, T): row t shows where place t looks; tokens (T,).
    Take each place whose token has occurred before it.  It should look at
    the place right after the first of these occurrences.
    →  the mean of its weight there, over these places; there is at least
    one.
    """
    found = []
    for t, token in enumerate(tokens):
        (before,) = np.nonzero(tokens[:t] == token)
        if before.size:
            found.append(weights[t, before[0] + 1])
    return float(np.mean(found))


def _reader(seed):
    """A small causal reader, whole and by steps: scores depend on the tokens and their places."""
    rng = np.random.default_rng(seed)
    E, P, W = (rng.standard_normal(s) for s in ((6, 4), (9, 4), (4, 5)))

    def read(tokens):
        x = E[tokens] + P[: len(tokens)]
        return np.cumsum(x, axis=0) @ W

    def stepper(place, most, first=0):
        def step(token, cache):
            rows = [] if cache is None else list(cache)
            rows = [*rows, E[token] + P[place(len(rows))]][-most:]
            return np.sum(rows[first * (len(rows) > 5) :], axis=0) @ W, rows

        return step

    return read, stepper


def _cache_cases():
    read, stepper = _reader(0)
    tokens = np.array([3, 1, 4, 1, 5, 0, 2, 5])
    kinds = (lambda t: t, 9), (lambda t: 0, 9), (lambda t: t, 4), (lambda t: t, 9, 1)
    cases = [(read, stepper(*kind), tokens) for kind in kinds]
    off = stepper(lambda t: t, 9)

    def nearly(token, cache):
        scores, cache = off(token, cache)
        return scores - 1e-3 * (len(cache) > 2) * np.arange(5), cache

    def rounding(token, cache):
        scores, cache = off(token, cache)
        return scores + 1e-8, cache

    def lower(token, cache):
        scores, cache = off(token, cache)
        return scores - (len(cache) > 1), cache

    def once(token, cache):
        scores, cache = off(token, cache)
        return scores + (len(cache) == 4), cache

    more = (nearly, 8), (rounding, 6), (lower, 7), (once, 8)
    return cases + [(read, step, tokens[:n]) for step, n in more]


def _top_cases():
    rng = np.random.default_rng(1)
    return [(rng.standard_normal(K), k, tau)
            for K, k, tau in ((6, 2, 0.5), (5, 1, 1.0), (4, 4, 2.0), (8, 3, 1.0))]  # fmt: skip


def _induction_cases():
    rng, cases = np.random.default_rng(2), []
    for tokens in ([3, 1, 2, 1, 3], [1, 1, 1, 2], [0, 5, 0, 4, 0, 5], [2, 0, 1, 2]):
        cases.append((softmax(rng.standard_normal((len(tokens),) * 2)), np.array(tokens)))
    return cases


EXERCISES = (
    Exercise(
        "attention.first_wrong_place",
        first_wrong_place,
        _cache_cases,
        ("place",),
        (
            Mistake(
                "scores, cache = step(token, cache)",
                "scores, _ = step(token, cache)",
                "the cache that comes back must be given to the next step.",
            ),
            Mistake(
                "np.abs(scores - whole[t]).max()",
                "(scores - whole[t]).max()",
                "a score that is too small is wrong as well: take the size of the difference.",
            ),
            Mistake(
                "np.abs(scores - whole[t]).max() > 1e-6",
                "not np.array_equal(scores, whole[t])",
                "rounding alone makes them differ. Allow 1e-6.",
            ),
            Mistake(
                "return len(tokens)",
                "return -1",
                "a cache without a mistake gives T, the length.",
            ),
            Mistake(
                "> 1e-6:\n            return t",
                "> 1e-6:\n            return t + 1",
                "places are counted from 0.",
            ),
        ),
    ),
    Exercise(
        "attention.top_k",
        top_k,
        _top_cases,
        ("p",),
        (
            Mistake(
                "np.sort(y)[-k]",
                "np.sort(y)[k - 1]",
                "these are not the k largest: np.sort puts the smallest first.",
            ),
            Mistake(
                "y / tau, -np.inf",
                "y / tau, 0",
                "a score of 0 is a score like any other. What is left out needs -∞.",
            ),
            Mistake("y / tau, -np.inf", "y, -np.inf", "the temperature has no effect."),
            Mistake("y / tau, -np.inf", "y * tau, -np.inf", "the scores are divided by tau."),
            Mistake(
                "softmax(np.where(y >= least, y / tau, -np.inf))",
                "softmax(y / tau) * (y >= least)",
                "the probabilities that stay must sum to 1.",
            ),
        ),
    ),
    Exercise(
        "attention.induction_score",
        induction_score,
        _induction_cases,
        ("score",),
        (
            Mistake(
                "weights[t, before[0] + 1]",
                "weights[t, before[0]]",
                "that is the earlier token itself. The head should look one place on.",
            ),
            Mistake(
                "weights[t, before[0] + 1]",
                "weights[t, before[-1] + 1]",
                "of several earlier occurrences the first one counts.",
            ),
            Mistake(
                "weights[t, before[0] + 1]",
                "weights[before[0] + 1, t]",
                "row t shows where place t looks; its columns are the places looked at.",
            ),
            Mistake(
                "np.mean(found)",
                "np.sum(found)",
                "the score is a mean over these places, not a sum.",
            ),
        ),
    ),
)
