"""Exact dates by steps of training, with a lookup and without, with equal parameters.

Each model and budget has its own rate: none fails for want of tuning.
"""

from lessons_models import torch_alignment
from sweeps.runner.declare import RATES, Sweep, every

MODELS = {
    "LSTM alone": torch_alignment.Translator,
    "attention": torch_alignment.AttentiveTranslator,
}


def run(settings, seed):
    build, steps = MODELS[settings["model"]], settings["steps"]
    return {"exact": torch_alignment.solve_dates(build, seed, lr=settings["lr"], steps=steps)[0]}


SWEEPS = (
    Sweep("dates", run, every(model=MODELS, steps=(50, 100, 200)), per=("model", "steps"),
          grid={"lr": RATES[1:]}, score="exact", guess=0.0, seconds=lambda s: s["steps"] / 50),
)  # fmt: skip
