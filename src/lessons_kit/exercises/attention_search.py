"""Exercises of chapter 5: after the first mistake, divided scores, a writer that fools greedy."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def after_mistake(right):
    """How often is the answer after the first mistake right?

    right (T, B), bool: whether answer t of string b is right.
    Strings without a mistake, and those whose first mistake is their last
    answer, do not count.
    At least one string counts.
    →  a share between 0 and 1.
    """
    first = np.argmin(right, axis=0)
    counts = ~right.all(axis=0) & (first < len(right) - 1)
    return right[first[counts] + 1, counts].mean()


def tipping_power(short, long):
    """At which power of the length do two strings tie?

    The score of a string is log P divided by its length to the power a.
    With a = 0 the short string wins, with a large a the long one.
    short, long: (log P, length) of a string each; log P is below 0
    →  the power a at which the two scores are equal.
    """
    (log_p, length), (other_log_p, other_length) = short, long
    return np.log(other_log_p / log_p) / np.log(other_length / length)


def greedy_trap(K):
    """A writer of two symbols on which greedy loses.

    It writes one of K symbols, then another.  Choose the probabilities so
    that the string which greedy writes has less than 2 / K times the
    probability of the likeliest string.
    K: a whole number, 3 or more
    →  first (K,): probabilities of the first symbol; second (K, K): row k
    holds those of the second symbol after symbol k.  Rows sum to 1.
    """
    first, second = np.zeros(K), np.full((K, K), 1 / K)
    first[:2] = 0.51, 0.49
    second[1] = np.arange(K) == 0
    return first, second


def _trapped(result, K):
    """Are these probabilities, is another first symbol better, and does greedy lose enough?"""
    first, second = (np.asarray(rows, dtype=float) for rows in result)
    rows = np.concatenate([first[None], second])
    fair = rows.min() >= 0 and bool(np.allclose(rows.sum(axis=1), 1))
    strings, choice = (first[:, None] * second).max(axis=1), first.argmax()
    other = bool(strings.argmax() != choice)
    return fair, other, bool(strings[choice] < 2 / K * strings.max())


def _right_cases():
    rng = np.random.default_rng(9)
    cases = [(rng.random((T, B)) < 0.7,) for T, B in ((5, 40), (2, 30), (9, 25))]
    late = np.ones((4, 3), dtype=bool)
    late[3, 1] = late[1, 0] = False  # one in the last answer, which nothing follows
    return [*cases, (late,), (np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0]], dtype=bool),)]


EXERCISES = (
    Exercise(
        "attention.after_mistake",
        after_mistake,
        _right_cases,
        ("share",),
        (
            Mistake(
                "~right.all(axis=0) & (first < len(right) - 1)",
                "first < len(right) - 1",
                "strings without a mistake count too: their first mistake is found at place 0.",
            ),
            Mistake(
                "first[counts] + 1",
                "first[counts]",
                "this is the mistake itself, and it is never right. Look one place on.",
            ),
            Mistake(
                "np.argmin(right, axis=0)",
                "np.argmax(right, axis=0)",
                "this is the first answer that is right.",
            ),
            Mistake(
                "right[first[counts] + 1, counts].mean()",
                "right[first[counts] + 1, counts].sum() / right.shape[1]",
                "divide by the strings that count, not by all.",
            ),
        ),
    ),
    Exercise(
        "attention.tipping_power",
        tipping_power,
        lambda: [((-2.0, 1), (-5.0, 6)), ((-1.5, 3), (-4.0, 12)), ((-3.0, 4), (-3.3, 5))],
        ("power",),
        (
            Mistake(
                "np.log(other_log_p / log_p) / np.log(other_length / length)",
                "np.log(other_length / length) / np.log(other_log_p / log_p)",
                "the fraction is turned: the power belongs to the lengths.",
            ),
            Mistake(
                "other_length / length",
                "length / other_length",
                "the sign is wrong: with a power above 0 the long string gains.",
            ),
            Mistake(
                "np.log(other_log_p / log_p) / np.log(other_length / length)",
                "(other_log_p / log_p) / (other_length / length)",
                "the power stands in an exponent. Take logarithms of both sides.",
            ),
            Mistake(
                "np.log(other_log_p / log_p)",
                "(other_log_p - log_p)",
                "the scores are divided, so it is their ratio that counts.",
            ),
        ),
    ),
    Exercise(
        "attention.greedy_trap",
        greedy_trap,
        lambda: [(3,), (5,), (40,)],
        ("probabilities", "another first symbol is better", "greedy loses enough"),
        (
            Mistake(
                "second[1] = np.arange",
                "second[0] = np.arange",
                "the good continuation follows the symbol that greedy takes anyway.",
            ),
            Mistake("np.full((K, K), 1 / K)", "np.full((K, K), 1.0)", "the rows must sum to 1."),
            Mistake(
                "0.51, 0.49",
                "0.9, 0.1",
                "the likeliest first symbol is so likely that the other way cannot win by much.",
            ),
        ),
        observe=_trapped,
    ),
)
