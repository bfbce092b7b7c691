"""The small trained networks of ``tools/upkeep/living_cells.py``."""

import json
from importlib import resources
from typing import NamedTuple

import numpy as np

from lessons_kit.living import language
from lessons_lib import cells
from lessons_lib.text import Vocab
from lessons_lib.training import SequenceModel
from lessons_models.agreement import PRONOUN_VOCAB, PRONOUNS
from lessons_models.attention_models import SelfAttention

# What the LSTM reads in the lessons: she or he?
SUBJECTS = ("anna", "walked", "home", "slowly", "peter", "waited", "outside", "today", "and")
# What the others read.  The second country is the answer, the others are visits.
SENTENCE = (
    "visited", "China", "often", "I grew up in", "France", "sold", "bread", "gladly", "visited",
    "Japan", "slowly", "painted", "clocks", "I speak fluent",
)  # fmt: skip
SHORT = ("I grew up in", "France", "sold", "bread", "visited", "Japan", "I speak fluent")


class Trained(NamedTuple):
    """A stored network.

    accuracy: (gap, distractors), of the LSTM (words in a stream,) → share of right answers when
    stored.
    """

    model: SequenceModel | SelfAttention
    vocab: Vocab
    answers: tuple[str, ...]
    accuracy: dict


def load(name):
    """ "RNN", "GRU" (six units), "attention" (one head) or "LSTM" (eight units)  →  Trained.

    The LSTM answers she or he at every word of a stream, the others name a language at the end.

    Raises ValueError for another name.
    """
    text = (resources.files("lessons_lib") / "data" / "lab_cells.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    if name not in stored["networks"]:
        raise ValueError(f"no stored network {name!r}: choose from {', '.join(stored['networks'])}")
    network, rng = stored["networks"][name], np.random.default_rng(0)
    vocab, answers = language.VOCAB, language.ANSWERS
    if name == "LSTM":
        vocab, answers = PRONOUN_VOCAB, PRONOUNS
    if name == "attention":
        sizes = len(vocab), len(answers), stored["longest"], stored["size"]
        model = SelfAttention(*sizes, rng=rng)
    else:
        units = network.get("hidden_size", stored["hidden_size"])
        cell = getattr(cells, name)(len(vocab), units, rng=rng)
        model = SequenceModel(cell, len(answers), rng=rng, last_only=name != "LSTM")
    for key, array in model.params.items():
        array[...] = network["params"][key]
    tested = map(tuple, network.get("tested", stored["tested"]))
    accuracy = dict(zip(tested, network["accuracy"], strict=True))
    return Trained(model, vocab, answers, accuracy)
