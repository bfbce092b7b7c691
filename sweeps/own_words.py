"""Teacher forcing against own words: strings of 4 to 12 digits, written backwards.

The same weights, strings and 400 steps; in training the decoder reads either the right symbol
before each answer or the one it would have written itself.  Scored on new strings of 8 digits: the
share written without a mistake, and the share right in the place after the first mistake.
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
