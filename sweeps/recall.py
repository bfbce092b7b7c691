"""Associative recall: right answers of a small GPT over 360 steps; its weights as it learns."""

from lessons_models import torch_recall
from lessons_models.transformer_experiments import packed
from sweeps.runner.declare import Sweep, every


def run(settings, seed):
    build, steps = torch_recall.MODELS[settings["model"]], settings["steps"]
    _, curve = torch_recall.learn(build, seed, lr=settings["lr"], steps=steps, every=steps // 9)
    return {"right": curve[-1], "right_curve": curve}


def head_forming(rows, steps=(0, 60, 80, 100, 120, 360)):
    """Settings and weights of the first reported GPT at these steps."""
    row = next(row for row in rows if row["model"] == "GPT")
    kept = {}

    def look(step, net):
        if step in steps:
            kept[step] = packed(net)

    torch_recall.learn(torch_recall.small_gpt, row["seed"], lr=row["lr"], every=20, look=look)
    return {"seed": row["seed"], "lr": row["lr"], "weights": kept}


SWEEPS = (
    Sweep("recall", run, every(model=("GPT",), steps=(360,)), score="right", seconds=3,
          grid={"lr": (1e-3, 3e-3, 6e-3, 1.2e-2)}, more=head_forming, keeps="head_forming"),
)  # fmt: skip
