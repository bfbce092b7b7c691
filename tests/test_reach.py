"""The reach lab: the page computes what NumPy computes, and a reader can use it."""

import gzip

import numpy as np
import pytest

from lessons_lib import experiments, tasks
from lessons_lib.tasks.sentences import GAP_VOCAB, HOMES
from lessons_lib.text import one_hot
from tests.page_scripts import AXE
from tools.environment import ROOT
from tools.site import reach
from tools.upkeep import reach_networks

STATIC = ROOT / "book" / "_static"
GAPS = experiments.GAPS
STORED = reach_networks.read()
LIMIT = 60_000  # bytes of weights and script, compressed
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="page.css">
<body class="start-page"><main class="bd-article"><h1>Reach</h1>{}</main>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page of the lab alone beside what it loads."""
    to = tmp_path_factory.mktemp("reach")
    for name in ("reach.js", "reach_weights.js", "page.css"):
        (to / name).write_bytes((STATIC / name).read_bytes())
    text = HEAD.format(reach.lab("reach_weights.js"))
    (to / "still.html").write_text(text, encoding="utf-8")
    (to / "live.html").write_text(f'{text}<script src="reach.js"></script>', encoding="utf-8")
    return to


@pytest.fixture(scope="module")
def opened(chromium, folder):
    tab = chromium.new_page(viewport={"width": 1280, "height": 900})
    tab.asked, tab.faults = [], []
    tab.on("request", lambda r: tab.asked.append(r.url))
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.goto((folder / "live.html").as_uri())
    tab.wait_for_selector(".reach-lab[data-alive]", timeout=20000)
    yield tab
    tab.close()


@pytest.fixture
def tab(opened):
    yield opened
    assert not opened.faults


def ask(tab, script, *given):
    return tab.evaluate(
        f"given => {{ const lab = document.querySelector('.reach-lab').reach; {script} }}", given
    )


def at(tab, place):
    """Move the slider, and wait until all sentences are read."""
    ask(tab, "lab.slider.value = given[0]; lab.slider.oninput()", place)
    tab.wait_for_function("document.querySelector('.reach-lab').reach.done === 100")


@pytest.mark.parametrize("place", range(len(GAPS)), ids=[f"gap {gap}" for gap in GAPS])
def test_scores_and_gradients_are_those_of_numpy(place, tab):
    at(tab, place)
    found = ask(
        tab,
        """return {sentences: lab.sentences, hits: lab.hits,
        rows: lab.rows.map(r => [[...r.scores], [...r.dx]])}""",
    )
    tokens = np.array([one["tokens"] for one in found["sentences"]]).T
    right = np.array([one["answer"] for one in found["sentences"]])
    x = one_hot(tokens, len(GAP_VOCAB))
    for name, hits, (scores, dx) in zip(
        STORED["networks"], found["hits"], found["rows"], strict=True
    ):
        model = reach_networks.load(name, GAPS[place], STORED)
        expected = model.forward(x)[0]
        np.testing.assert_allclose(scores, expected[0], rtol=1e-9, atol=1e-9)
        assert hits == (expected.argmax(axis=1) == right).sum(), name
        # a gate shut to its last bit leaves few digits in 1 - tanh²; the page shows a power of ten
        sizes = [np.linalg.norm(v) for v in (dx, reach.gradient(model, x[:, :1], right[0]))]
        assert sizes[0] == pytest.approx(sizes[1], rel=0.02, abs=1e-24), name


@pytest.mark.parametrize("name", STORED["networks"])
def test_with_weights_of_order_one_the_gradient_is_that_of_numpy(name, tab):
    at(tab, 2)
    rng, n = np.random.default_rng(3), list(STORED["networks"]).index(name)
    model = reach_networks.load(name, GAPS[2], STORED)
    for array in model.params.values():
        array[...] = 0.7 * rng.standard_normal(array.shape)
    p = {key.removeprefix("cell."): a.ravel().tolist() for key, a in model.params.items()}
    tokens, answer = ask(tab, "const s = lab.sentences[0]; return [s.tokens, s.answer]")
    script = """const net = {...lab.rows[given[0]].net[2], p: given[1]};
        for (const key in net.p) net.p[key] = Float64Array.from(net.p[key]);
        return [[...net.scores(net, given[2])], [...net.gradient(net, given[2], given[3])]]"""
    scores, dx = ask(tab, script, n, p, tokens, answer)
    x = one_hot(np.array(tokens), len(GAP_VOCAB))[:, None]
    np.testing.assert_allclose(scores, model.forward(x)[0][0], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(dx, reach.gradient(model, x, answer), rtol=1e-8, atol=1e-15)


def test_the_scores_agree_at_every_word(tab):
    """A recurrent network read out after each prefix, so that no step hides behind a later one."""
    at(tab, 2)
    place, tokens = 2, np.array(ask(tab, "return lab.sentences[0].tokens"))
    names = [name for name in STORED["networks"] if name != "Self-attention"]
    for n, name in enumerate(names):
        model = reach_networks.load(name, GAPS[place], STORED)
        hs, _, _ = model.cell.forward(one_hot(tokens, len(GAP_VOCAB))[:, None])
        expected = hs[:, 0] @ model.read_out["W_hy"] + model.read_out["b_y"]
        script = """const net = lab.rows[given[0]].net[given[1]], words = lab.sentences[0].tokens;
            return words.map((_, t) => [...net.scores(net, words.slice(0, t + 1))])"""
        np.testing.assert_allclose(ask(tab, script, n, place), expected, atol=1e-10, err_msg=name)


def test_a_fresh_sentence_is_one_of_the_lessons(tab):
    at(tab, 3)
    sentences = ask(tab, "return lab.sentences")
    for one in sentences:
        words = GAP_VOCAB.decode(np.array(one["tokens"]))
        country, language = HOMES[one["answer"]]
        assert words.startswith(f"I grew up in {country} ") and words.endswith(" I speak fluent")
        assert len(one["tokens"]) == GAPS[3] + 3 and tab.locator(".sentence em")
    lesson = tasks.gap_sentences(GAPS[3], 200, rng=np.random.default_rng(0)).tokens
    ours = np.array([one["tokens"] for one in sentences]).T
    for row, its in zip(lesson, ours, strict=True):
        assert set(its) <= set(row)
    assert len({tuple(one["tokens"]) for one in sentences}) == len(sentences)


def test_the_weights_are_small_and_say_how_they_were_made():
    size = sum(
        len(gzip.compress((STATIC / f).read_bytes())) for f in ("reach_weights.js", "reach.js")
    )
    assert size <= LIMIT
    assert STORED["gaps"] == list(GAPS) and STORED["answers"] == [answer for _, answer in HOMES]
    assert STORED["words"] == list(GAP_VOCAB.symbols)
    assert list(STORED["networks"]) == list(reach_networks.MODELS) == list(reach.ROWS)


@pytest.mark.parametrize(("name", "gap"), [("LSTM chrono", 200), ("GRU", 100), ("RNN", 50)])
def test_a_stored_network_answers_as_well_as_is_said_of_it(name, gap):
    said = STORED["networks"][name]["runs"][GAPS.index(gap)]["accuracy"]
    model = reach_networks.load(name, gap, STORED)
    test = tasks.gap_sentences(gap, 256, rng=np.random.default_rng([reach_networks.SEED, 2]))
    assert (model.forward(test.x)[0].argmax(axis=1) == test.y).mean() == pytest.approx(
        said, abs=0.012
    )


def test_training_again_gives_the_stored_bytes_of_a_network():
    """The command of the file makes what is in it, up to what another CPU may round."""
    whole, said = reach_networks.run("Self-attention", 2)
    stored = reach_networks.load("Self-attention", 2, STORED).params
    again = reach_networks.MODELS["Self-attention"][0](np.random.default_rng(0), 2, "float64")
    again = reach_networks.filled(again, whole, said["scales"])
    for key, array in again.params.items():
        np.testing.assert_allclose(array, stored[key], atol=0.1 * np.abs(stored[key]).max())


def test_without_a_script_the_table_stands_with_true_numbers(folder, chromium):
    context = chromium.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto((folder / "still.html").as_uri())
    test = tasks.gap_sentences(reach.FIRST, reach.COUNT, rng=np.random.default_rng(0))
    rows = still.locator("[data-network]")
    assert rows.count() == len(reach.ROWS)
    for k, name in enumerate(reach.ROWS):
        model = reach_networks.load(name, reach.FIRST, STORED)
        right = (model.forward(test.x)[0].argmax(axis=1) == test.y).sum()
        assert rows.nth(k).locator(".right b").inner_text() == f"{right}\u00a0%"
    context.close()


def test_the_keyboard_moves_the_gap_and_hears_what_came_out(tab):
    tab.locator("input").focus()
    tab.keyboard.press("End")
    tab.wait_for_function("document.querySelector('.reach-lab').reach.done === 100")
    assert tab.locator("input").get_attribute("aria-valuetext") == "200 words"
    said = tab.get_by_role("status").inner_text()
    assert said.startswith("Right with a gap of 200 words: RNN") and "Attention" in said
    tab.keyboard.press("Home")
    assert tab.get_by_label("Gap: 2 words").count() == 1
    before = ask(tab, "return lab.sentences[0].tokens.join()")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert ask(tab, "return lab.sentences[0].tokens.join()") != before
    assert tab.get_by_role("row").count() == 7
    assert tab.get_by_role("rowheader", name="GRU").count() == 1


def test_the_table_says_what_the_sweep_of_the_lessons_found(tab):
    at(tab, 6)
    for k, name in enumerate(reach.ROWS):
        assert tab.locator(".runs b").nth(k).inner_text() == reach.solved(name)[6]


def test_nothing_else_is_loaded_and_axe_finds_nothing(tab, folder):
    assert {url.rpartition("/")[2] for url in tab.asked} == {
        "live.html", "page.css", "reach.js", "reach_weights.js",
    }  # fmt: skip
    tab.evaluate(AXE)
    found = tab.evaluate("axe.run('.reach-lab').then(f => f.violations.map(v => v.id))")
    assert not found
