"""The small trained networks of ``tools/upkeep/living_cells.py``."""

import json
from importlib import resources
from typing import NamedTuple

import numpy as np

from lessons_kit.living import language
from lessons_lib import cells
from lessons_lib.text import Vocab
from lessons_lib.training import SequenceModel
from lessons_models.attention_models import SelfAttention

# What they read in the lessons.  The second country is the answer, the others are visits.
SENTENCE = (
    "visited", "China", "often", "I grew up in", "France", "sold", "bread", "gladly", "visited",
    "Japan", "slowly", "painted", "clocks", "I speak fluent",
)  # fmt: skip
SHORT = ("I grew up in", "France", "sold", "bread", "visited", "Japan", "I speak fluent")


class Trained(NamedTuple):
    """A stored network.  accuracy: (gap, distractors) → share of right answers when stored."""

    model: SequenceModel | SelfAttention
    vocab: Vocab
    answers: tuple[str, ...]
    accuracy: dict


def load(name):
    """ "RNN", "LSTM", "GRU" (six units) or "attention" (one head)  →  Trained.

    Raises ValueError for another name.
    """
    text = (resources.files("lessons_lib") / "data" / "lab_cells.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    if name not in stored["networks"]:
        raise ValueError(f"no stored network {name!r}: choose from {', '.join(stored['networks'])}")
    network, rng = stored["networks"][name], np.random.default_rng(0)
    words, answers = len(language.VOCAB), len(language.ANSWERS)
    if name == "attention":
        model = SelfAttention(words, answers, stored["longest"], stored["size"], rng=rng)
    else:
        cell = getattr(cells, name)(words, stored["hidden_size"], rng=rng)
        model = SequenceModel(cell, answers, rng=rng, last_only=True)
    for key, array in model.params.items():
        array[...] = network["params"][key]
    tested = map(tuple, stored["tested"])
    accuracy = dict(zip(tested, network["accuracy"], strict=True))
    return Trained(model, language.VOCAB, language.ANSWERS, accuracy)
