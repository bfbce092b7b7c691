"""Teacher forcing against own words: strings of 4 to 12 digits, written backwards.

In training the decoder reads the right symbol, or its own.  Scored on new strings of 8 digits.
"""

from lessons_models import torch_own_words
from sweeps.runner.declare import RATES, Sweep, every


def run(settings, seed):
    own_words = settings["fed"] == "own words"
    exact, after = torch_own_words.scores(torch_own_words.train(seed, settings["lr"], own_words))
    return {"exact": exact, "after_first_mistake": after}


SWEEPS = (
    Sweep("own_words", run, every(fed=("forced", "own words")), per=("fed",),
          grid={"lr": RATES[2:]}, score="exact", guess=0.0, seconds=5),
)  # fmt: skip
