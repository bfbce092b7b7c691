"""The experiment that runs through the course: accuracy against the gap.

One budget for every architecture: 300 steps of 32 fresh sentences, Adam with clipping at 1, the
rate falling to zero over the last 30 %.  Training ends early once 20 batches in a row averaged
above 99 %.  ``stored(name)`` reads the results of the long sweeps that ``make sweep`` writes.
"""

import json
from importlib import resources

import numpy as np

from lessons_lib import checks
from lessons_lib.functional import cross_entropy
from lessons_lib.tasks import gap_sentences
from lessons_lib.training import Adam, SequenceModel, accuracy, linear_decay, solved, train

WORDS, ANSWERS, HIDDEN = 43, 10, 32  # sizes of the task and of every cell in the sweeps
GAPS = (2, 5, 10, 20, 50, 100, 200)
SEEDS = (0, 1, 2, 3, 4)


def recurrent(Cell, adjust=None, **options):
    """A function rng → model for the gap task: a cell of 32 units, read out at the last step.

    Cell: a class of ``lessons_lib.cells``; options: its keyword arguments; adjust(cell, rng): a
    last change of the new cell's parameters, or None.
    """

    def build(rng):
        cell = Cell(WORDS, HIDDEN, rng=rng, dtype=np.float32, **options)
        if adjust:
            adjust(cell, rng)
        return SequenceModel(cell, ANSWERS, rng=rng, last_only=True)

    return build


def gap_batches(gap, steps, *, rng, batch_size=32, distractors=0, dtype=np.float32):
    """Fresh training batches: yields x (gap + 3, B, 43) one-hot and y (B,) language numbers."""
    for _ in range(steps):
        batch = gap_sentences(gap, batch_size, rng=rng, distractors=distractors, dtype=dtype)
        yield batch.x, batch.y


def train_on_gap(model, gap, *, rng, lr=1e-2, steps=300, distractors=0, clip=1.0):
    """Train ``model`` (read-out of the last step) on sentences with this gap  →  History.

    distractors: other countries in the gap; clip: limit of the gradient's norm, None for no limit.
    """
    batches = gap_batches(gap, steps, rng=rng, distractors=distractors)
    return train(model, batches, loss=cross_entropy, optimiser=Adam(lr=lr, clip=clip),
                 schedule=linear_decay(steps), metric=accuracy, stop=solved(0.99))  # fmt: skip


def accuracy_on_gap(model, gap, *, rng, sentences=256, distractors=0):
    """Share of new sentences answered with the right language; chance is 0.1."""
    checks.has(model=(model, "forward"))
    test = gap_sentences(gap, sentences, rng=rng, distractors=distractors, dtype=np.float32)
    return accuracy(model.forward(test.x)[0], test.y)


def solve_gap(build, gap, seed, *, lr=1e-2, steps=300, distractors=0, clip=1.0):
    """Build, train and test one model.  build(rng) → model  →  test accuracy, steps trained.

    One seed sets the weights, another the sentences, so two builds see the same sentences.
    distractors, clip: as in ``train_on_gap``.
    """
    weights, sentences, new = (np.random.default_rng([seed, k]) for k in range(3))
    model = build(weights)
    settings = {"lr": lr, "steps": steps, "distractors": distractors, "clip": clip}
    history = train_on_gap(model, gap, rng=sentences, **settings)
    score = accuracy_on_gap(model, gap, rng=new, distractors=distractors)
    return score, len(history.loss)


def gap_sweep(build, gaps=GAPS, seeds=SEEDS, *, lr=1e-2, steps=300):
    """Test accuracies (gaps, seeds) of models from ``build(rng)``, each trained on one gap."""
    runs = [[solve_gap(build, gap, seed, lr=lr, steps=steps)[0] for seed in seeds] for gap in gaps]
    return np.array(runs)


def stored(name):
    """Results of a long sweep: one element for each run, with its columns as fields.

    rows = stored("gap");  rows["accuracy"][(rows["model"] == "GRU") & (rows["part"] == "reported")]
    Runs stand in the order of the sweep, the seeds last, so that what is chosen can be reshaped to
    (gaps, seeds).  part: "tuning" chose the rate, "reported" is the result.  A run that failed has
    an ``error``, and nan or -1.  A field that ends in "curve" is a text of numbers.

    Trained weights and the results of the first edition are dicts; while there are both, the dict.
    Raises ValueError for an unknown name, with the names there are.
    """
    folder = resources.files("lessons_lib") / "data"
    files = {p.name: p for p in folder.iterdir() if p.name.endswith((".tsv", ".json"))}
    if f"{name}.json" in files:
        return json.loads(files[f"{name}.json"].read_text(encoding="utf-8"))
    if f"{name}.tsv" in files:
        lines = files[f"{name}.tsv"].read_text(encoding="utf-8").splitlines()
        return _table(lines)
    names = sorted({file.rpartition(".")[0] for file in files})
    raise ValueError(f"no stored results named {name!r}: choose from {', '.join(names)}")


def _table(lines):
    """Lines with tabs  →  a structured array.  A hash like 407e78782f stays a text."""
    texts = {"code": str} if "code" in lines[0].split("\t") else None
    return np.genfromtxt(
        lines, delimiter="\t", names=True, dtype=None, comments=None, converters=texts
    )
