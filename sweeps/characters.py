"""Bits per character on the text of the course, 40 passes; "equal": parameters as in the LSTM."""

from lessons_models.character_runs import MODELS, learn
from lessons_models.characters import course_text
from sweeps.runner.declare import RATES, Sweep, every


def run(settings, seed):
    (training, validation), params = learn(settings, seed)
    return {"bits": validation.min(), "training_curve": training, "validation_curve": validation,
            "parameters": sum(array.size for array in params.values())}  # fmt: skip


SWEEPS = (
    Sweep("characters", run, every(model=MODELS), grid={"lr": RATES[1:6]}, guess=-6.0, seconds=25,
          score=lambda row: -row["bits"], data=course_text),
)  # fmt: skip
