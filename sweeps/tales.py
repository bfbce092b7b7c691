"""Bits per character on new tales, after each of 12 passes, and a model that writes.

The RNN has 64 units; the end of the training counts, not the best pass.  Beside it a GRU with 192
units is trained for longer, once and at one rate: it is there to write.  Its weights, and those of
the RNN of seed 0, are kept as integers, in hundredths: every machine reads the same numbers.
"""

import numpy as np

from lessons_models.character_runs import SMALL, WRITER, read_tales, write_tales
from lessons_models.characters import tales
from sweeps.runner.declare import RATES, Sweep, every

UNIT = 100


def run(settings, seed):
    (training, new), params = read_tales(settings["lr"], seed)
    return {"bits": new[-1], "training_curve": training, "new_curve": new,
            "parameters": sum(array.size for array in params.values())}  # fmt: skip


def kept(rows):
    small = next(row for row in rows if row["seed"] == 0)
    model, bits = write_tales()
    networks = {"RNN": read_tales(small["lr"], 0)[1], "GRU": model.params}
    return {**WRITER, "bits": round(bits, 4), "unit": 1 / UNIT, "params": {
        name: {key: np.rint(UNIT * array).astype(int).tolist() for key, array in params.items()}
        for name, params in networks.items()}}  # fmt: skip


SWEEPS = (
    Sweep("tales", run, every(units=(SMALL,)), per=("units",), grid={"lr": RATES[2:6]}, guess=-6.0,
          score=lambda row: -row["bits"], data=tales, more=kept, keeps="tales_writer", seconds=4),
)  # fmt: skip
