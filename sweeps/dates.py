"""Exact dates by steps of training, with a lookup and without, with equal parameters.

Each model and budget has its own rate: none fails for want of tuning.
"""

from lessons_lib import torch_alignment
from sweeps.runner.declare import Sweep, every

MODELS = {
    "LSTM alone": torch_alignment.Translator,
    "attention": torch_alignment.AttentiveTranslator,
}


def run(settings, seed):
    build, steps = MODELS[settings["model"]], settings["steps"]
    return {"exact": torch_alignment.solve_dates(build, seed, lr=settings["lr"], steps=steps)[0]}


SWEEPS = (
    Sweep(
        "dates",
        run,
        every(model=MODELS, steps=(50, 100, 200)),
        seeds=range(10),
        grid={"lr": (2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2, 8e-2)},
        tuning=(10_000, 10_001, 10_002),
        per=("model", "steps"),
        score="exact",
        guess=0.0,
        seconds=lambda settings: settings["steps"] / 50,
    ),
)
