"""Accuracy against the gap: every architecture and initialisation, one budget of 300 steps.

Each model has one learning rate for all gaps, chosen on four of them with other seeds.
"""

from lessons_lib import cells, experiments
from lessons_lib.experiments import GAPS, recurrent
from lessons_models.attention_models import AttentionReadout, SelfAttention
from lessons_models.initialisations import make_orthogonal, shut_input
from lessons_models.lstm_variants import LSTMVariant
from sweeps.runner.declare import RATES, Sweep, every

LONGEST, TUNED = max(GAPS), (5, 20, 50, 100)


def attention_on_rnn(rng):
    cell = cells.RNN(experiments.WORDS, experiments.HIDDEN, rng=rng, dtype="float32")
    return AttentionReadout(cell, experiments.ANSWERS, rng=rng)


def self_attention(rng):
    words, answers, size = experiments.WORDS, experiments.ANSWERS, experiments.HIDDEN
    return SelfAttention(words, answers, LONGEST + 3, size, rng=rng, dtype="float32")


MODELS = {
    "RNN": recurrent(cells.RNN),
    "RNN orthogonal": recurrent(cells.RNN, make_orthogonal),
    "LSTM forget bias 0": recurrent(cells.LSTM),
    "LSTM forget bias 1": recurrent(cells.LSTM, forget_bias=1.0),
    "LSTM forget bias 3": recurrent(cells.LSTM, forget_bias=3.0),
    "LSTM forget bias 5": recurrent(cells.LSTM, forget_bias=5.0),
    "LSTM biases 5, -5": recurrent(cells.LSTM, shut_input, forget_bias=5.0),
    "LSTM coupled, bias 3": recurrent(LSTMVariant, coupled=True, forget_bias=3.0),
    "LSTM chrono": recurrent(cells.LSTM, chrono=LONGEST),
    "GRU": recurrent(cells.GRU),
    "GRU keep bias 3": recurrent(cells.GRU, keep_bias=3.0),
    "GRU chrono": recurrent(cells.GRU, chrono=LONGEST),
    "RNN + attention": attention_on_rnn,
    "Self-attention": self_attention,
}
PLAIN = ("RNN", "RNN orthogonal")


def run(settings, seed):
    build = MODELS[settings["model"]]
    score, trained = experiments.solve_gap(build, settings["gap"], seed, lr=settings["lr"])
    return {"accuracy": score, "trained": trained}


def sweep(name, models):
    return Sweep(name, run, every(model=models, gap=GAPS), grid={"lr": (*RATES, 1.0)}, guess=0.1,
                 tuned_on=lambda case: case["gap"] in TUNED)  # fmt: skip


SWEEPS = (sweep("gap", PLAIN), sweep("gap-rest", [name for name in MODELS if name not in PLAIN]))
