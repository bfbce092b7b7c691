"""Exercises of chapter 1 on models of text: temperature, the longest copy, two models mixed."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake


def tempered(p, tau):
    """The probabilities at another temperature, without the scores.

    p (K,): softmax(y) of some scores y that are not given, all above 0;
    tau: a positive number  →  softmax(y / tau), (K,).
    """
    raised = p ** (1 / tau)
    return raised / raised.sum()


def longest_copy(sample, known):
    """Where is the longest piece of a sample that stands in another text?

    sample, known: strings  →  start, length: the piece is
    sample[start : start + length]; of several longest pieces the one
    that comes first in the sample; 0, 0 where they share no character.
    """
    begin, length = 0, 0
    for start in range(len(sample)):
        while start + length < len(sample) and sample[start : start + length + 1] in known:
            begin, length = start, length + 1
    return begin, length


def best_mix(p_one, p_other, shares):
    """Mix two models: which share of the first gives the fewest bits?

    p_one, p_other (n,): the probabilities that two models gave to the
    characters that came; shares: list of numbers from 0 to 1, the
    mixture is share * one + (1 - share) * other
    →  the best share, and the bits per character of that mixture.
    """
    bits = [-np.log2(share * p_one + (1 - share) * p_other).mean() for share in shares]
    best = np.argmin(bits)
    return shares[best], bits[best]


def _tempered_cases():
    rng = np.random.default_rng(11)
    return [(rng.dirichlet(np.ones(K)), tau) for K, tau in ((4, 0.5), (6, 2.0), (3, 1.0))]


def _copy_cases():
    known = "the goat ate the hat. the hen sat on the hat of the goat."
    return [
        ("a hen ate the hat of the hen", known),
        ("a goat, hens, hat", known),
        ("#" + known[5:30], known),
        ("cat on mat", "mat"),
        ("xya", "abc"),
        ("one hat. two hat", known),
    ]


def _mix_cases():
    rng, shares = np.random.default_rng(12), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    pairs = [rng.uniform(0.01, 1, (2, 30)) for _ in range(2)]
    better = rng.uniform(0.5, 1, 20), rng.uniform(0.01, 0.2, 20)
    return [*((*pair, shares) for pair in pairs), (*better, shares[::-1])]


EXERCISES = (
    Exercise(
        "rnn.tempered",
        tempered,
        _tempered_cases,
        ("p",),
        (
            Mistake("p ** (1 / tau)", "p / tau", "the scores are divided, not the probabilities."),
            Mistake("1 / tau", "tau", "a small tau must make the largest probability larger."),
            Mistake("raised / raised.sum()", "raised", "the probabilities must add up to 1."),
            Mistake(
                "p ** (1 / tau)",
                "np.exp(p / tau)",
                "p is not the score: the scores are ln p, up to a number that all of them share.",
            ),
        ),
    ),
    Exercise(
        "rnn.longest_copy",
        longest_copy,
        _copy_cases,
        ("start", "length"),
        (
            Mistake(
                "for start in range(len(sample)):",
                "for start in range(1):",
                "only pieces from the beginning of the sample are tried.",
            ),
            Mistake(
                "begin, length = start, length + 1",
                "begin, length = start + length, length + 1",
                "start is where the piece begins, not where it ends.",
            ),
            Mistake(
                "sample[start : start + length + 1] in known",
                "set(sample[start : start + length + 1]) <= set(known)",
                "the same characters in another order are no copy.",
            ),
        ),
    ),
    Exercise(
        "rnn.best_mix",
        best_mix,
        _mix_cases,
        ("share", "bits"),
        (
            Mistake("np.argmin", "np.argmax", "this mixture is the worst of them."),
            Mistake(
                "-np.log2(share * p_one + (1 - share) * p_other).mean()",
                "-(share * np.log2(p_one) + (1 - share) * np.log2(p_other)).mean()",
                "mix the probabilities, then take the logarithm.",
            ),
            Mistake("np.log2", "np.log", "these are nats, not bits."),
            Mistake(
                "share * p_one + (1 - share) * p_other",
                "share * p_other + (1 - share) * p_one",
                "the share is that of the first model.",
            ),
            Mistake(
                "-np.log2(share * p_one + (1 - share) * p_other).mean()",
                "-np.log2((share * p_one + (1 - share) * p_other).mean())",
                "the mean of the logarithms, not the logarithm of the mean.",
            ),
        ),
    ),
)
