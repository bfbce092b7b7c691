"""Exercises of chapter 5: a control for a map of weights, the baseline with the least spread."""

import numpy as np

from lessons_kit.exercises.exercise import Exercise, Mistake
from lessons_lib.functional import softmax


def pointing(weights, described):
    """How often does the model look at what it names, and a blind one?

    weights (L, B, R): before each of L words, for each of B pictures;
    described (L, B): the region that a word names, or -1 for none.
    Only words that name a region count.
    share: how often the largest weight is on the region that is named.
    chance: the same for a control.  It knows which regions its picture
    has names for, and at each such word looks at one of them, all
    equally likely.  Give the expected value; draw nothing.
    →  share, chance.
    """
    naming = described >= 0
    share = (weights.argmax(axis=2) == described)[naming].mean()
    named = [len(set(column) - {-1}) for column in described.T]
    return share, (naming / named).sum() / naming.sum()


def best_baseline(alpha, f):
    """The baseline with which a single draw is closest to the average.

    Region i is drawn with probability alpha[i], and costs f[i].  The
    estimate is g_i = (f[i] - b) (onehot_i - alpha).  Its spread is the
    mean over the draws of the squared distance to the average of g.
    alpha (R,): above 0, sums to 1; f (R,)
    →  the number b that makes the spread smallest.
    """
    lengths = 1 - 2 * alpha + alpha @ alpha
    share = alpha * lengths
    return share @ f / share.sum()


def _pointing_cases():
    rng = np.random.default_rng(10)
    few = np.array([[0, 4, 2], [0, 5, 2], [3, 5, -1], [-1, 1, -1], [-1, 1, -1], [-1, -1, -1]])
    twice = np.array([[1, 0], [0, 3], [1, 3], [-1, 2], [2, -1]])  # back to a region named before
    cases = []
    for described, R in ((few, 6), (twice, 4)):
        weights = softmax(rng.standard_normal((*described.shape, R)))
        b, t = np.meshgrid(*map(np.arange, described.T.shape), indexing="ij")
        right = rng.random(described.T.shape) < 0.6
        weights[t[right], b[right], described.T[right]] += 2
        cases.append((weights, described))
    return cases


def _baseline_cases():
    rng = np.random.default_rng(11)
    return [(softmax(2 * rng.standard_normal(R)), rng.uniform(1, 3, R)) for R in (3, 9, 5)]


EXERCISES = (
    Exercise(
        "attention.pointing",
        pointing,
        _pointing_cases,
        ("share", "chance"),
        (
            Mistake(
                "== described)[naming].mean()",
                "== described).mean()",
                "the share counts words that name nothing. Leave them out.",
            ),
            Mistake(
                "(naming / named).sum() / naming.sum()",
                "1 / weights.shape[2]",
                "this control looks at empty regions too. It shall know where the named ones are.",
            ),
            Mistake(
                "(naming / named).sum() / naming.sum()",
                "np.mean(1 / np.array(named))",
                "this is a mean over pictures. A picture with more shapes has more words, and each "
                "naming word counts once.",
            ),
            Mistake(
                "len(set(column) - {-1})",
                "(column >= 0).sum()",
                "a region that several words name is one region.",
            ),
            Mistake(
                "len(set(column) - {-1})",
                "len(set(column))",
                "-1 is no region.",
            ),
            Mistake(
                "described >= 0",
                "described > 0",
                "region 0 is a region too.",
            ),
        ),
    ),
    Exercise(
        "attention.best_baseline",
        best_baseline,
        _baseline_cases,
        ("baseline",),
        (
            Mistake(
                "share @ f / share.sum()",
                "alpha @ f",
                "this is the expected loss. It comes close; but draws with a long step count more.",
            ),
            Mistake(
                "share @ f / share.sum()",
                "f.mean()",
                "the draws are not equally likely.",
            ),
            Mistake(
                "alpha * lengths",
                "lengths",
                "a draw counts by its probability too.",
            ),
            Mistake(
                "alpha * lengths",
                "alpha * np.sqrt(lengths)",
                "it is the squared length of onehot - alpha that counts.",
            ),
            Mistake(
                "share @ f / share.sum()",
                "share @ f",
                "the shares do not sum to 1: divide by their sum.",
            ),
        ),
    ),
)
