"""Defaults that lessons speak of: whoever changes one is told which sentence becomes false.

A row: whose defaults, what they are, the place in a lesson that depends on them, what it says.
"""

import importlib
import inspect
import pkgutil
import re
from itertools import chain

import nbformat
import numpy as np
import pytest

import lessons_lib
import lessons_models
from lessons_lib import cells
from lessons_models import torch_transformer
from tools.environment import ROOT

GAP = "2_long_term_dependencies/sky_and_france#d4-sweep"
BUDGET = "300 steps of 32 new sentences, norm clipped to 1, the rate falling over the last 30 %"
RUN = {"lr": 1e-2, "steps": 300, "distractors": 0, "clip": 1.0}
EVERY = {"gaps": (2, 5, 10, 20, 50, 100, 200), "seeds": (0, 1, 2, 3, 4), "lr": 1e-2, "steps": 300}
SMALL = "1_rnn/smallest_network#"
ADAM = SMALL + "one-step-gradient-descent-and-adam"
MEANS = "m ← 0.9 m + 0.1 g,  v ← 0.999 v + 0.001 g²,  divided by √v + 1e-8"
EPS = ({"eps": 1e-6}, "1_rnn/backprop_check#how-small-a-step", "the library uses ε = 1e-6")
STARTS = "book/2_long_term_dependencies/sky_and_france.ipynb#d7-what-vanishes depends on it"
FORMS = "4_gru/four_conventions#g-rosetta"
LETTERS = "3_lstm/carousel#l6-how-many-gates"
PARTS = "3_lstm/which_parts_matter#l22-variants"
COPY = ({"symbols": 5, "alphabet": 8},
        "3_lstm/thousand_steps#l-classic-copy", "copy, 5 of 8 symbols")  # fmt: skip
READS = "5_attention/self_attention#a6-no-recurrence"
DIGITS = "5_attention/sequence_to_sequence#a7-bottleneck", "the same 400 steps"
WHOLE = {"input_gate": True, "forget_gate": True, "output_gate": True, "candidate_tanh": True,
         "output_tanh": True, "input_bias": 0.0}  # fmt: skip

SPOKEN_OF = [
    ("cells.lstm.LSTM", {"forget_bias": 0.0},
     "3_lstm/start_remembering#l-frontier", "with forget bias 0 the LSTM does worse than the RNN"),
    ("cells.gru.GRU", {"keep_bias": 0.0},
     "4_gru/two_gates#how-far-does-it-remember", "a new GRU has b_z = 0"),
    ("cells.lstm.LSTM", {"chrono": None},
     "3_lstm/start_remembering#l2-default", "no usual start has a time constant above four steps"),
    ("cells.gru.GRU", {"chrono": None},
     "4_gru/lstm_or_gru#g18-same-with-less", "both start with gates near one half"),
    ("cells.rnn.RNN", {"dtype": np.float64},
     "1_rnn/backprop_check#how-small-a-step", "a float64 number has about 16 digits"),
    ("cells.lstm.LSTM", {"dtype": np.float64}, LETTERS, "in float64 σ(40) rounds to 1"),
    ("cells.gru.GRU", {"dtype": np.float64},
     "4_gru/bounded_memory#g14-counting", "a gate of 40 is exactly 1 in float64"),
    ("gradcheck.numerical_gradient", *EPS),
    ("gradcheck.numerical_jacobian", *EPS),
    ("gradcheck.check_gradients", *EPS),
    ("training.Adam", {"betas": (0.9, 0.999), "eps": 1e-8}, ADAM, MEANS),
    ("torch_training.Adam", {"betas": (0.9, 0.999), "eps": 1e-8}, ADAM, MEANS),
    ("training.Adam", {"clip": None}, SMALL + "which-learning-rate", "Adam needs no clipping"),
    ("torch_training.Adam", {"clip": None}, SMALL + "which-learning-rate", "it needs no clipping"),
    ("training.Adam.update", {"factor": 1.0}, ADAM, "the first step moves a weight by the rate"),
    ("torch_training.Adam.update", {"factor": 1.0}, ADAM, "the first step moves it by the rate"),
    ("training.linear_decay", {"last": 0.3}, GAP, BUDGET),
    ("training.solved", {"window": 20}, GAP, "a run ends early by the mean of the last 20 batches"),
    ("training.train", {"carry_state": False},
     "1_rnn/character_model#r8-loop", "the state can be carried from batch to batch"),
    ("experiments.gap_batches", {"batch_size": 32, "distractors": 0}, GAP, BUDGET),
    ("experiments.train_on_gap", RUN, GAP, BUDGET),
    ("experiments.solve_gap", RUN, GAP, BUDGET),
    ("experiments.gap_sweep", EVERY, GAP, BUDGET),
    ("experiments.accuracy_on_gap", {"sentences": 256, "distractors": 0},
     "3_lstm/start_remembering#l-frontier", "at least 95 % of 256 new sentences right"),
    ("tasks.sentences.gap_sentences", {"distractors": 0},
     "2_long_term_dependencies/partial_cures#d4-gap", "the budget of the gap task"),
    ("flow.norms_over_seeds", {"seeds": (0, 1, 2, 3, 4), "input_scale": 1.0},
     "3_lstm/what_is_solved#d6-l2-what-is-solved", "five new cells, random inputs"),
    ("gru_variants.GRUVariant", {"update_keeps": True, "reset_after": True},
     FORMS, "the library has PyTorch's form: z keeps the old state, the reset comes after"),
    ("lstm_variants.LSTMVariant", {"peepholes": False, "coupled": False, "forget_bias": 0.0},
     PARTS, "each edit is an argument, off unless it is named"),
    ("cell_ablation.AblatedLSTM", {**WHOLE, "forget_bias": 0.0},
     PARTS, "a cell without one part, all others as they were"),
    ("streams.letter_streams", {"letters": 8, "every": 20},
     LETTERS, "letters from a to h, each replaced by the next after 20 steps"),
    ("streams.train_on_letters", {"endless": True, "T": 20},
     LETTERS, "on an endless stream, with one update every 20 steps"),
    ("sparse.QuietModel", {"activity": 0.0}, "3_lstm/inside_a_cell#l-inside", "without the nudge"),
    ("lyapunov.exponents", {"count": 1},
     "2_long_term_dependencies/lyapunov#measure-all-exponents", "the largest exponent"),
    ("curriculum.climb", {"batch_size": 32},
     "3_lstm/thousand_steps#climb-do-not-jump", "chrono start, rate 0.01, batches of 32"),
    ("copying.copy_memory", *COPY),
    ("copying.copy_baseline", *COPY),
    ("characters.split", {"validation": 0.1},
     "1_rnn/character_model#keep-whole-tales-back", "the last tenth of the tales"),
    ("characters.sample", {"temperature": 1.0},
     "1_rnn/character_model#let-it-write", "the scores divided by a temperature"),
    ("character_runs.read_tales", {"passes": 12},
     "1_rnn/character_model#does-it-beat-the-table", "ten longer runs: twelve passes each"),
    ("torch_transformer.Transformer", {"heads": 4, "layers": 2, "causal": True},
     READS, "two layers and four heads, in a causal language model"),
    ("torch_transformer.Transformer", {"block": torch_transformer.PreNorm},
     READS, "two blocks with norm before"),
    ("torch_captions.experiment.train", {"steps": 700},
     "5_attention/pictures#a1-larger-pool", "every model has 700 steps of 64 fresh pictures"),
    ("torch_models.train_reversal", {"steps": 400}, *DIGITS),
    ("torch_models.solve_reversal", {"steps": 400}, *DIGITS),
    ("torch_own_words.train", {"steps": 400}, *DIGITS),
    ("torch_memory_runs.solve", {"steps": 300},
     "5_attention/four_memories#the-experiment", "300 steps of 32 fresh sequences"),
]  # fmt: skip

# No sentence of a lesson depends on these.
UNSPOKEN = set(
    """
agreement.Pronouns.vocab character_runs.write_tales.seed character_runs.writers.unit
cell_variants.ReLURNN.scale checks.array.nan checks.floats.nan
claims.compare.of counting.ends.beyond counting.exact_up_to.most dates.Dates.source_vocab
dates.Dates.target_vocab functional.d_softmax.axis functional.log_softmax.axis
functional.softmax.axis gru_layouts.from_joined.state_first gru_layouts.to_joined.state_first
lyapunov.exponents.discard measured.effect.of probes.linear_probe.ridge shapes.Pictures.vocab
shapes.draw.down shapes.draw.right shapes.pictures.fewest shapes.pictures.most
sparse.ShrinkingAdam.start sparse.ShrinkingAdam.update.factor streams.train_on_letters.lr
subject.read.edit
streams.train_on_letters.steps text.Vocab.separator torch_alignment.Translator.embedding_size
torch_alignment.exact_dates.dates torch_alignment.solve_dates.lr
torch_alignment.solve_dates.steps torch_alignment.train_on_dates.lr
torch_alignment.train_on_dates.steps torch_captions.experiment.train.lr
torch_captions.models.Captioner.place_first torch_models.AttentiveSeq2Seq.embedding_size
torch_models.AttentiveSeq2Seq.scale torch_models.Seq2Seq.embedding_size
torch_models.reversal_accuracy.strings torch_models.solve_reversal.lr
torch_models.train_reversal.lr training.SequenceModel.last_only
transformer_experiments.read_text.B transformer_experiments.read_text.T
transformer_experiments.read_text.size torch_recall.learn.every torch_recall.learn.look
torch_recall.learn.steps torch_recall.draw.form torch_recall.learn.form
torch_recall.small_gpt.form torch_recall.Recurrent.form torch_memory_runs.recall.pairs
torch_positions.right.B
""".split()
)

MARKUP = re.compile(r"[^\w\s-]")


def callables(package):
    """Name without the package, and function: the public ones, and methods of public classes."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        place = found.name.partition(".")[2]
        for name, made in vars(importlib.import_module(found.name)).items():
            if name.startswith("_") or getattr(made, "__module__", None) != found.name:
                continue
            methods = vars(made) if inspect.isclass(made) else {"__init__": made}
            for key, function in methods.items():
                if inspect.isfunction(function) and (key == "__init__" or key[0] != "_"):
                    yield f"{place}.{name}.{key}".removesuffix(".__init__"), function


CODE = dict(chain(*map(callables, (lessons_lib, lessons_models))))


def defaults(name):
    given = inspect.signature(CODE[name]).parameters.values()
    return {one.name: one.default for one in given if one.default is not one.empty}


def anchors(lesson):
    """What a link may name in a lesson: its labels, and its headings as Sphinx writes them."""
    cells = nbformat.read(ROOT / "book" / f"{lesson}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    heads = re.findall(r"^#{2,3} (.+)$", text, flags=re.MULTILINE)
    slugs = {MARKUP.sub("", head.lower()).replace(" ", "-") for head in heads}
    return slugs | set(re.findall(r"^\(([a-z0-9-]+)\)=$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("row", SPOKEN_OF, ids=lambda row: f"{row[0]}({', '.join(row[1])})")
def test_a_default_is_what_the_lesson_says(row):
    name, expected, place, says = row
    assert name in CODE, "no such function: name its new place, or take the row out"
    now = {key: defaults(name).get(key) for key in expected}
    assert now == expected, (
        f"\nbook/{place.replace('#', '.ipynb#')} says: {says}.\n"
        "Change the lesson with the default, run again what uses it, then change this row."
    )


@pytest.mark.parametrize("place", sorted({row[2] for row in SPOKEN_OF}))
def test_the_sentence_about_a_default_is_where_the_row_says(place):
    lesson, anchor = place.split("#")
    assert anchor in anchors(lesson), f"{lesson} has no {anchor!r}: where is the sentence now?"


def test_a_new_default_is_spoken_of_or_noted():
    spoken = {f"{name}.{key}" for name, expected, *_ in SPOKEN_OF for key in expected}
    found = {f"{name}.{key}" for name in CODE for key, value in defaults(name).items()
             if value is not None and key != "dtype"}  # fmt: skip
    new = sorted(found - spoken - UNSPOKEN)
    assert not new, f"a row of SPOKEN_OF, or of UNSPOKEN where no lesson speaks of it, for: {new}"
    assert not UNSPOKEN - found | UNSPOKEN & spoken, "UNSPOKEN has what is gone or spoken of"


@pytest.mark.parametrize("Cell", [cells.RNN, cells.LSTM, cells.GRU])
def test_a_new_cell_starts_as_the_lessons_say(Cell):
    """Weights from U(-1/√H, 1/√H), the default start of every lesson, and biases of 0."""
    for name, array in Cell(50, 64, rng=np.random.default_rng(0)).params.items():
        widest = 0 if name.startswith("b_") else pytest.approx(1 / 8, rel=0.01)
        assert np.abs(array).max() == widest, f"{name} of a new cell: {STARTS}"
