"""What the decoder of captions gets to see of the picture: seven models, 700 steps of 64 pictures.

The criterion: 95 % exact captions with attention and less than 60 % without, in each seed.
"""

from functools import partial

import numpy as np

from lessons_models import shapes
from lessons_models import torch_captions as captions
from sweeps.runner.declare import RATES, Sweep, every

NUMBERS = range(1, 10)  # shapes in a picture, in training 2 to 4
MODELS = {
    "mean": captions.Captioner,
    "summary": captions.SummaryCaptioner,
    "attention": captions.AttentiveCaptioner,
    "hard attention": captions.HardCaptioner,
    "mean, place first": partial(captions.Captioner, place_first=True),
    "summary, place first": partial(captions.SummaryCaptioner, place_first=True),
    "attention, place first": partial(captions.AttentiveCaptioner, place_first=True),
}
BEST_WITHOUT = "summary, place first"


def trained(settings, seed):
    model = MODELS[settings["model"]](rng=np.random.default_rng([seed, 0]))
    keep = {"keep": captions.without_red_middle} if settings["no_red_middle"] else {}
    captions.train(model, rng=np.random.default_rng([seed, 1]), lr=settings["lr"],
                   steps=settings["steps"], **keep)  # fmt: skip
    return model


def run(settings, seed):
    """Shares of captions that are exact, and what the weights look at."""
    model, test = trained(settings, seed), captions.new_pictures(seed)
    flags, seen = captions.exact(model, test), captions.without_red_middle(test)
    by_number = [captions.new_pictures(seed, fewest=n, most=n) for n in NUMBERS]
    result = {
        "exact": flags.mean(), "exact_red_middle": flags[~seen].mean(),
        "exact_other": flags[seen].mean(),
        "exact_by_number_curve": [captions.exact(model, batch).mean() for batch in by_number],
    }  # fmt: skip
    if "attention" in settings["model"]:
        result["on_described"] = captions.on_described(model, test).mean()
    if settings["model"].startswith("attention"):
        hard, at_stop = captions.picking_only(model, test)
        result |= {"exact_if_picking": hard, "first_mistake_at_stop": at_stop}
    return {name: np.round(value, 4) for name, value in result.items()}


def a_map(rows):
    """The weights for the first picture of four shapes of the stream [0, 3], to two decimals."""
    row = next(row for row in rows if (row["model"], row["seed"]) == ("attention", 0))
    model, batch = trained(row, 0), shapes.pictures(1, rng=np.random.default_rng([0, 3]), fewest=4)
    words, weights = model.describe(*captions.as_tensors(batch.regions), len(batch.captions))
    weights = weights[:, 0].double().numpy().round(2)
    return {"said": batch.vocab.decode(words[:, 0].numpy()), "weights": weights.tolist()}


def is_usual(case):
    return case["steps"] == captions.STEPS and not case["no_red_middle"]


CASES = [
    *every(model=MODELS, steps=[captions.STEPS], no_red_middle=[False]),
    {"model": BEST_WITHOUT, "steps": 4 * captions.STEPS, "no_red_middle": False},
    {"model": BEST_WITHOUT, "steps": captions.STEPS, "no_red_middle": True},
    {"model": "attention", "steps": captions.STEPS, "no_red_middle": True},
]
SWEEPS = (
    Sweep("captions", run, CASES, grid={"lr": RATES[1:6]}, tuned_on=is_usual, score="exact",
          guess=0.0, seconds=lambda s: s["steps"] / 70, more=a_map, keeps="captions_map"),
)  # fmt: skip
