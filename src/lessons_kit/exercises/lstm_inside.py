"""Exercises of chapter 3: who wrote what a cell holds, a control that can fail, a tie."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def origins(f, written):
    """Which word wrote what the cell holds?

    A unit keeps c_t = f_t c_{t-1} + w_t and begins with c = 0.  Split what
    it holds after the last word into one share for each word.
    f, written (T, H): forget gates and w = i * g at each word
    →  shares (T, H), which add up over the words to the last cell state.
    """
    shares = written.copy()
    for t, f_t in enumerate(f):
        shares[:t] *= f_t
    return shares


def best_by_word(tokens, labels):
    """How well can labels be guessed from the current word alone?

    tokens (T, B): the number of each word; labels (T, B) of 0 and 1
    →  share of right answers of the best rule that sees the word just
    read and nothing else.
    """
    right = []
    for word in np.unique(tokens):
        found = labels[tokens == word]
        right.extend(found == np.bincount(found).argmax())
    return np.mean(right)


def coupled_back(dc, c_prev, f, g):
    """The backward pass of the memory of the coupled cell.

    c_t = f * c_{t-1} + (1 - f) * g, with f = sigmoid(a_f), g = tanh(a_g).
    dc: gradient of the loss for c_t; c_prev: c_{t-1}; all (B, H)
    →  da_f, da_g and the gradient for c_{t-1}, (B, H) each.
    """
    da_f = dc * (c_prev - g) * f * (1 - f)
    da_g = dc * (1 - f) * (1 - g**2)
    return da_f, da_g, dc * f


def _origin_cases():
    rng = np.random.default_rng(0)
    return [(rng.uniform(0.2, 1, shape), rng.standard_normal(shape)) for shape in ((4, 2), (7, 3))]


def _word_cases():
    rng = np.random.default_rng(1)
    tokens = rng.integers(5, size=(9, 8))
    by_word = np.array([0, 1, 1, 0, 1])[tokens]
    seldom = (rng.random(tokens.shape) < 0.3).astype(int)
    return [(tokens, by_word), (tokens, seldom), (tokens[:4], 1 - seldom[:4])]


def _tie_cases():
    rng = np.random.default_rng(2)
    shape = 3, 4
    return [
        (rng.standard_normal(shape), rng.standard_normal(shape), rng.uniform(0, 1, shape),
         rng.uniform(-1, 1, shape)),
    ]  # fmt: skip


EXERCISES = (
    Exercise(
        "lstm.origins",
        origins,
        _origin_cases,
        ("shares",),
        (
            Mistake(
                "shares[:t] *= f_t",
                "shares[: t + 1] *= f_t",
                "the forget gate of a word acts on what was there before it, "
                "not on what the word writes.",
            ),
            Mistake(
                "shares[:t] *= f_t",
                "shares[t:] *= f_t",
                "what a word wrote passes the forget gates of the words after it.",
            ),
            Mistake(
                "shares[:t] *= f_t",
                "shares[max(t - 1, 0) : t] *= f_t",
                "what a word wrote passes every later forget gate, not the next one only.",
            ),
        ),
    ),
    Exercise(
        "lstm.best_by_word",
        best_by_word,
        _word_cases,
        ("share",),
        (
            Mistake(
                "np.bincount(found).argmax()",
                "1",
                "where a word has label 0 more often, the best rule says 0.",
            ),
            Mistake(
                "np.mean(right)",
                "np.sum(right) / len(tokens)",
                "the share is one of all T · B places.",
            ),
            Mistake(
                "np.unique(tokens)",
                "range(tokens.max())",
                "range(n) ends before n: the word with the highest number is left out.",
            ),
        ),
    ),
    Exercise(
        "lstm.coupled_back",
        coupled_back,
        _tie_cases,
        ("da_f", "da_g", "gradient for c_{t-1}"),
        (
            Mistake(
                "(c_prev - g)",
                "c_prev",
                "f works twice: it keeps the old, and takes away from the new.",
            ),
            Mistake("(c_prev - g)", "(g - c_prev)", "the sign: more f means more of the old."),
            Mistake(
                "dc * (1 - f) * (1 - g**2)",
                "dc * f * (1 - g**2)",
                "the candidate is written with 1 - f.",
            ),
            Mistake("(1 - g**2)", "(1 - g)", "the slope of tanh is 1 - g²."),
            Mistake(" * f * (1 - f)", "", "the slope of the sigmoid, f (1 - f), is missing."),
            Mistake("da_g, dc * f", "da_g, dc", "the old memory is kept with f."),
        ),
    ),
)
