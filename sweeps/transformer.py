"""The small transformer: the text of the course, and the gap sentences.

Text: two blocks of size 32, windows of 50 characters, 16 side by side, 40 passes, as in
``characters``; no state is carried from one window to the next.  Gap: one block that asks from the
last place, with the layer norm before its parts and after them, under the budget of ``gap``.
"""

from functools import partial

from lessons_lib import experiments, tasks, text
from lessons_models import characters
from lessons_models.torch_transformer import PostNorm, PreNorm, Transformer
from lessons_models.transformer_experiments import read_text, solve_last
from sweeps.runner.declare import RATES, Sweep, every

PASSES, SIZE, STEPS = 40, 32, 300
BLOCKS = {"norm before": PreNorm, "norm after": PostNorm}


def run_text(settings, seed, passes=PASSES):
    """Bits per character after each pass."""
    course = characters.course_text()
    known, new = characters.split(text.Vocab.from_text(course).encode(course), 0.1)
    curves, _ = read_text(known, new, seed, lr=settings["lr"], passes=passes, size=SIZE)
    training, validation = curves.round(3)
    return {"bits": validation.min(), "training_curve": training, "validation_curve": validation}


def one_block(block, rng):
    """A block for the gap sentences: every place sees every other, the last one answers."""
    return Transformer(experiments.WORDS, experiments.ANSWERS, max(experiments.GAPS) + 3, SIZE,
                       rng=rng, layers=1, block=block, causal=False)  # fmt: skip


def run_gap(settings, seed, steps=STEPS):
    build = partial(one_block, BLOCKS[settings["block"]])
    draw = partial(tasks.gap_sentences, settings["gap"])
    score, trained, _ = solve_last(build, draw, seed, lr=settings["lr"], steps=steps)
    return {"accuracy": score, "steps": trained}


SWEEPS = (
    Sweep("transformer-text", run_text, [{"model": "transformer"}], grid={"lr": RATES[1:6]},
          score=lambda row: -row["bits"], guess=-6.0, data=characters.course_text, seconds=40),
    Sweep("transformer-gap", run_gap, every(block=BLOCKS, gap=(5, 50, 200)), per=("block",),
          grid={"lr": RATES[:5]}, guess=0.1, seconds=5),
)  # fmt: skip
