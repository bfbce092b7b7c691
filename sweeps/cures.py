"""Partial cures of the plain RNN on the gap task, one change at a time, the budget of ``gap``.

``cures-crowded`` puts ten other countries into a gap of 50 words, with 300 and with 600 steps.
"""

from lessons_lib import cells, experiments
from lessons_lib.experiments import GAPS, recurrent
from lessons_models.cell_variants import LeakyRNN, ReLURNN, SkipRNN
from lessons_models.initialisations import make_identity, make_orthogonal
from sweeps.gap import LONGEST, TUNED
from sweeps.runner.declare import RATES, Sweep, every

# name → build, clip
MODELS = {
    "RNN": (recurrent(cells.RNN), 1.0),
    "orthogonal": (recurrent(cells.RNN, make_orthogonal), 1.0),
    "identity": (recurrent(cells.RNN, make_identity), 1.0),
    "identity + ReLU": (recurrent(ReLURNN), 1.0),
    "skip 10": (recurrent(SkipRNN, skip=10), 1.0),
    "leaky 0.5": (recurrent(LeakyRNN, leak=0.5), 1.0),
    "leaky 0.1": (recurrent(LeakyRNN, leak=0.1), 1.0),
    "leaky 0.01": (recurrent(LeakyRNN, leak=0.01), 1.0),
    "LSTM chrono": (recurrent(cells.LSTM, chrono=LONGEST), 1.0),
}
CROWDED = ("skip 10", "leaky 0.01", "LSTM chrono")


def run(settings, seed):
    build, clip = MODELS[settings["model"]]
    more = {name: settings[name] for name in ("steps", "distractors", "lr")}
    score, steps = experiments.solve_gap(build, settings["gap"], seed, clip=clip, **more)
    return {"accuracy": score, "trained": steps}


SWEEPS = (
    Sweep("cures", run, every(model=list(MODELS)[:-1], gap=GAPS[:-1], steps=[300], distractors=[0]),
          grid={"lr": (1e-4, *RATES[:-1])}, guess=0.1, tuned_on=lambda case: case["gap"] in TUNED),
    Sweep("cures-crowded", run, every(model=CROWDED, gap=[50], steps=[300, 600], distractors=[10]),
          per=("model", "steps"), grid={"lr": (*RATES[1:], 1.0)}, guess=0.1),
)  # fmt: skip
