"""A string written backwards, by its length: with one vector in the middle, and with a lookup.

Each model has one learning rate for all lengths.  ``bottleneck-more`` changes one thing at a time:
the order of reading, the size of the state, the number of steps.
"""

from functools import partial

from lessons_models import torch_models
from lessons_models.torch_models import HIDDEN, STEPS, AttentiveSeq2Seq, Backwards, Seq2Seq
from sweeps.runner.declare import RATES, Sweep, every


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
LENGTHS, USUAL = (4, 8, 12, 16, 24, 32), [STEPS]
MORE = [
    *every(model=["backwards", "H 32"], length=(4, 8, 12), steps=USUAL),
    *every(model=["H 128"], length=(12, 16), steps=USUAL),
    *every(model=["LSTM alone"], length=(12, 16), steps=[4 * STEPS]),
]


def run(settings, seed):
    build, more = MODELS[settings["model"]], {name: settings[name] for name in ("lr", "steps")}
    return {"accuracy": torch_models.solve_reversal(build, settings["length"], seed, **more)[0]}


SWEEPS = (
    Sweep("bottleneck", run, every(model=list(MODELS)[:3], length=LENGTHS, steps=USUAL), guess=0.0,
          grid={"lr": RATES[1:6]}, tuned_on=lambda case: case["length"] in (8, 16, 32), seconds=3),
    Sweep("bottleneck-more", run, MORE, per=("model", "steps"), grid={"lr": RATES[1:6]}, guess=0.0,
          seconds=3),
)  # fmt: skip
