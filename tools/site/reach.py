"""The reach lab of the first page, in the place of the picture that other editions show.

A figure of the class ``reach`` becomes a table of small trained networks with a slider for the gap
(theme/reach.html).  What stands in it is computed here, in NumPy, for the gap that is shown first;
book/_static/reach.js computes the rest in the browser with the same weights, those of
tools/upkeep/reach_networks.py.
"""

from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader

from lessons_kit.plots import PALETTE, SOLVED
from lessons_lib import experiments, training
from lessons_lib.tasks import gap_sentences
from lessons_models import gap_runs
from tools.environment import ROOT
from tools.site.page import rule
from tools.upkeep import reach_networks

START = "3_lstm/start_remembering"
SWEEP = "2_long_term_dependencies/sky_and_france"
# name as in the sweep → name on the page, colour, lesson
ROWS = {
    "RNN": ("RNN", "rnn", SWEEP),
    "LSTM forget bias 0": ("LSTM bias 0", "lstm", "3_lstm/four_steps"),
    "LSTM forget bias 1": ("LSTM bias 1", "lstm", START),
    "LSTM chrono": ("LSTM chrono", "lstm", START),
    "GRU": ("GRU", "gru", "4_gru/two_gates"),
    "Self-attention": ("Attention", "attention", "5_attention/soft_lookup"),
}
FIRST, COUNT = 20, 100  # the gap that is shown first; sentences
LOW, HIGH = -12, 1  # powers of ten at the ends of the bar for the gradient
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
THEME = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "theme"), autoescape=True, trim_blocks=True
)


def gradient(model, x, answer):
    """∂(score of the answer)/∂x at the country (D,), for one sentence x (T, 1, D)."""
    y, _, cache = model.forward(x)
    dy = np.zeros_like(y)
    dy[0, answer] = 1.0
    return model.backward(dy, cache)[0][1, 0]


def solved(name):
    """How many of the stored runs of the lessons solve each gap, as texts."""
    return [f"{(runs >= SOLVED).sum()} of {len(runs)}" for runs in gap_runs.accuracies(name)]


def power(length):
    return f"10{str(round(np.log10(length))).translate(POWERS)}" if length else "0"


def there(lesson):
    """The lesson, or None where a part of the course lacks it."""
    return lesson if (ROOT / "book" / f"{lesson}.ipynb").is_file() else None


def row(name, test, stored):
    """What the page says of a network at the first gap, on these sentences (dict)."""
    said, role, lesson = ROWS[name]
    model = reach_networks.load(name, FIRST, stored)
    scores, runs = model.forward(test.x)[0], solved(name)
    length = float(np.linalg.norm(gradient(model, test.x[:, :1], test.y[0])))
    answer = int(scores[0].argmax())
    right = bool(answer == test.y[0])
    share = 100 * (np.log10(length or 1e-99) - LOW) / (HIGH - LOW)
    return {
        "network": name, "name": said, "role": role, "colour": PALETTE[role],
        "lesson": there(lesson), "solved": runs, "runs": runs[stored["gaps"].index(FIRST)],
        "answer": f"{'✓' if right else '✗'} {test.answers[answer]}", "is_right": right,
        "part": round(100 * training.accuracy(scores, test.y)), "power": power(length),
        "share": round(min(max(share, 0), 100), 1),
    }  # fmt: skip


def lab(weights):
    """The lab as HTML (str); weights: the address of the script with the weights."""
    stored = reach_networks.read()
    test = gap_sentences(FIRST, COUNT, rng=np.random.default_rng(0))
    words = [test.vocab.symbols[token] for token in test.tokens[:, 0]]
    gap = words[2:-1]
    return THEME.get_template("reach.html").render(
        weights=weights, country=words[1], right=test.answers[test.y[0]], gap=FIRST, count=COUNT,
        fillers=" ".join([*gap[:3], f"… {FIRST - 6} more words …", *gap[-3:]]),
        gaps=stored["gaps"], rows=[row(name, test, stored) for name in ROWS], sweep=there(SWEEP),
        start=there(START),
        seed=stored["seed"], steps=300, hidden=experiments.HIDDEN,
        rates=[(ROWS[name][0], made["rate"]) for name, made in stored["networks"].items()],
    )  # fmt: skip


@rule("figure.reach")
def alive(figure, page):
    """The first page opens with the experiment of the course under the reader's finger."""
    static = page.context["pathto"]("_static/", 1)
    figure.replace_with(BeautifulSoup(lab(f"{static}reach_weights.js"), "html.parser"))
    page.soup.head.append(page.soup.new_tag("script", src=f"{static}reach.js", defer=""))


def setup(app):
    """To be imported is all that its rule needs."""
