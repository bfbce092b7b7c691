"""A stream that never ends: what was the last letter?  Its data, and a training on it."""

from typing import NamedTuple

import numpy as np

from lessons_lib import checks
from lessons_lib.functional import cross_entropy
from lessons_lib.text import one_hot
from lessons_lib.training import Adam, SequenceModel, accuracy, linear_decay, train

LETTERS = 8


class Letters(NamedTuple):
    """x (T, B, letters + 2) one-hot; tokens, targets (T, B) int64, the target being the last
    letter at every step; mask (T, B) bool, True where it is asked for.  Token ``letters`` is the
    blank, ``letters + 1`` the question.
    """

    x: np.ndarray
    tokens: np.ndarray
    targets: np.ndarray
    mask: np.ndarray


def letter_streams(T, B, *, rng, letters=8, every=20, dtype=np.float64):
    """Name the last letter at each question; a new letter comes unannounced and replaces it.

        input    c . . ? . ? … a . ? . …       a new letter every ``every`` steps
        target         c   c       a

    A continual task in the sense of Gers, Schmidhuber & Cummins (2000): nothing marks where one
    part ends, so the network must throw out the old letter by itself.  Between two letters a step
    is a question with probability 0.3, else a blank; letters are equally likely, so chance is
    1 / letters.  The stream begins with a letter: a batch of T = every steps can be read as a part
    on its own or as the continuation of the batch before.
    T a multiple of ``every``  →  Letters.  Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, T=(T, 2), B=(B, 1), letters=(letters, 2), every=(every, 2))
    if T % every:
        raise ValueError(f"T must be a multiple of every={every}, got {T}")
    shown = rng.integers(letters, size=(T // every, B))
    tokens = letters + (rng.random((T // every, every, B)) < 0.3)
    tokens[:, 0] = shown
    tokens = tokens.reshape(T, B)
    targets = np.repeat(shown, every, axis=0)
    return Letters(one_hot(tokens, letters + 2, dtype), tokens, targets, tokens == letters + 1)


def train_on_letters(cell, seed, *, lr=3e-2, steps=600, endless=True, T=20):
    """Train a new read-out and ``cell`` to name the last of 8 letters  →  the model, History.

    32 streams, read T steps at a time, with one update after each; a new letter every 20 steps.
    endless: carry the state from batch to batch, so that it is never reset; otherwise each batch
    starts at zero.  The metric is the accuracy on the batch, new data each time.
    One seed sets the read-out, another the letters.
    """
    model = SequenceModel(cell, LETTERS, rng=np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 1])
    streams = (letter_streams(T, 32, rng=rng, dtype=cell.dtype) for _ in range(steps))
    history = train(
        model,
        ((stream.x, stream.targets, stream.mask) for stream in streams),
        loss=cross_entropy,
        optimiser=Adam(lr=lr, clip=1.0),
        schedule=linear_decay(steps),
        metric=accuracy,
        carry_state=endless,
    )
    return model, history
