"""Counting aⁿbⁿ: trained on n = 1 … 30 with 10 units, tested up to n = 500.

"LSTM coupled" is the control: i = 1 - f bounds its c.  ``ends``: after how many b's it says that
the string ends (nan: not within n + 100).  Kept are the weights of the seed that counts furthest.
"""

import numpy as np

from lessons_lib import cells, training
from lessons_lib.functional import cross_entropy
from lessons_models.counting import counting, ends, exact_up_to
from lessons_models.lstm_variants import LSTMVariant
from sweeps.runner.declare import RATES, Sweep, every

HIDDEN, LONGEST, STEPS, BATCH = 10, 30, 1500, 32
LENGTHS = tuple(range(5, 121, 5))  # n of the strings whose end is recorded
MODELS = {"LSTM": (cells.LSTM, {}), "LSTM coupled": (LSTMVariant, {"coupled": True}),
          "GRU": (cells.GRU, {})}  # fmt: skip


def build(name, rng, dtype=np.float32):
    kind, options = MODELS[name]
    return training.SequenceModel(kind(3, HIDDEN, rng=rng, dtype=dtype, **options), 3, rng=rng)


def trained(settings, seed):
    """The loss is that of the next symbol, everywhere."""
    model, rng = (build(settings["model"], np.random.default_rng([seed, 0])),
                  np.random.default_rng([seed, 1]))  # fmt: skip
    strings = (counting(rng.integers(1, LONGEST + 1, size=BATCH), dtype=np.float32)
               for _ in range(settings["steps"]))  # fmt: skip
    training.train(
        model, ((batch.x, batch.targets, batch.mask) for batch in strings), loss=cross_entropy,
        optimiser=training.Adam(lr=settings["lr"], clip=1.0),
        schedule=training.linear_decay(settings["steps"]),
    )  # fmt: skip
    return model


def run(settings, seed):
    model = trained(settings, seed)
    return {"exact_up_to": exact_up_to(model), "ends_curve": ends(model, LENGTHS)}


def furthest(rows):
    """model → its best seed, weights with four decimals, and how far the rounded network counts."""
    found = {}
    for name in MODELS:
        row = max((r for r in rows if r["model"] == name), key=lambda row: row["exact_up_to"])
        model, copy = trained(row, row["seed"]), build(name, np.random.default_rng(0), np.float64)
        for key, array in copy.params.items():
            array[:] = np.round(model.params[key].astype(float), 4)
        params = {key: array.tolist() for key, array in copy.params.items()}
        found[name] = {"seed": row["seed"], "exact_up_to": exact_up_to(copy), "params": params}
    return found


CASES = every(model=MODELS, steps=[STEPS])
SWEEPS = (
    Sweep("counting", run, CASES, per=("model", "steps"), grid={"lr": RATES[3:]}, guess=0, tie=1,
          score="exact_up_to", seconds=4, tolerance=20, more=furthest, keeps="counting_weights"),
)  # fmt: skip
