"""A string written backwards, by its length: with one vector in the middle, and with a lookup.

Each model has one learning rate for all lengths.  ``bottleneck-more`` changes one thing at a time:
the order of reading, the size of the state, the number of steps.
"""

from functools import partial

from lessons_lib import torch_models
from lessons_lib.torch_models import HIDDEN, STEPS, AttentiveSeq2Seq, Seq2Seq
from sweeps.runner.declare import Sweep, every


class Backwards(Seq2Seq):
    """Reads the last symbol first, so that for it reversing is copying."""

    def forward(self, x, y_before):
        return super().forward(x.flip(0), y_before)

    def translate(self, x, steps):
        return super().translate(x.flip(0), steps)


def sized(hidden_size, symbols, _, *, rng):
    return Seq2Seq(symbols, hidden_size, rng=rng)


MODELS = {
    "LSTM alone": Seq2Seq,
    "attention": AttentiveSeq2Seq,
    "attention / √H": partial(AttentiveSeq2Seq, scale=HIDDEN**-0.5),
    "backwards": Backwards,
    "H 32": partial(sized, 32),
    "H 128": partial(sized, 128),
}
LENGTHS = (4, 8, 12, 16, 24, 32)
CHOICE = {"seeds": range(10), "grid": {"lr": (2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2)},
          "tuning": (10_000, 10_001), "guess": 0.0, "seconds": 3}  # fmt: skip


def run(settings, seed):
    build, length = MODELS[settings["model"]], settings["length"]
    score, _ = torch_models.solve_reversal(
        build, length, seed, lr=settings["lr"], steps=settings["steps"]
    )
    return {"accuracy": score}


SWEEPS = (
    Sweep("bottleneck", run, every(model=list(MODELS)[:3], length=LENGTHS, steps=[STEPS]),
          tuned_on=lambda case: case["length"] in (8, 16, 32), **CHOICE),
    Sweep("bottleneck-more", run,
          every(model=["backwards", "H 32"], length=(4, 8, 12), steps=[STEPS])
          + every(model=["H 128"], length=(12, 16), steps=[STEPS])
          + every(model=["LSTM alone"], length=(12, 16), steps=[4 * STEPS]),
          per=("model", "steps"), **CHOICE),
)  # fmt: skip
