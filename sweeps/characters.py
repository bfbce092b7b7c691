"""Bits per character on the text of the course, after each of 40 passes: RNN, LSTM, GRU, variants.

The weights of one network, the RNN of seed 0 at its best pass, are kept as integers, in
thousandths, so that every machine reads the same numbers.  "equal": as many units as bring the
GRU's parameters next to those of the LSTM.
"""

import numpy as np

from lessons_models.character_runs import HIDDEN, MODELS, learn
from lessons_models.characters import course_text
from sweeps.runner.declare import RATES, Sweep, every

UNIT = 1000


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
    Sweep("characters", run, every(model=MODELS), grid={"lr": RATES[1:6]}, guess=-6.0, seconds=25,
          score=lambda row: -row["bits"], data=course_text, more=kept, keeps="characters_rnn"),
)  # fmt: skip
