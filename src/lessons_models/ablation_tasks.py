"""Eight LSTMs on three tasks and a text: what the lesson on which parts matter compares.

All start with forget bias 1 and every other bias at 0; the five ablated cells of a seed start with
the weights of the full one.  settings of a run: model, lr; for the letters also longer, the factor
of the number of steps, and endless, whether the state is never reset.
"""

import numpy as np

from lessons_lib import tasks, training
from lessons_lib.functional import cross_entropy, squared_error
from lessons_lib.text import one_hot
from lessons_models import characters, streams
from lessons_models import counting as strings_of
from lessons_models.cell_ablation import AblatedLSTM
from lessons_models.character_runs import STEPS, STREAMS, tale_parts
from lessons_models.lstm_variants import LSTMVariant

FORGET_BIAS = 1.0
ADDING = {"T": 50, "hidden_size": 16, "steps": 800}
COUNTING = {"trained_to": 15, "tested_to": 60, "hidden_size": 8, "steps": 1000}
LETTERS = {"hidden_size": 16, "steps": 600}
TALES = {"hidden_size": 32, "passes": 4}

# name → class, what is not as in the full LSTM
MODELS = {
    "full": (AblatedLSTM, {}),
    "no input gate": (AblatedLSTM, {"input_gate": False}),
    "no forget gate": (AblatedLSTM, {"forget_gate": False}),
    "no output gate": (AblatedLSTM, {"output_gate": False}),
    "no candidate tanh": (AblatedLSTM, {"candidate_tanh": False}),
    "no output tanh": (AblatedLSTM, {"output_tanh": False}),
    "peepholes": (LSTMVariant, {"peepholes": True}),
    "coupled": (LSTMVariant, {"coupled": True}),
}


def build(name, seed, inputs, hidden_size):
    Cell, options = MODELS[name]
    rng = np.random.default_rng([seed, 0])
    return Cell(inputs, hidden_size, rng=rng, forget_bias=FORGET_BIAS, dtype=np.float32, **options)


def fit(model, batches, loss, rate, steps, **options):
    training.train(
        model, batches, loss=loss, optimiser=training.Adam(lr=rate, clip=1.0),
        schedule=training.linear_decay(steps), **options,
    )  # fmt: skip


def adding(settings, seed):
    """Share of the variance explained: 1 - error / (error of the best constant), at least 0."""
    T, H, steps = ADDING.values()
    weights, train, test = (np.random.default_rng([seed, k]) for k in (2, 1, 3))
    cell = build(settings["model"], seed, 2, H)
    model = training.SequenceModel(cell, 1, rng=weights, last_only=True)
    batches = (tasks.adding_problem(T, 32, rng=train, dtype=np.float32) for _ in range(steps))
    fit(model, batches, squared_error, settings["lr"], steps)
    x, y = tasks.adding_problem(T, 1024, rng=test, dtype=np.float32)
    error, _ = squared_error(model.forward(x)[0], y)
    return max(0.0, 1 - error / tasks.ADDING_BASELINE)


def counting(settings, seed):
    """The largest N such that every string from n = 1 to N is exact, as a share of the longest."""
    trained, tested, H, steps = COUNTING.values()
    weights, train = (np.random.default_rng([seed, k]) for k in (2, 1))
    model = training.SequenceModel(build(settings["model"], seed, 3, H), 3, rng=weights)
    strings = (strings_of.counting(train.integers(1, trained + 1, size=32), dtype=np.float32)
               for _ in range(steps))  # fmt: skip
    batches = ((b.x, b.targets, b.decided) for b in strings)
    fit(model, batches, cross_entropy, settings["lr"], steps)
    batch = strings_of.counting(np.arange(1, tested + 1), dtype=np.float32)
    exact = strings_of.counted(model.forward(batch.x)[0].argmax(-1), batch)
    return int(np.append(exact, False).argmin()) / tested


def letters(settings, seed):
    """Accuracy on the last 50 batches: each is new when the network reads it."""
    cell = build(settings["model"], seed, streams.LETTERS + 2, LETTERS["hidden_size"])
    steps = settings.get("longer", 1) * LETTERS["steps"]
    endless = settings.get("endless", True)
    _, history = streams.train_on_letters(
        cell, seed, lr=settings["lr"], steps=steps, endless=endless
    )
    return float(history.metric[-50:].mean())


def tales(settings, seed):
    """Bits per character on new tales that are saved over a guess among all characters."""
    H, passes = TALES.values()
    known, new, size = tale_parts()
    weights = np.random.default_rng([seed, 2])
    model = training.SequenceModel(build(settings["model"], seed, size, H), size, rng=weights)
    batches = [(one_hot(x, size, np.float32), y)
               for x, y in characters.char_batches(known, STEPS, STREAMS)]  # fmt: skip
    steps = passes * len(batches)
    fit(model, passes * batches, cross_entropy, settings["lr"], steps, carry_state=True)
    return max(0.0, float(np.log2(size) - characters.bits_per_character(model, new)))


TASKS = {"adding": adding, "counting": counting, "letters": letters, "tales": tales}
