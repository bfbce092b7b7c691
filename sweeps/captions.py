"""What the decoder of captions gets to see of the picture: seven models, 700 steps of 64 pictures.

The criterion, fixed before the run: on new pictures, at least 95 % of the captions exact with
attention and less than 60 % without it, in each seed; and the largest weight on the described
region in at least 90 % of the steps that name an object.  At the same rates: four times the steps
for the best model without attention, and trainings that never show a red shape in the middle.
"""

from functools import partial

import numpy as np

from lessons_lib import tasks
from lessons_lib import torch_captions as captions
from sweeps.runner.declare import Sweep, every

TEST, NUMBERS = 1024, range(1, 10)  # new pictures; shapes in a picture, in training 2 to 4
MODELS = {
    "mean": captions.Captioner,
    "summary": captions.SummaryCaptioner,
    "attention": captions.AttentiveCaptioner,
    "hard attention": captions.HardCaptioner,
    "mean, place first": partial(captions.Captioner, place_first=True),
    "summary, place first": partial(captions.SummaryCaptioner, place_first=True),
    "attention, place first": partial(captions.AttentiveCaptioner, place_first=True),
}
HELD_OUT = 4, "red"  # the middle region and the colour that it never has in some trainings


def without_red_middle(batch):
    return ~batch.names(*HELD_OUT)


def new_pictures(seed, **options):
    return tasks.pictures(TEST, rng=np.random.default_rng([seed, 2]), **options)


def trained(settings, seed):
    model = MODELS[settings["model"]](rng=np.random.default_rng([seed, 0]))
    keep = {"keep": without_red_middle} if settings["no red in the middle"] else {}
    captions.train(model, rng=np.random.default_rng([seed, 1]), lr=settings["lr"],
                   steps=settings["steps"], **keep)  # fmt: skip
    return model


def run(settings, seed):
    """Shares of captions that are exact, and what the weights look at."""
    model, test = trained(settings, seed), new_pictures(seed)
    flags, seen = captions.exact(model, test), without_red_middle(test)
    by_number = [new_pictures(seed, fewest=n, most=n) for n in NUMBERS]
    result = {
        "exact": flags.mean(), "exact_red_middle": flags[~seen].mean(),
        "exact_other": flags[seen].mean(),
        "exact_by_number_curve": [captions.exact(model, batch).mean() for batch in by_number],
    }  # fmt: skip
    if "attention" in settings["model"]:
        result["on_described"] = captions.on_described(model, test).mean()
    if settings["model"].startswith("attention"):
        result |= picking_only(model, test)
    return {name: np.round(value, 4) for name, value in result.items()}


def picking_only(model, test):
    """What is left of a soft model if only the region with the largest weight counts."""
    hard = captions.HardCaptioner(rng=np.random.default_rng(0), place_first=model.place_first)
    hard.load_state_dict(model.state_dict())
    words, _ = hard.describe(*captions.as_tensors(test.regions), len(test.captions))
    wrong = (words.numpy() != test.captions) & test.mask
    failed = wrong.any(axis=0)
    at_stop = wrong.argmax(axis=0)[failed] == test.mask.sum(axis=0)[failed] - 1
    stops = at_stop.mean() if failed.any() else np.nan
    return {"exact_if_picking": np.mean(~failed), "first_mistake_at_stop": stops}


def a_map(rows):
    """The weights for the first picture of four shapes of the stream [0, 3], to two decimals."""
    row = next(row for row in rows if (row["model"], row["seed"]) == ("attention", 0))
    model, batch = trained(row, 0), tasks.pictures(1, rng=np.random.default_rng([0, 3]), fewest=4)
    words, weights = model.describe(*captions.as_tensors(batch.regions), len(batch.captions))
    weights = weights[:, 0].double().numpy().round(2)
    return {"said": batch.vocab.decode(words[:, 0].numpy()), "weights": weights.tolist()}


USUAL = {"steps": [captions.STEPS], "no red in the middle": [False]}
SWEEPS = (
    Sweep("captions", run,
          every(model=MODELS, **USUAL)
          + every(model=["summary, place first"], **USUAL | {"steps": [4 * captions.STEPS]})
          + every(model=["attention", "summary, place first"],
                  **USUAL | {"no red in the middle": [True]}),
          seeds=range(10), grid={"lr": (1.25e-3, 2.5e-3, 5e-3, 1e-2, 2e-2)}, guess=0.0,
          tuning=(10_000, 10_001), score="exact", seconds=lambda s: s["steps"] / 70,
          tuned_on=lambda case: (case["steps"], case["no red in the middle"])
          == (captions.STEPS, False),
          more=a_map, keeps="captions_map"),
)  # fmt: skip
