"""Which parts of an LSTM matter: eight cells, three tasks, one budget, and ``ablation-tales``.

``ablation-endless``: with and without a forget gate, with the state reset by hand at each letter,
and with four times the steps.
"""

from lessons_models.ablation_tasks import MODELS, TASKS
from lessons_models.characters import tales
from sweeps.runner.declare import RATES, Sweep, every

READERS = "full", "no input gate", "no forget gate", "coupled"
ENDLESS = [
    {"model": model, "task": "letters", "longer": longer, "endless": endless}
    for model in ("no forget gate", "full")
    for longer, endless in ((1, True), (1, False), (4, True))
]


def run(settings, seed):
    return {"score": TASKS[settings["task"]](settings, seed)}


SWEEPS = (
    Sweep("ablation", run, every(model=MODELS, task=("adding", "counting", "letters")),
          per=("model", "task"), grid={"lr": (*RATES[1:], 1.0)}, score="score", guess=0.0),
    Sweep("ablation-tales", run, every(model=READERS, task=("tales",)), data=tales, seconds=2,
          per=("model", "task"), grid={"lr": (*RATES[1:], 1.0)}, score="score", guess=0.0),
    Sweep("ablation-endless", run, ENDLESS, per=("model", "longer", "endless"),
          grid={"lr": (*RATES[1:], 1.0)}, score="score", guess=0.0),
)  # fmt: skip
