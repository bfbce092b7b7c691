"""Bits per character on the text of the course, after each of 40 passes: RNN, LSTM, GRU, variants.

The weights of one network, the RNN of seed 0 at its best pass, are kept as integers, in
thousandths, so that every machine reads the same numbers.  "equal": as many units as bring the
GRU's parameters next to those of the LSTM.
"""

from functools import partial

import numpy as np

from lessons_lib import cells, text
from lessons_lib.functional import cross_entropy
from lessons_lib.training import Adam, SequenceModel, train
from sweeps.runner.declare import Sweep, every

HIDDEN, STEPS, STREAMS, PASSES, UNIT = 64, 50, 16, 40, 1000
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
    course = text.course_text()
    ids = text.Vocab.from_text(course).encode(course)
    known, new = text.split(ids, 0.1)
    size, rng = int(ids.max()) + 1, np.random.default_rng(seed)
    cell = MODELS[settings["model"]](size, rng=rng, dtype=np.float32)
    model, optimiser = SequenceModel(cell, size, rng=rng), Adam(lr=settings["lr"], clip=1.0)
    curves, best = [], {}
    for _ in range(passes):
        batches = text.char_batches(known, STEPS, STREAMS)
        history = train(model, ((text.one_hot(x, size, np.float32), y) for x, y in batches),
                        loss=cross_entropy, optimiser=optimiser, carry_state=True)  # fmt: skip
        curves.append((history.loss.mean() / np.log(2), text.bits_per_character(model, new)))
        if curves[-1][1] == min(bits for _, bits in curves):
            best = {key: value.copy() for key, value in model.params.items()}
    return np.transpose(curves).round(3), best


def run(settings, seed):
    (training, validation), weights = learn(settings, seed)
    return {"bits": validation.min(), "training_curve": training, "validation_curve": validation,
            "parameters": sum(array.size for array in weights.values())}  # fmt: skip


def kept(rows):
    row = next(row for row in rows if (row["model"], row["seed"]) == ("RNN", 0))
    weights = learn(row, 0)[1].items()
    params = {key: np.rint(UNIT * array).astype(int).tolist() for key, array in weights}
    return {"cell": "RNN", "seed": 0, "unit": 1 / UNIT, "hidden_size": HIDDEN, "params": params}


SWEEPS = (
    Sweep(
        "characters",
        run,
        every(model=MODELS),
        seeds=range(10),
        grid={"lr": (2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2)},
        tuning=(10_000, 10_001),
        score=lambda row: -row["bits"],
        guess=-6.0,
        seconds=25,
        data=text.course_text,
        more=kept,
        keeps="characters_rnn",
    ),
)
