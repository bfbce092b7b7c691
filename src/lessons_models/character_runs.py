"""Character models on the text of the course: RNN, LSTM, GRU and variants, pass after pass."""

from functools import partial

import numpy as np

from lessons_lib import cells
from lessons_lib.functional import cross_entropy
from lessons_lib.text import Vocab, one_hot
from lessons_lib.training import Adam, SequenceModel, train
from lessons_models import characters

HIDDEN, STEPS, STREAMS, PASSES = 64, 50, 16, 40
MODELS = {
    "RNN": partial(cells.RNN, hidden_size=HIDDEN),
    "LSTM": partial(cells.LSTM, hidden_size=HIDDEN, forget_bias=1.0),
    "GRU": partial(cells.GRU, hidden_size=HIDDEN),
    "GRU equal": partial(cells.GRU, hidden_size=76),
    "LSTM chrono": partial(cells.LSTM, hidden_size=HIDDEN, chrono=50),
    "GRU chrono": partial(cells.GRU, hidden_size=HIDDEN, chrono=50),
}


def learn(settings, seed, passes=PASSES):
    """→  bits per character (2, passes) in training and validation, weights of the best pass."""
    course = characters.course_text()
    ids = Vocab.from_text(course).encode(course)
    known, new = characters.split(ids, 0.1)
    size, rng = int(ids.max()) + 1, np.random.default_rng(seed)
    cell = MODELS[settings["model"]](size, rng=rng, dtype=np.float32)
    model, optimiser = SequenceModel(cell, size, rng=rng), Adam(lr=settings["lr"], clip=1.0)
    curves, best = [], {}
    for _ in range(passes):
        batches = characters.char_batches(known, STEPS, STREAMS)
        history = train(model, ((one_hot(x, size, np.float32), y) for x, y in batches),
                        loss=cross_entropy, optimiser=optimiser, carry_state=True)  # fmt: skip
        curves.append((history.loss.mean() / np.log(2), characters.bits_per_character(model, new)))
        if curves[-1][1] == min(bits for _, bits in curves):
            best = {key: value.copy() for key, value in model.params.items()}
    return np.transpose(curves).round(3), best
