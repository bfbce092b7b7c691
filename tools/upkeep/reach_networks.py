"""The small networks of the first page: six models, each trained anew for each of seven gaps.

The experiment is the one of the lessons (``lessons_lib.experiments``: 300 steps of 32 fresh
sentences, one budget for every model) with few units, so that all of them fit into a page: 8 in
place of 32, and 12 for the RNN, which with 8 units fails at a gap of 5 words.  One run each, with
one seed, none chosen.  The learning rates are those that the sweep chose for 32 units, but for
attention: its rate was chosen again for 8 units, with the gaps and seeds of TUNED (mean accuracy
1.00 from 0.003 to 0.03).  What is kept are the weights, each rounded to one of 91 values, with a
scale for each array; the accuracies are those of the rounded weights.

    python -m tools.upkeep.reach_networks                train them and store the weights
    python -m tools.upkeep.reach_networks rates RNN …    mean accuracies at each rate
"""

import json
import sys

import numpy as np

from lessons_lib import cells, experiments, training
from lessons_lib.experiments import ANSWERS, GAPS, WORDS
from lessons_lib.tasks.sentences import GAP_VOCAB, HOMES
from lessons_models import gap_runs
from lessons_models.attention_models import SelfAttention
from tools.environment import ROOT

STORE = ROOT / "book" / "_static" / "reach_weights.js"
PREFIX = "window.reachNetworks="
FEW, UNITS, SEED = 8, {"RNN": 12}, 0
TUNED = ((5, 20, 50, 100), (100, 101, 102))  # gaps and seeds of the trials
LEVELS, MIDDLE = 45, 80  # a weight is one of 91 letters, the middle one for 0
TRIED = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


def recurrent(Cell, units=FEW, **options):
    """A function rng, gap, dtype → a cell with a read-out at the last step."""

    def build(rng, gap, dtype="float32"):
        cell = Cell(WORDS, units, rng=rng, dtype=dtype, **options)
        return training.SequenceModel(cell, ANSWERS, rng=rng, last_only=True)

    return build


def attention(rng, gap, dtype="float32"):
    return SelfAttention(WORDS, ANSWERS, gap + 3, FEW, rng=rng, dtype=dtype)


# name as in the sweep → build, learning rate (None: the one of the sweep)
MODELS = {
    "RNN": (recurrent(cells.RNN, UNITS["RNN"]), None),
    "LSTM forget bias 0": (recurrent(cells.LSTM), None),
    "LSTM forget bias 1": (recurrent(cells.LSTM, forget_bias=1.0), None),
    "LSTM chrono": (recurrent(cells.LSTM, chrono=max(GAPS)), None),
    "GRU": (recurrent(cells.GRU), None),
    "Self-attention": (attention, 0.01),
}


def rate_of(name):
    """The learning rate of a model: its own, or the best of the sweep's trials."""
    own = MODELS[name][1]
    if own is None:
        tried, scores = gap_runs.trials(name)
        own = float(tried[scores.mean(axis=1).argmax()])
    return own


def trained(name, gap, seed, lr):
    """A model after its training, the steps that it took, and fresh sentences to test it on."""
    weights, sentences, new = (np.random.default_rng([seed, k]) for k in range(3))
    model = MODELS[name][0](weights, gap)
    history = experiments.train_on_gap(model, gap, rng=sentences, lr=lr)
    return model, len(history.loss), new


def rounded(model):
    """Round the weights in place to 91 values  →  whole numbers (P,), a scale for each array."""
    parts, scales = [], []
    for array in model.params.values():
        scale = float(f"{np.abs(array).max() / LEVELS:.4g}") or 1.0
        whole = np.clip(np.round(array / scale), -LEVELS, LEVELS)
        array[...] = whole * scale
        parts.append(whole.ravel())
        scales.append(scale)
    return np.concatenate(parts), scales


def letters(whole):
    """Whole numbers from -LEVELS to LEVELS (P,)  →  P letters; JSON would double a backslash."""
    return "".join(map(chr, (whole.astype(int) + MIDDLE).tolist())).replace("\\", "!")


def whole_numbers(text):
    """The other way: text of P letters  →  (P,) int."""
    return np.array([ord(letter) - MIDDLE for letter in text.replace("!", "\\")])


def run(name, gap):
    """One network: its whole numbers, and what the page says of it."""
    model, steps, new = trained(name, gap, SEED, rate_of(name))
    whole, scales = rounded(model)
    score = float(experiments.accuracy_on_gap(model, gap, rng=new))
    print(f"{name}, gap {gap}: {steps} steps, {score:.2f}", flush=True)
    return whole, {"steps": steps, "accuracy": round(score, 3), "scales": scales}


def store(path=STORE):
    """Train all networks and write what the page loads."""
    parts, networks = [], {}
    for name in MODELS:
        runs = [run(name, gap) for gap in GAPS]
        parts += [whole for whole, _ in runs]
        networks[name] = {
            "units": UNITS.get(name, FEW),
            "rate": rate_of(name),
            "runs": [said for _, said in runs],
        }
    text = {
        "command": "python -m tools.upkeep.reach_networks", "seed": SEED,
        "gaps": GAPS, "words": GAP_VOCAB.symbols, "answers": [answer for _, answer in HOMES],
        "networks": networks, "weights": letters(np.concatenate(parts)),
    }  # fmt: skip
    text = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"{PREFIX}{text};\n", encoding="utf-8")


def read(path=STORE):
    """What the page loads (dict)."""
    return json.loads(path.read_text(encoding="utf-8").removeprefix(PREFIX).rstrip(";\n"))


def load(name, gap, stored=None):
    """A stored network as a model of the library, in float64.  KeyError, ValueError if unknown."""
    stored = stored or read()
    place = stored["gaps"].index(gap)
    rng, start = np.random.default_rng(0), 0
    data = whole_numbers(stored["weights"])
    for other, network in stored["networks"].items():
        for k, said in enumerate(network["runs"]):
            model = MODELS[other][0](rng, stored["gaps"][k], "float64")
            size = sum(array.size for array in model.params.values())
            if (other, k) == (name, place):
                return filled(model, data[start : start + size], said["scales"])
            start += size
    raise KeyError(name)


def filled(model, whole, scales):
    """The model with these whole numbers times their scales as its weights."""
    for array, scale in zip(model.params.values(), scales, strict=True):
        array[...] = whole[: array.size].reshape(array.shape) * float(scale)
        whole = whole[array.size :]
    return model


def rates(names):
    """Print the mean accuracy of these models at every rate."""
    for name in names:
        for lr in TRIED:
            scores = []
            for gap in TUNED[0]:
                for seed in TUNED[1]:
                    model, _, new = trained(name, gap, seed, lr)
                    scores.append(experiments.accuracy_on_gap(model, gap, rng=new))
            print(f"{name}, rate {lr}: {np.mean(scores):.3f}", flush=True)


if __name__ == "__main__":
    rates(sys.argv[2:] or MODELS) if sys.argv[1:2] == ["rates"] else store()
