"""Other libraries' forms: the probe on forms that we know, the judge, the page."""

import json
import re

import numpy as np
import pytest

from lessons_lib import cells
from lessons_lib.experiments import stored
from lessons_models import identify
from lessons_models.gru_variants import GRUVariant
from lessons_models.lstm_variants import LSTMVariant
from tools.environment import ROOT
from tools.rosetta import __main__ as rosetta
from tools.rosetta import judge

FORMS = [(keeps, after) for keeps in (True, False) for after in (True, False)]
ORDERS = ("ifgo", "iofg", "igfo", "gofi")
ROWS = stored("rosetta")
PAGE = json.loads((ROOT / "book/4_gru/four_conventions.ipynb").read_text(encoding="utf-8"))


class Ours:
    """The course's own cells in the place of a library."""

    def __init__(self, slip=0.0, order="ifgo", added=0.0, **form):
        self.slip, self.order, self.added, self.form = slip, order, added, form

    def fresh(self, D, H):
        cell = self.cell(D, H)
        return dict(cell.params)

    def load(self, weights):
        return {name: value.copy() for name, value in weights.items()}

    def read(self, made):
        return {name: value + self.slip for name, value in made.items()}

    def size(self, made):
        return sum(value.size for value in made.values())


class OurGRU(Ours):
    def cell(self, D, H):
        return GRUVariant(D, H, rng=np.random.default_rng(3), **self.form)

    def run(self, made, x, h):
        cell = self.cell(*made["W_xh"].shape[1:])
        cell.params = {name: made[name] for name in cell.params}
        return cell.forward(x, (h,))[0]


class OurLSTM(Ours):
    PEEPHOLES = False

    def cell(self, D, H):
        options = {"forget_bias": 2.0, "peepholes": self.PEEPHOLES}
        return LSTMVariant(D, H, rng=np.random.default_rng(3), **options)

    def fresh(self, D, H):
        return judge.moved(super().fresh(D, H), ["ifgo".index(k) for k in self.order])

    def run(self, made, x, h, c):
        cell = self.cell(*made["W_xh"].shape[1:])
        if self.PEEPHOLES:
            made = {"w_c": np.zeros_like(cell.params["w_c"])} | made
        cell.params = judge.moved(made, [self.order.index(k) for k in "ifgo"])
        cell.params["b_h"][1] += self.added
        hs, (_, c), _ = cell.forward(x, (h, c))
        return hs, c


class OurPeepholes(OurLSTM):
    PEEPHOLES = True


@pytest.mark.parametrize(("keeps", "after"), FORMS)
def test_a_form_that_we_know_is_found_and_its_weights_travel(keeps, after):
    form = {"update_keeps": keeps, "reset_after": after}
    row = judge.gru_row(OurGRU(**form))
    assert row == form | {"biases": 4 if after else 3, "out": 0.0, "back": 0.0}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("added", [0.0, 1.0])
def test_an_order_that_we_know_is_found_and_its_weights_travel(order, added):
    row = judge.lstm_row(OurLSTM(order=order, added=added))
    assert (row["order"], row["added"], row["start"], row["biases"]) == (order, added, 2.0, 4)
    assert max(row["out"], row["back"]) < 1e-12 and not row["peepholes"]


def test_blocks_in_another_order_are_no_form():
    def step(x_t, h, params):
        cell = cells.GRU(1, 2, rng=np.random.default_rng(0))
        cell.params = {k: v[[1, 0, 2]] if v.ndim > 1 else v for k, v in params.items()}
        return cell.step(x_t, (h,))[0][0]

    with pytest.raises(ValueError, match="unit 0 is 0.80, not 0.60 or 0.20: are the blocks r z n"):
        identify.identify_gru(step)
    with pytest.raises(ValueError, match="not one each of i, f, g, o"):
        identify.identify_lstm(lambda h, c, b: (0.5 * np.tanh(c), c))


@pytest.mark.parametrize(("kind", "question"), [(OurGRU, judge.gru_row), (OurLSTM, judge.lstm_row)])
def test_weights_that_come_back_wrong_are_refused(kind, question):
    with pytest.raises(ValueError, match="states differ by .* after the weights travelled"):
        question(kind(slip=1e-3))


def test_peepholes_travel_with_the_weights():
    row = judge.lstm_row(OurPeepholes(order="iofg"))
    assert row["peepholes"] and row["biases"] == 4 and max(row["out"], row["back"]) < 1e-12


@pytest.mark.parametrize(
    "row", [*ROWS["gru"], *ROWS["lstm"]], ids=lambda r: r["library"] + r["call"]
)
def test_a_stored_row_travelled_both_ways(row):
    assert max(row["out"], row["back"]) <= 1e-6 and re.match(r"\d+\.\d+", row["version"])


def test_another_form_is_told_and_a_newer_version_is_not():
    now = json.loads(json.dumps(ROWS))
    now["gru"][0]["version"] = "99.0"
    assert rosetta.changed(ROWS, now) == []
    now["gru"][0]["reset_after"] = False
    now["lstm"].pop()
    told = rosetta.changed(ROWS, now)
    assert len(told) == 2 and told[0].startswith("gru PyTorch nn.GRU: stored {")


def test_the_page_shows_every_row_that_was_run():
    shown = "\n".join(
        "".join(out.get("text", "")) for cell in PAGE["cells"] for out in cell.get("outputs", [])
    )
    lines = [line.split() for line in shown.splitlines()]
    for row in [*ROWS["gru"], *ROWS["lstm"]]:
        wanted = [row["library"], row["version"]]
        (said,) = (line for line in lines if line[:2] == wanted and row["call"] in " ".join(line))
        if "order" in row:
            assert " ".join(row["order"]) in " ".join(said)
        else:
            form = (
                "old" if row["update_keeps"] else "new",
                "after" if row["reset_after"] else "before",
            )
            assert " ".join(form) in " ".join(said)
