"""Five kinds of positions, two tasks: trained on lengths up to 20, asked at up to 80.

Each kind has one learning rate, chosen on the task that asks for what is near, at length 20.
"""

from lessons_models import torch_positions as positions
from sweeps.runner.declare import RATES, Sweep, every

SWEEPS = (
    Sweep("positions", positions.run, every(task=positions.TASKS, place=positions.PLACES),
          per=("place",), tuned_on=lambda case: case["task"] == "back", grid={"lr": RATES[1:5]},
          score="right_20", guess=0.0, tuning=(10_000,), seconds=2),
)  # fmt: skip
