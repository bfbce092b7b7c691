"""The living cells: the page computes what NumPy and torch compute, and a reader can use it."""

import json
import re
from urllib.parse import quote_plus, unquote_plus

import numpy as np
import pytest
import torch

from lessons_kit import diagrams, living
from lessons_kit.diagrams.description import Label
from lessons_kit.living import held, language, page
from lessons_lib import cells, training
from lessons_lib.text import one_hot
from lessons_lib.torch_bridge import to_torch
from lessons_models import agreement
from lessons_models.gru_variants import GRUVariant
from lessons_models.lstm_variants import LSTMVariant
from tools.environment import ROOT, notebooks
from tools.upkeep import living_cells

KINDS = {"RNN": ("a", "h"), "LSTM": ("f", "i", "o", "g", "c", "h"), "GRU": ("r", "z", "n", "h")}
READS = {"RNN": living.SENTENCE, "LSTM": living.SUBJECTS, "GRU": living.SENTENCE,
         "attention": living.SHORT}  # fmt: skip
T, LAST = len(living.SENTENCE), len(living.SUBJECTS)
STILL = "{drawing: document.querySelector('svg')}"
FOCUSED = """(e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent ||
  e.textContent)(lab.shadowRoot.activeElement || lab)"""
RNG = np.random.default_rng(0)
FORMS = [
    (GRUVariant, {"update_keeps": False}),
    (GRUVariant, {"reset_after": False}),
    (cells.LSTM, {}),
    (cells.RNN, {}),
]


def lab_of(kind, sentence=None, **options):
    trained, sentence = living.load(kind), sentence or READS[kind]
    if kind == "attention":
        return living.AttentionLab(
            trained.model, trained.vocab, sentence, trained.answers, **options
        )
    return living.CellLab(trained.model, trained.vocab, sentence, trained.answers, **options)


def attends(sentence, answers=language.ANSWERS):
    trained = living.load("attention")
    return living.AttentionLab(trained.model, trained.vocab, sentence, answers)


def untrained(Cell, **forms):
    """A lab of a cell in another form, with weights of order one."""
    rng = np.random.default_rng(3)
    cell = Cell(len(language.VOCAB), 3, rng=rng, **forms)
    cell.params = {key: rng.standard_normal(a.shape) for key, a in cell.params.items()}
    model = training.SequenceModel(cell, 4, rng=rng, last_only=True)
    return living.CellLab(model, language.VOCAB, living.SENTENCE, language.ANSWERS)


def inputs(one):
    return one_hot(one.tokens, len(one.vocab))[:, None]


@pytest.fixture(scope="module")
def tabs(chromium):
    """tab(n, width, scripts) → the n-th tab of that kind; it stays open: a new one takes long."""
    opened = {}

    def tab(n, width, scripts):
        key = n, width, scripts
        if key not in opened:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=scripts,
                reduced_motion="reduce",
            )  # fmt: skip
            opened[key] = tab = context.new_page()
            tab.faults = faults = []
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.on("console", lambda m: m.type == "error" and faults.append(m.text))
            tab.on(
                "request", lambda r: r.url.startswith(("file:", "about:")) or faults.append(r.url)
            )
        return opened[key]

    yield tab
    for tab in opened.values():
        tab.context.close()


@pytest.fixture
def shown(tabs, tmp_path):
    """show(labs, …) → a tab with them, opened from the disk, in which no error may occur."""
    used = []

    def show(*labs, hash="", links="", width=1280, scripts=True, lang="en"):
        tab = tabs(len(used), width, scripts)
        used.append(tab)
        body = links + "".join(one._repr_html_() for one in labs)
        body += '<script src="labs.js" defer></script>'  # as on a page of the book
        (tmp_path / "labs.js").write_text(page.script(), encoding="utf-8")
        file = tmp_path / f"page{len(used)}.html"
        head = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>t</title>'
        file.write_text(
            head + '<meta name="viewport" content="width=device-width">' + body,
            encoding="utf-8",
        )
        tab.mouse.move(0, 0)
        tab.goto(file.as_uri() + hash)
        if scripts:  # it computes once it is seen to be near, and not before
            tab.wait_for_function("document.querySelector('cell-lab, attention-lab').awake")
        return tab

    yield show
    faults = [fault for tab in used for fault in tab.faults]
    for tab in used:
        tab.goto("about:blank")
        tab.faults.clear()
    assert not faults


def read(tab, script, tag="cell-lab"):
    return tab.evaluate(
        f"() => {{ const lab = document.querySelector('{tag}'); return {script}; }}"
    )


def table(tab, tag="cell-lab"):
    """Rows of the folded table, as text."""
    read(tab, "(lab.numbers.open = true, lab.update())", tag)
    cells_of = (
        "[...lab.box.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return read(tab, cells_of, tag)


def said(tab, tag="cell-lab"):
    return read(tab, "lab.said.textContent", tag)


def numbers(rows):
    return np.array([[float(text.replace("−", "-")) for text in row[1:]] for row in rows])


@pytest.mark.parametrize("name", KINDS)
def test_the_numbers_of_the_page_are_those_of_numpy_at_every_word(name, shown):
    one, tab = lab_of(name), shown(lab_of(name))
    x, state = inputs(one), one.cell.init_state(1)
    for t in range(len(x)):
        read(tab, f"lab.go({t})")
        new, gates = one.cell.step(x[t], state)
        expected = np.stack([gates[letter][0] for letter in KINDS[name]], axis=1)
        np.testing.assert_allclose(numbers(table(tab)), expected, atol=5.1e-5)
        exact = read(tab, f"lab.now.steps[{t}].h")
        np.testing.assert_allclose(exact, new[0][0], atol=1e-12)
        np.testing.assert_allclose(read(tab, f"lab.now.shares[{t}]"), one.shares()[t], atol=1e-12)
        state = new


@pytest.mark.parametrize("name", KINDS)
def test_the_states_of_the_page_are_those_of_torch(name, shown):
    one, tab = lab_of(name), shown(lab_of(name))
    module = to_torch(one.cell, getattr(torch.nn, name))
    with torch.no_grad():
        hs = module(torch.from_numpy(inputs(one)))[0][:, 0].numpy()
    np.testing.assert_allclose(read(tab, "lab.now.steps.map(v => v.h)"), hs, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_the_stored_weights_have_the_digits_of_the_page(name):
    trained, one = living.load(name), lab_of(name)
    for key, array in trained.model.cell.params.items():
        np.testing.assert_array_equal(array, one.cell.params[key])
    np.testing.assert_array_equal(trained.model.read_out["W_hy"], one.data()["W_hy"])


def test_other_weights_are_shown_within_four_decimals():
    cell = cells.LSTM(len(language.VOCAB), 3, rng=np.random.default_rng(0))
    model = training.SequenceModel(cell, 4, rng=np.random.default_rng(1), last_only=True)
    one = living.CellLab(model, language.VOCAB, living.SENTENCE, language.ANSWERS)
    exact = model.cell.forward(inputs(one))[0][:, 0]
    close = np.concatenate([h for h, _ in one.states()])
    assert 0 < np.abs(exact - close).max() < 5e-4


@pytest.mark.parametrize(("Cell", "forms"), FORMS)
def test_every_form_of_a_cell_runs_in_the_page(Cell, forms, shown):
    one = untrained(Cell, **forms)
    hs = np.concatenate([state[0] for state in one.states()])
    np.testing.assert_allclose(hs, one.cell.forward(inputs(one))[0][:, 0], atol=1e-12)
    tab = shown(one)
    np.testing.assert_allclose(read(tab, "lab.now.steps.map(v => v.h)"), hs, atol=1e-12)
    for gate in one.gates:
        for value in (0, 0.35, 1):
            read(tab, f"(lab.reset(), lab.hold('{gate}', {value}), lab.update())")
            hs = np.concatenate([state[0] for state in one.states(**{gate: value})])
            np.testing.assert_allclose(read(tab, "lab.now.steps.map(v => v.h)"), hs, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_the_live_drawing_moves_to_what_the_library_draws(name, shown):
    """Widths, colours, dials and labels after a step equal a drawing made for those values."""
    tab = shown(lab_of(name))
    look = """[...lab.drawing.querySelectorAll('polyline, polygon, [data-share], text')].map(e => [
      e.tagName, e.getAttribute('points'), +e.getAttribute('stroke-width'),
      /positive|negative/.exec(e.getAttribute('style') || ''), e.dataset.share,
      e.textContent].map(x => Array.isArray(x) ? x[0] : x))"""
    for t, unit in ((4, 1), (8, 5)):
        read(tab, f"(lab.state.unit = {unit}, lab.go({t}))")
        moved = read(tab, look)
        fresh = lab_of(name, step=t + 1, unit=unit + 1)
        still = shown(fresh, scripts=False)
        at_rest = still.evaluate(f"() => {{ const lab = {STILL}; return {look}; }}")
        assert len(moved) == len(at_rest) > 10
        for a, b in zip(moved, at_rest, strict=True):
            assert a[0] == b[0] and a[3:] == b[3:]
            assert a[2] == pytest.approx(b[2], abs=0.011)
            corners = [np.array(re.findall(r"-?[\d.]+", x[1] or ""), float) for x in (a, b)]
            np.testing.assert_allclose(*corners, atol=0.02)


CHANGES = [  # kind, what a link asks for, the same for NumPy
    ("LSTM", "f=0.9", {"f": 0.9}),
    ("LSTM", "f=0.5&from=2&to=4&only=4", {"f": 0.5, "span": (2, 4), "only": 4}),
    ("LSTM", "cut=c&from=7&to=7", {"cut": "c", "span": (7, 7)}),
    ("LSTM", "cut=h,c&only=4", {"cut": "hc", "only": 4}),
    ("LSTM", "i=0.2&o=1&cut=h&to=3", {"i": 0.2, "o": 1, "cut": "h", "span": (1, 3)}),
    ("GRU", "z=0.8&from=6&to=13", {"z": 0.8, "span": (6, 13)}),
    ("GRU", "r=0.25&only=3&w5=Spain", {"r": 0.25, "only": 3, "words": {5: "Spain"}}),
    ("GRU", "cut=h&from=9&to=9", {"cut": "h", "span": (9, 9)}),
    ("RNN", "cut=h&from=9&to=9&w2=Japan", {"cut": "h", "span": (9, 9), "words": {2: "Japan"}}),
    ("RNN", "cut=h&only=1", {"cut": "h", "only": 1}),
]


@pytest.mark.parametrize(("kind", "link", "changes"), CHANGES)
def test_an_intervention_of_the_page_is_the_one_of_numpy(kind, link, changes, shown):
    one, tab = lab_of(kind), shown(lab_of(kind), hash="#lab:" + link)
    states = one.states(**changes)
    for name, place in (("h", 0), ("c", 1))[: len(states[0])]:
        expected = np.concatenate([state[place] for state in states])
        found = read(tab, f"lab.now.steps.map(v => v.{name})")
        np.testing.assert_allclose(found, expected, atol=1e-12)
    shares = one.shares(**changes)
    np.testing.assert_allclose(read(tab, "lab.now.shares"), shares, atol=1e-12)
    np.testing.assert_allclose(read(tab, "lab.before.shares"), one.shares(), atol=1e-12)
    assert np.abs(shares - one.shares()).max() > 1e-6


def torch_steps(one, change):
    """h of every word (T, H) by a torch cell that ``change(t, h, c)`` may disturb before a step."""
    kind = held.kind_of(one.cell)
    module, x = to_torch(one.cell, getattr(torch.nn, kind)), torch.from_numpy(inputs(one))
    state, hs = tuple(torch.from_numpy(part)[None] for part in one.cell.init_state(1)), []
    with torch.no_grad():
        for t in range(len(x)):
            state = change(t, state)
            _, new = module(x[t : t + 1], state if kind == "LSTM" else state[0])
            state = new if kind == "LSTM" else (new,)
            hs.append(state[0][0, 0].numpy())
    return np.array(hs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_road_of_the_page_is_a_state_of_zeros_in_torch(kind, shown):
    tab = shown(lab_of(kind), hash="#lab:cut=h&from=4&to=6")

    def cut(t, state):
        return (torch.zeros_like(state[0]), *state[1:]) if 3 <= t <= 5 else state

    expected = torch_steps(lab_of(kind), cut)
    np.testing.assert_allclose(read(tab, "lab.now.steps.map(v => v.h)"), expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_gate_held_at_one_is_a_large_bias_in_torch(kind, shown):
    gate, block = {"LSTM": ("f", 1), "GRU": ("z", 1)}[kind]
    tab, one = shown(lab_of(kind), hash=f"#lab:{gate}=1"), lab_of(kind)
    one.cell.params["b_h"][block] += 1e4
    expected = torch_steps(one, lambda t, state: state)
    np.testing.assert_allclose(read(tab, "lab.now.steps.map(v => v.h)"), expected, atol=1e-12)


@pytest.mark.parametrize(("kind", "gate"), [("LSTM", "f"), ("GRU", "z")])
def test_what_is_left_of_the_memory_is_a_power_of_the_held_share(kind, gate, shown):
    tab = shown(lab_of(kind), hash=f"#lab:step=7&{gate}=0.9&from=3&to=9&unit=2")
    left = read(tab, "lab.left(lab.now, 1)")
    np.testing.assert_allclose(left[:9], [0, *0.9 ** np.arange(8)], atol=1e-12)
    assert "Of the memory after word 2, 0.9⁵ = 0.59 is left at word 7." in said(tab)


@pytest.mark.parametrize(("link", "cut"), [("", None), ("&cut=h&from=9&to=9", 8)])
def test_the_gradient_row_of_an_rnn_is_the_gradient_of_torch(link, cut, shown):
    tab, one = shown(lab_of("RNN"), hash="#lab:step=12" + link), lab_of("RNN")
    p = {key: torch.from_numpy(a) for key, a in one.cell.params.items()}
    h, hs = torch.zeros(6, dtype=torch.float64), []
    for t, token in enumerate(one.tokens[:12]):
        h = h * 0 if t == cut else h
        h = torch.tanh(p["W_xh"][token] + h @ p["W_hh"] + p["b_h"]).requires_grad_()
        h.retain_grad()
        hs.append(h)
    scores = h @ torch.from_numpy(one.W_hy)
    (scores.max() - scores.mean()).backward()
    sizes = np.array([float(h.grad.norm()) for h in hs])
    found = read(tab, "lab.left(lab.now, 1)")
    np.testing.assert_allclose(found[:12], sizes / sizes[-1], rtol=1e-9, atol=1e-300)
    assert found[12:] == [0] * (T - 12)


def test_a_held_gate_says_so_and_where(shown):
    one = lab_of("LSTM")
    for gate in "fio":
        for value in (0, 1):
            tab = shown(lab_of("LSTM"), hash=f"#lab:step={LAST}&{gate}={value}")
            shares = one.shares(**{gate: value})[-1]
            expected = f"{one.answer(**{gate: value})[0]}, {round(100 * shares.max())}\u00a0%"
            if shares.max() < 0.55:
                expected = "no answer, all as likely"
            assert f"and: {expected}. Before your change: he, 100\u00a0%." in said(tab)
            assert f"gate held at {value}." in said(tab)
            held_rows = np.array(read(tab, f"lab.now.steps.map(v => v.{gate})"))
            assert np.all(held_rows == value)
    tab = shown(lab_of("LSTM"), hash="#lab:f=0.25&from=2&to=5&only=3&cut=c")
    assert "Forget gate held at 0.25 in unit 3 at words 2 to 5." in said(tab)
    assert "Road c cut in unit 3 at words 2 to 5" in said(tab)


# what a link of a lesson asks for, the same for NumPy, the answer, the lowest and highest share
TIPS = {
    "LSTM": [
        ("", {}, "he", (0.99, 1)),
        ("w5=clara", {"words": {5: "clara"}}, "she", (0.99, 1)),
        ("w1=tom", {"words": {1: "tom"}}, "he", (0.99, 1)),
        ("i=0", {"i": 0}, None, (0.5, 0.51)),
        ("f=0", {"f": 0}, "she", (0.5, 0.6)),
        ("f=1", {"f": 1}, None, (0.5, 0.6)),
        ("o=0", {"o": 0}, None, (0.5, 0.51)),
        ("o=1", {"o": 1}, "he", (0.99, 1)),
    ],
    "RNN": [
        ("", {}, "French", (0.95, 1)),
        ("cut=h&from=9&to=9", {"cut": "h", "span": (9, 9)}, None, (0.25, 0.3)),
        ("cut=h&from=3&to=3", {"cut": "h", "span": (3, 3)}, "French", (0.95, 1)),
        ("w5=Spain", {"words": {5: "Spain"}}, "Spanish", (0.95, 1)),
    ],
    "GRU": [
        ("", {}, "French", (0.95, 1)),
        ("z=1", {"z": 1}, None, (0.25, 0.25)),
        ("z=0", {"z": 0}, None, (0.25, 0.3)),
        ("z=1&from=6&to=13", {"z": 1, "span": (6, 13)}, "French", (0.95, 1)),
        ("z=0&from=6&to=13", {"z": 0, "span": (6, 13)}, None, (0.25, 0.3)),
        ("z=0.5&from=6&to=13", {"z": 0.5, "span": (6, 13)}, "French", (0.4, 0.9)),
    ],
}


@pytest.mark.parametrize(
    ("kind", "link", "changes", "answer", "shares"),
    [(kind, *tip) for kind, tips in TIPS.items() for tip in tips],
)
def test_a_tip_of_a_lesson_changes_one_thing_and_is_true(
    kind, link, changes, answer, shares, shown
):
    """With nothing kept, written or shown all answers are as likely: the default is neutral."""
    one = lab_of(kind)
    last = len(one.sentence)
    assert answer is None or one.answer(**changes)[0] == answer
    assert shares[0] <= one.answer(**changes)[1] <= shares[1]
    tab = shown(lab_of(kind), hash=f"#lab:step={last}&{link}")
    np.testing.assert_allclose(read(tab, "lab.now.shares"), one.shares(**changes), atol=1e-12)
    state = read(tab, "lab.state")
    changed = [a != b for a, b in zip(state["tokens"], one.tokens, strict=True)]
    assert len(state["held"]) + len(state["cut"]) + sum(changed) == bool(changes)
    assert ("no answer, all as likely" in said(tab)) == (answer is None)


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_a_network_that_has_read_nothing_of_use_has_no_answer(kind):
    one = lab_of(kind)
    silent = [{"cut": "h"}, {"cut": "h", "span": (T, T)}, {"cut": "h", "span": (9, 9)}]
    for changes in silent + [{"z": 1}] * (kind == "GRU"):
        assert one.answer(**changes)[1] < 0.3


def test_a_link_on_the_page_drives_the_lab_and_works_twice(shown):
    link = f'<a href="#lab:step={LAST}&amp;f=0">shut</a>'
    tab = shown(lab_of("LSTM"), links=link)
    assert "and: he" in said(tab)
    for _ in range(2):
        tab.get_by_role("link", name="shut").click()
        tab.wait_for_function("document.querySelector('cell-lab').state.held.f === 0")
        assert "and: she" in said(tab)
        assert read(tab, "document.activeElement === lab")
        tab.get_by_role("button", name="Reset").click()
        assert "and: he" in said(tab) and read(tab, "Object.keys(lab.state.held).length") == 0


def test_a_link_starts_from_what_was_learned(shown):
    tab = shown(lab_of("LSTM"), hash="#lab:step=9&f=0")
    tab.evaluate("location.hash = '#lab:step=5&w5=clara&unit=3'")
    tab.wait_for_function("document.querySelector('cell-lab').state.step === 4")
    assert read(tab, "[lab.state.held.f ?? null, lab.state.unit, lab.state.tokens[4]]") == [
        None, 2, int(lab_of("LSTM").vocab.encode(["clara"])[0]),
    ]  # fmt: skip


def test_a_link_with_nonsense_leaves_the_lab_as_it_was(shown):
    tab = shown(
        lab_of("LSTM"),
        hash="#lab:step=99&unit=-1&q=7&f=2&w3=Mars&w99=tom&cut=x&from=0&only=12&%E0%A4%A",
    )
    assert read(tab, "lab.state") == {
        "step": LAST - 1, "unit": 0, "held": {}, "cut": [], "from": 0, "to": LAST - 1, "only": None,
        "tokens": lab_of("LSTM").tokens.tolist(),
    }  # fmt: skip


def test_a_link_names_one_of_two_labs_which_share_one_definition(shown):
    tab = shown(lab_of("LSTM", name="a"), lab_of("GRU", name="b"), hash="#lab:id=b&step=3&z=1")
    states = tab.evaluate("() => [...document.querySelectorAll('cell-lab')].map(l => l.state.step)")
    assert states == [LAST - 1, 2]
    assert tab.evaluate("() => document.querySelectorAll('cell-lab')[1].state.held.z") == 1


def test_another_word_is_computed_anew(shown):
    one, tab = lab_of("LSTM"), shown(lab_of("LSTM"))
    read(tab, "lab.go(4)")
    tab.get_by_label("Change word 5").select_option(label="clara")
    np.testing.assert_allclose(
        read(tab, "lab.now.shares"), one.shares(words={5: "clara"}), atol=1e-12
    )
    assert read(tab, "lab.names[4].textContent") == "clara"
    read(tab, f"lab.go({LAST - 1})")
    assert "and: she" in said(tab)


def test_a_road_is_cut_at_one_word_with_the_controls(shown):
    one, tab = lab_of("RNN"), shown(lab_of("RNN"))
    tab.get_by_label("cut h").check()
    tab.get_by_label("from word").select_option(label="9")
    tab.get_by_label("to", exact=True).select_option(label="9")
    expected = one.shares(cut="h", span=(9, 9))
    np.testing.assert_allclose(read(tab, "lab.now.shares"), expected, atol=1e-12)
    assert read(tab, "lab.now.steps[8].h_prev").count(0) == 6 and "no answer" in said(tab)


def test_a_gate_is_held_by_moving_its_slider_and_freed_by_its_box(shown):
    one, tab = lab_of("GRU"), shown(lab_of("GRU"))
    slider, box = tab.get_by_label("update gate", exact=True), tab.get_by_label("hold update")
    assert not box.is_checked()
    slider.fill("0.4")
    np.testing.assert_allclose(read(tab, "lab.now.shares"), one.shares(z=0.4), atol=1e-12)
    assert box.is_checked()
    box.uncheck()
    np.testing.assert_allclose(read(tab, "lab.now.shares"), one.shares(), atol=1e-12)


def test_a_word_moves_and_the_run_before_stays(shown):
    one, tab = lab_of("RNN"), shown(lab_of("RNN"), hash="#lab:step=5")
    tab.get_by_role("button", name="Move the word one place on").click()
    words = {5: "sold", 6: "France"}
    np.testing.assert_allclose(read(tab, "lab.now.shares"), one.shares(words=words), atol=1e-12)
    np.testing.assert_allclose(read(tab, "lab.before.shares"), one.shares(), atol=1e-12)
    assert read(tab, "lab.state.step") == 5


def test_the_difference_between_the_runs_is_marked_where_there_is_one(shown):
    tab = shown(lab_of("LSTM"), hash="#lab:step=9&unit=4&w5=clara")
    marks = "lab.rows.map(r => r.marks.map(m => m.dot.getAttribute('visibility') === 'visible'))"
    marks, names = np.array(read(tab, marks)), read(tab, "lab.rows.map(r => r.name)")
    runs = ("lab.now", "lab.before")
    now, before = (np.array(read(tab, f"{run}.steps.map(v => v.c[3])")) for run in runs)
    full = max(1, np.abs([now, before]).max())
    np.testing.assert_array_equal(marks[names.index("c")], np.abs(now - before) >= 0.05 * full)
    assert not marks[:, :4].any() and marks.any()
    tab = shown(lab_of("LSTM"))
    hidden = (
        "lab.rows.every(r => r.marks.every(m => m.was.getAttribute('visibility') === 'hidden'))"
    )
    assert read(tab, hidden)


def test_the_keyboard_reaches_everything_and_steps(shown):
    tab = shown(lab_of("LSTM"))
    names = []
    for _ in range(21):
        tab.keyboard.press("Tab")
        names.append(read(tab, FOCUSED))
        if names[-1] == "Word of the sentence":
            tab.keyboard.press("Home")
            tab.keyboard.press("ArrowRight")
    order = ["Back one word", "Play", "On one word", "Word of the sentence", "Change word 2"]
    order += ["Move the word one place back", "Move the word one place on"]
    order += [f"{what} {gate}" for gate in ("forget", "input", "output") for what in ("hold", "")]
    order = [f"{name.strip()} gate" if name.startswith(" ") else name for name in order]
    order += ["Unit", "cut c", "cut h", "in", "from word", "to", "Reset", "The numbers"]
    assert [name.split("\n")[0].strip() for name in names] == order
    assert said(tab).startswith("Asked after word 2, walked:")


def test_the_lab_plays_to_the_end_and_then_rests(shown):
    tab = shown(lab_of("RNN"))
    read(tab, f"lab.go({T - 2})")
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function(f"document.querySelector('cell-lab').state.step === {T - 1}")
    assert tab.get_by_role("button", name="Play").is_visible()
    assert read(tab, "[lab.timer, lab.said.getAttribute('aria-live')]") == [None, "polite"]


def test_a_playing_lab_can_be_stopped_and_does_not_speak_at_each_word(shown):
    tab = shown(lab_of("RNN"))
    tab.get_by_role("button", name="Play").click()
    assert read(tab, "lab.said.getAttribute('aria-live')") == "off"
    tab.get_by_role("button", name="Pause").click()
    assert read(tab, "[lab.state.step, lab.timer]") == [0, None]


def test_a_column_of_the_map_is_chosen_by_a_click(shown):
    tab = shown(lab_of("GRU"))
    box = tab.locator("svg.map").bounding_box()
    x, height = 68 + 230 / T * 4.5, float(read(tab, "lab.units.y")) + 11 * 2.5
    scale = box["width"] / 300
    tab.mouse.click(box["x"] + scale * x, box["y"] + scale * height)
    assert read(tab, "[lab.state.step, lab.state.unit]") == [4, 2]


def test_signs_and_shares_do_not_hang_on_colour(shown):
    tab = shown(lab_of("LSTM", unit=4))
    hollow = "lab.units.marks.map(row => row.map(m => m.getAttribute('fill') === 'none'))"
    values = [np.array(read(tab, f"lab.now.steps.map(v => v.{n})")) for n in "cf"]
    np.testing.assert_array_equal(read(tab, hollow), values[0].T < 0)
    bar = """lab.rows.map(r => r.marks.map(({now}) => [
      r.y, +now.getAttribute('y'), +now.getAttribute('height')]))"""
    bars, names = np.array(read(tab, bar)), read(tab, "lab.rows.map(r => r.name)")
    gate, state = bars[names.index("f")], bars[names.index("c")]
    np.testing.assert_allclose(gate[:, 2], 27 * values[1][:, 3], atol=0.01)
    below = state[:, 1] >= state[:, 0] + 14
    np.testing.assert_array_equal(below, values[0][:, 3] < 0)


@pytest.mark.parametrize("name", [*KINDS, "attention"])
def test_without_a_script_the_drawing_is_there(name, shown):
    tab = shown(lab_of(name), scripts=False)
    drawing = tab.locator("svg.lesson-svg")
    assert drawing.is_visible() and drawing.bounding_box()["height"] > 100
    assert tab.get_by_text("Without a script the drawing stands still.").is_visible()
    assert "One unit" in drawing.get_attribute("aria-label")


@pytest.mark.parametrize("name", [*KINDS, "attention"])
def test_a_phone_shows_all_of_it_and_a_finger_finds_it(name, shown):
    tag = "attention-lab" if name == "attention" else "cell-lab"
    tab = shown(lab_of(name), width=390)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    small = read(
        tab,
        """[...lab.box.querySelectorAll('button, select, summary, input')]
      .filter(e => e.checkVisibility()).map(e => e.type === 'checkbox' ? e.closest('label') : e)
      .filter(e => e.getBoundingClientRect().height < 40 || e.getBoundingClientRect().width < 40)
      .map(e => e.outerHTML)""",
        tag,
    )
    assert small == []


@pytest.fixture
def two_languages(monkeypatch):
    """English, and an invented language that has words of its own for a few things."""
    english = page.labels("en")
    own = {"reset": "Denove", "held": "{gate}: {value}!", "drawn": {"forget": "forgesi"}}
    words = {"en": english, "eo": {**english, **own}}
    monkeypatch.setattr(page, "words", lambda: words)


@pytest.mark.parametrize("name", ["LSTM", "attention"])
def test_the_words_follow_the_language_of_the_page(name, shown, two_languages):
    tag = "attention-lab" if name == "attention" else "cell-lab"
    tab = shown(lab_of(name), lang="eo-XX")
    assert "Denove" in read(tab, "lab.box.textContent", tag)
    own = shown(lab_of(name, lang="eo"))
    assert said(own, tag) == said(tab, tag)
    if name == "LSTM":
        assert "forgesi 0." in read(own, "lab.drawing.textContent")
        assert "forget gate: 0!" in said(shown(lab_of(name), lang="eo", hash="#lab:f=0")).lower()


@pytest.mark.parametrize("language", page.words())
def test_every_language_says_the_same_things(language):
    english, other = page.labels("en"), page.labels(language)
    assert english.keys() == other.keys()
    for key, text in english.items():
        if key != "drawn":
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other[key])), key
    drawn = [
        e for d in (diagrams.rnn, diagrams.lstm, diagrams.gru) for e in d().description.elements
    ]
    told = {e.text for e in drawn if isinstance(e, Label) and e.text and "$" not in e.text}
    assert language == "en" or told <= other["drawn"].keys()


ATTENTION = [
    ({}, ""),
    ({"scale": False, "query": 1}, "query=1&scale=0"),
    ({"query": 3, "causal": True}, "query=3&causal=1"),
    ({"hide": [2, 5]}, "hide=2,5"),
    ({"padding": 3, "query": 2}, "query=2&padding=3"),
    ({"q": [1, -0.5, 0, 2], "hide": [1]}, "q=1,-0.5,0,2&hide=1"),
    ({"hide": range(1, 8)}, "hide=1,2,3,4,5,6,7"),
    ({"words": {2: "Spain", 6: "bread"}}, "w2=Spain&w6=bread"),
    ({"values": {2: 6}}, "v2=6"),
    ({"values": {2: 6}, "words": {6: "China"}, "query": 4}, "v2=6&w6=China&query=4"),
]


@pytest.mark.parametrize(("changes", "link"), ATTENTION)
def test_the_lookup_of_the_page_is_the_one_of_the_library(changes, link, shown):
    one, tab = lab_of("attention"), shown(lab_of("attention"), hash="#lab:" + link)
    scores, weights, context = one.look(**changes)
    for name, expected in (("scores", scores), ("weights", weights), ("context", context)):
        found = read(tab, f"lab.now.rows[lab.state.query].{name}", "attention-lab")
        np.testing.assert_allclose(found, expected, atol=1e-12)
    rows = table(tab, "attention-lab")
    np.testing.assert_allclose([float(r[4]) for r in rows[:-1]], weights, atol=5.1e-5)
    answer, share = one.answer(**changes)
    told = "no answer, all as" if share < 0.3 else f"{answer}, {round(100 * share)}"
    assert f"leads to: {told}" in said(tab, "attention-lab")
    if not weights.any():
        assert "every word is masked" in said(tab, "attention-lab")


def test_the_reader_asks_and_masks_with_the_controls(shown):
    one, tab = lab_of("attention"), shown(lab_of("attention"))
    tab.get_by_label("Query", exact=True).select_option(label="1 I grew up in")
    tab.get_by_role("button", name="France").click()
    tab.get_by_text("scores / √4").click()
    np.testing.assert_allclose(
        read(tab, "lab.now.rows[lab.state.query].weights", "attention-lab"),
        one.look(1, hide=[2], scale=False)[1], atol=1e-12,
    )  # fmt: skip
    assert tab.get_by_role("button", name="France").get_attribute("aria-pressed") == "false"
    tab.get_by_text("Dial your own query").click()
    tab.get_by_label("query number 2").fill("3")
    q = [*one.vectors()[0][0]]
    q[1] = 3
    np.testing.assert_allclose(
        read(tab, "lab.now.rows[lab.state.query].weights", "attention-lab"),
        one.look(1, q=q, hide=[2], scale=False)[1], atol=1e-12,
    )  # fmt: skip


def test_the_rows_of_the_map_are_all_queries(shown):
    one, tab = lab_of("attention"), shown(lab_of("attention"), hash="#lab:causal=1")
    heights = read(
        tab, "lab.cells.map(r => r.map(({now}) => +now.getAttribute('height')))", "attention-lab"
    )
    expected = [24 * one.look(i, causal=True)[1] for i in range(1, 8)]
    np.testing.assert_allclose(heights, expected, atol=0.01)
    crosses = read(
        tab,
        "lab.cells.map(r => r.map(({cross}) => cross.getAttribute('visibility') === 'visible'))",
        "attention-lab",
    )
    np.testing.assert_array_equal(crosses, ~np.tril(np.ones((7, 7), bool)))


@pytest.mark.parametrize("name", [*KINDS, "attention"])
def test_the_same_lab_is_the_same_text_and_loads_nothing(name):
    html = lab_of(name)._repr_html_()
    assert html == lab_of(name)._repr_html_() and repr(lab_of(name)) == repr(lab_of(name))
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)|\bimport\(|fetch\(", html + page.script()
    )
    assert 'data-lm-suppress-shortcuts="true"' in html
    assert len(page.compact(lab_of(name).data())) < 8_500


@pytest.mark.parametrize("name", [*KINDS, "attention"])
def test_a_change_of_the_script_changes_no_stored_output(name, monkeypatch):
    monkeypatch.setenv("LESSONS_QUIET", "1")  # as where outputs are stored
    before, script, reads = lab_of(name)._repr_html_(), page.script(), page._read
    monkeypatch.setattr(page, "_read", lambda file: reads(file) + ";" * file.endswith(".js"))
    assert page.script() != script and lab_of(name)._repr_html_() == before


def test_a_notebook_that_is_run_has_the_script_and_lives(monkeypatch):
    monkeypatch.delenv("LESSONS_QUIET", raising=False)
    html = lab_of("RNN")._repr_html_()
    assert html.count("<script>") == 1 and page.script() in html
    monkeypatch.setenv("LESSONS_QUIET", "1")
    assert html.startswith(lab_of("RNN")._repr_html_())


def test_text_that_looks_like_markup_stays_text():
    html = lab_of("LSTM", title='<b> & "q"')._repr_html_()
    assert 'data-title="&lt;b&gt; &amp; &quot;q&quot;"' in html
    assert page.compact({"a": "</script>"}) == '{"a":"\\u003c/script>"}'


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lab_of("LSTM", step=10), "step counts from 1 to 9"),
        (lambda: lab_of("LSTM", unit=0), "unit from 1 to 8"),
        (lambda: lab_of("LSTM", name="1 x")._repr_html_(), "name of a lab"),
        (lambda: lab_of("LSTM", lang="fr")._repr_html_(), "speak en, not 'fr'"),
        (lambda: lab_of("LSTM").answer(z=0), "LSTM has no gate z; its gates are f, i, o"),
        (lambda: lab_of("RNN").answer(f=0), "its gates are none"),
        (lambda: lab_of("GRU").answer(words={1: "Mars"}), "unknown symbols"),
        (lambda: living.load("lstm"), "choose from RNN, LSTM, GRU, attention"),
        (lambda: lab_of("attention", query=8), "query counts from 1 to 7"),
        (lambda: attends(["France"]), "room for 2 to 8 words, got 1"),
        (lambda: attends(living.SHORT, ["yes"]), "writes 4 answers, but there are 16 and 1"),
        (lambda: lab_of("LSTM").answer(cut="x"), "LSTM has no road x; its roads are h, c"),
        (lambda: lab_of("LSTM").answer(f=1.5), "gate f cannot be held at"),
        (lambda: held.gates_of(LSTMVariant(2, 2, rng=RNG, coupled=True)), "without peepholes"),
        (lambda: diagrams.lstm().live({"f": 0.5}), "missing: c, c_prev"),
        (lambda: diagrams.lookup(["a"]), "room for 2 to 8 words"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_lab_of_the_wrong_size_says_what_it_got():
    trained = living.load("GRU")
    with pytest.raises(ValueError, match="2 to 20 words and 12 units, got 1 words"):
        living.CellLab(trained.model, trained.vocab, ["often"], trained.answers)
    with pytest.raises(ValueError, match="writes 4 answers, but there are 16 and 2"):
        living.CellLab(trained.model, trained.vocab, living.SENTENCE, ["yes", "no"])


@pytest.mark.parametrize("T", [40, 200])
def test_the_stored_lstm_says_she_and_he_as_well_as_stored(T):
    trained = living.load("LSTM")
    test = agreement.pronoun_streams(T, 64, rng=np.random.default_rng(T))
    fresh = training.accuracy(trained.model.forward(test.x)[0], test.gender, test.mask)
    assert fresh == trained.accuracy[T,] == 1


@pytest.mark.parametrize("name", living_cells.NETWORKS)
def test_the_stored_networks_answer_as_well_as_stored(name):
    trained, before = living.load(name), living_cells.NETWORKS[name][-1] and 5
    scores = list(trained.accuracy.values())
    fresh = []
    for gap, visits in trained.accuracy:
        test = living.home_sentences(
            gap, 400, rng=np.random.default_rng([1, gap]), distractors=visits, before=before
        )
        fresh.append(training.accuracy(trained.model.forward(test.x)[0], test.y))
    np.testing.assert_allclose(fresh, scores, atol=0.05)
    assert scores[:2] == [1, 1]
    assert min(fresh) > 0.97


def test_the_small_language_keeps_the_answer_of_the_long_one():
    sentences = living.home_sentences(11, 64, rng=np.random.default_rng(0), distractors=2, before=5)
    homes = dict(language.PAIRS)
    for b in range(64):
        text = sentences.read(b)
        country = re.search(r"I grew up in (\w+)", text)[1]
        assert text.endswith(f"I speak fluent [{homes[country]}]")
        assert text.count("visited") == 3 and sentences.tokens.shape == (19, 64)
    assert set(sentences.y) == {0, 1, 2, 3}


@pytest.mark.parametrize("path", notebooks(), ids=lambda p: p.stem)
def test_every_link_to_a_lab_has_one_and_asks_for_something_it_knows(path):
    nb = json.loads(path.read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in nb["cells"]]
    links = re.findall(r'href="#lab:([^"]*)"', "\n".join(sources))
    labs = sum(
        source.count("living.CellLab(") + source.count("living.AttentionLab(") for source in sources
    )
    assert bool(links) == bool(labs) and labs <= 1
    known = set("step unit only from to cut f i o r z query q hide causal padding scale".split())
    for link in links:
        for pair in link.split("&amp;"):
            key, value = pair.split("=")
            assert key in known or re.fullmatch(r"[wv]\d+", key), pair
            assert not key.startswith("w") or value in {
                quote_plus(word)
                for vocab in (language.VOCAB, agreement.PRONOUN_VOCAB)
                for word in vocab.symbols
            }


FILLER = "painted bread often sold clocks gladly".split() * 2
FAR = ["I grew up in", "France", *FILLER, "I speak fluent"]
LESSONS = {  # what is shown, and what it shows first
    "1_rnn/loop_with_state": ("RNN", {}),
    "2_long_term_dependencies/sky_and_france": ("RNN", {"sentence": FAR}),
    "3_lstm/four_steps": ("LSTM", {"unit": 4}),
    "3_lstm/inside_a_cell": ("LSTM", {"unit": 4}),
    "4_gru/two_gates": ("GRU", {}),
    "5_attention/soft_lookup": ("attention", {}),
}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_shows_its_lab_in_the_stored_output_and_no_script(name):
    path, (kind, options) = ROOT / "book" / f"{name}.ipynb", LESSONS[name]
    tag = "attention-lab" if kind == "attention" else "cell-lab"
    outputs = [
        "".join(out.get("data", {}).get("text/html", ""))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for out in cell.get("outputs", [])
    ]
    one = lab_of(kind, **options)
    shown = [h for h in outputs if f"<{tag}" in h and page.compact(one.data()) in h]
    assert shown, "no stored output has the lab as it is drawn now: run `make notebooks ONLY=…`"
    assert not any("<script>" in html for html in outputs)
    assert all(one.drawing() in html for html in shown)


def asked_by(link):
    """What a link of a lesson asks for  →  step or None, changes as NumPy takes them."""
    given = dict(pair.split("=") for pair in unquote_plus(link).split("&amp;"))
    step, _ = given.pop("step", None), given.pop("unit", None)
    changes = {key: given.pop(key) for key in ("cut",) if key in given}
    if "from" in given:
        changes["span"] = int(given.pop("from")), int(given.pop("to"))
    for letter, name in (("w", "words"), ("v", "values")):
        places = {int(k[1:]): given.pop(k) for k in [*given] if re.fullmatch(letter + r"\d+", k)}
        if places:
            changes[name] = {p: int(v) if letter == "v" else v for p, v in places.items()}
    for key, value in given.items():
        numbers = [float(part) for part in value.split(",")]
        changes[key] = numbers if key in ("hide", "q") else numbers[0]
    if "scale" in changes:
        changes["scale"] = bool(changes["scale"])
    return step and int(step), changes


@pytest.mark.parametrize("name", LESSONS)
def test_every_link_of_a_lesson_shows_what_numpy_says_and_changes_one_thing(name, shown):
    kind, options = LESSONS[name]
    tag, one = "attention-lab" if kind == "attention" else "cell-lab", lab_of(kind, **options)
    cells_of = json.loads((ROOT / "book" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells_of)
    tab, before = shown(one), {}
    for link in re.findall(r'href="#lab:([^"]*)"', text):
        step, changes = asked_by(link)
        tab.evaluate("hash => { location.hash = hash; }", "#lab:" + link.replace("&amp;", "&"))
        tab.wait_for_function(f"document.querySelector('{tag}').box.matches(':focus')")
        here = "lab.now.rows[lab.state.query]" if kind == "attention" else "lab.now"
        expected = one.shares(**changes)
        np.testing.assert_allclose(read(tab, f"{here}.shares", tag), expected, atol=1e-12)
        assert step is None or read(tab, "lab.state.step", tag) == step - 1
        new = {key for key in changes if changes[key] != before.get(key)} - {"span"}
        assert len(set(changes) - {"span"}) <= 1 or len(new) == 1, link
        before = changes
        tab.evaluate("document.activeElement.blur()")
