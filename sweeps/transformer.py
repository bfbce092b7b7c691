"""A GPT of two blocks reads the tales: bits per character after each of 12 passes; its weights."""

from lessons_models.character_runs import tale_parts
from lessons_models.characters import tales
from lessons_models.transformer_experiments import packed, read_text
from sweeps.runner.declare import Sweep


def run(settings, seed):
    (training, new), _ = read_text(*tale_parts()[:2], seed, lr=5e-3, passes=settings["passes"])
    return {"bits": new[-1], "training_curve": training.round(3), "new_curve": new.round(3)}


def writer(rows):
    _, model = read_text(*tale_parts()[:2], rows[0]["seed"], lr=5e-3, passes=rows[0]["passes"])
    return {"seed": rows[0]["seed"], "weights": packed(model)}


SWEEPS = (
    Sweep("gpt-tales", run, [{"passes": 12}], range(1), per=("passes",), data=tales, more=writer,
          keeps="gpt_writer", seconds=30),
)  # fmt: skip
