"""A GPT of two blocks reads the tales: bits per character after each of 12 passes; its weights."""

from functools import cache

from lessons_models.character_runs import tale_parts
from lessons_models.characters import tales
from lessons_models.transformer_experiments import packed, read_text
from sweeps.runner.declare import Sweep


@cache
def trained(seed, passes):
    return read_text(*tale_parts()[:2], seed, lr=5e-3, passes=passes)


def run(settings, seed):
    training, new = trained(seed, settings["passes"])[0].round(3)
    return {"bits": new[-1], "training_curve": training, "new_curve": new}


def writer(rows):
    return {"seed": rows[0]["seed"], "weights": packed(trained(rows[0]["seed"], 12)[1])}


SWEEPS = (
    Sweep("gpt-tales", run, [{"passes": 12}], range(1), per=("passes",), data=tales, more=writer,
          keeps="gpt_writer", seconds=30),
)  # fmt: skip
