"""Associative recall: right answers of a small GPT and of cells of equal state; a GPT's weights."""

from lessons_models import torch_recall
from lessons_models.transformer_experiments import packed
from sweeps.runner.declare import Sweep, every


def run(settings, seed):
    build, form = torch_recall.MODELS[settings["model"]], torch_recall.FORMS[settings["symbols"]]
    _, curve = torch_recall.learn(build, seed, form, lr=settings["lr"], steps=settings["steps"])
    return {"right": curve[-1], "right_curve": curve}


def head_forming(rows, steps=(0, 60, 80, 100, 120, 360)):
    """Settings and weights of the GPT with seed 0 at these steps."""
    kept = {}

    def look(step, net):
        if step in steps:
            kept[step] = packed(net)

    torch_recall.learn(torch_recall.small_gpt, 0, lr=rows[0]["lr"], every=20, look=look)
    return {"seed": 0, "lr": rows[0]["lr"], "weights": kept}


ALL = {"score": "right", "seconds": 6, "seeds": range(100, 110), "tuning": (10_000,)}
SWEEPS = (
    Sweep("recall", run, every(model=("GPT",), symbols=(8,), steps=(360,)), more=head_forming,
          keeps="head_forming", grid={"lr": (1e-3, 3e-3, 6e-3, 1.2e-2)},
          **{**ALL, "tuning": (10_000, 10_001)}),
    Sweep("recall-cells", run, every(model=torch_recall.MODELS, symbols=(16,), steps=(600,)),
          grid={"lr": (3e-4, 1e-3, 6e-3, 1.2e-2, 3e-2, 6e-2)}, **ALL),
)  # fmt: skip
