"""Bits per character on new tales, after each of 12 passes: the RNN; the networks that write."""

from lessons_models.character_runs import SMALL, read_tales, writers
from lessons_models.characters import tales
from sweeps.runner.declare import RATES, Sweep, every


def run(settings, seed):
    (training, new), params = read_tales(settings["lr"], seed)
    return {"bits": new[-1], "training_curve": training, "new_curve": new,
            "parameters": sum(array.size for array in params.values())}  # fmt: skip


SWEEPS = (
    Sweep("tales", run, every(units=(SMALL,)), per=("units",), grid={"lr": RATES[2:6]}, guess=-6.0,
          score=lambda r: -r["bits"], data=tales, more=writers, keeps="tales_writer", seconds=4),
)  # fmt: skip
