"""film: a drawing that plays, stands still on request, and obeys its buttons, without a script."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lessons_kit import diagrams
from lessons_lib import cells, flow

WORDS = "the clouds are in the".split()
SQUARES = [f'<rect x="{10 * k}" y="0" width="10" height="10"/>' for k in range(3)]
LABELS = ["one", "two", "$h_3$"]


def running():
    """The clouds through an RNN  →  cell, x, hs."""
    rng = np.random.default_rng(3)
    cell = cells.RNN(8, 4, rng=rng)
    vectors = {word: rng.standard_normal((1, 8)) for word in sorted(set(WORDS))}
    x = np.stack([vectors[word] for word in WORDS])
    return cell, x, cell.forward(x)[0]


def films():
    cell, x, hs = running()
    return [
        diagrams.film(SQUARES, LABELS, "Three squares.", 0.5, size=(30, 10)),
        diagrams.state_film(WORDS, hs),
        diagrams.gradient_film(WORDS, flow.jacobian_norms(cell, x)),
    ]


def svg_of(picture):
    return ET.fromstring(re.search(r"<svg.*</svg>", picture.html, re.S)[0])


def shots(picture):
    """Text and drawing of each frame, as XML."""
    groups = [g for g in svg_of(picture) if "shot" in g.get("class", "")]
    return [ET.tostring(g, encoding="unicode") for g in groups]


def test_a_film_needs_no_script_no_id_and_little_room():
    for picture in films():
        assert not re.search(r"<script|\son\w+=|\sid=|\shref=|url\(|@import", picture.html)
        assert len(picture.html.encode()) < 20_000


def test_a_form_that_a_browser_submits_on_enter_goes_nowhere():
    assert all('method="dialog"' in picture.html for picture in films())


def test_the_same_film_is_the_same_text():
    assert [picture.html for picture in films()] == [picture.html for picture in films()]


def test_a_film_says_in_words_what_it_shows_and_names_its_buttons():
    picture = films()[0]
    root = svg_of(picture)
    assert (root.get("role"), root.get("aria-label")) == ("img", "Three squares.")
    assert repr(picture) == "Three squares."
    names = re.findall(r'type="radio"[^>]*aria-label="([^"]*)"', picture.html)
    assert names == ["1: one", "2: two", "3: h_3"]
    assert 'role="radiogroup"' in picture.html and "▶ play" in picture.html


def test_whole_drawings_of_one_size_become_frames_without_their_titles():
    drawing = diagrams.rnn()
    picture = diagrams.film([drawing.svg(s) for s in drawing.steps], drawing.steps, "An RNN.")
    assert svg_of(picture).get("viewBox") == "0 0 400 228"
    assert len(shots(picture)) == 3
    assert picture.html.count("<svg") == 1 and "<title" not in picture.html


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        (SQUARES[:1], {}, "2 to 12 frames"),
        (SQUARES[:2], {}, "as many labels"),
        (SQUARES, {"alt": " "}, "alt is empty"),
        (SQUARES, {"seconds_per_frame": 0.1}, "flickers"),
        (SQUARES, {"seconds_per_frame": float("nan")}, "flickers"),
        (SQUARES, {"trail": 1.5}, "opacity from 0 to 1"),
        ([*SQUARES[:2], '<g id="a"/>'], {}, "frame 2 has an id"),
        ([*SQUARES[:2], '<svg viewBox="0 0 1 1"></svg>'], {}, "of one viewBox"),
        ([f'<svg viewBox="0 0 1 {k}"></svg>' for k in range(3)], {}, "of one viewBox"),
    ],
)
def test_frames_that_do_not_fit_are_refused_in_words(frames, options, message):
    with pytest.raises(ValueError, match=message):
        diagrams.film(frames, LABELS, **{"alt": "Squares.", **options})


def test_the_state_film_prints_every_number_of_the_state_after_its_word():
    _, _, hs = running()
    picture = diagrams.state_film(WORDS, hs)
    frames = shots(picture)
    assert len(frames) == len(WORDS) + 1
    for frame, h in zip(frames[1:], hs[:, 0], strict=True):
        printed = re.findall(r">([+−]?\d\.\d\d)<", frame)
        assert printed == [f"{value:+.2f}".replace("-", "−") for value in h]
        assert all(number in picture.alt for number in printed)


def test_a_unit_is_a_square_of_the_area_of_its_value_and_hollow_when_negative():
    frame = shots(diagrams.state_film(["up"], [[1.0, -1.0, 0.25, 0.0]]))[1]
    sides = re.findall(
        r'<[^>]*rect [^>]*width="([\d.]+)"[^>]*stroke-width="([\d.]+)"[^>]*style', frame
    )
    assert sides == [("14.0", "0.0"), ("12.0", "2.0"), ("7.0", "0.0"), ("0.0", "0.0")]
    assert frame.count("fill:none;stroke:var(--lesson-negative") == 1
    assert re.findall(r">([+−]?\d\.\d\d)<", frame) == ["+1.00", "−1.00", "+0.25", "0.00"]


def test_the_state_film_starts_from_the_state_it_is_given():
    assert "0.00, 0.00; h_1" in diagrams.state_film(["up"], [[0.1, 0.2]]).alt
    assert "+0.50, −0.50; h_1" in diagrams.state_film(["up"], [[0.1, 0.2]], [0.5, -0.5]).alt


def test_the_gradient_film_travels_from_the_last_word_to_the_start():
    picture = diagrams.gradient_film(["a", "b"], [1.0, 3e-2, 3e-5])
    first, second, third = shots(picture)
    assert ">1<" in first and ">0.03<" in second and ">3e-05<" in third
    assert "h_2 (b) 1, h_1 (a) 0.03, h_0 (before the first word) 3e-05" in picture.alt


def test_bars_of_equal_ratios_differ_by_equal_steps_and_a_zero_has_no_bar():
    picture = diagrams.gradient_film(["a", "b", "c"], [1.0, 1e-2, 1e-4, 0.0])
    tall = [float(re.search(r'width="18" height="([\d.]+)"', frame)[1]) for frame in shots(picture)]
    assert tall[0] - tall[1] == pytest.approx(tall[1] - tall[2], abs=0.2)
    assert tall[2] > 0 == tall[3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diagrams.state_film(["a"] * 8, np.zeros((8, 2))), "1 to 7 words"),
        (lambda: diagrams.state_film([], np.zeros((0, 2))), "1 to 7 words"),
        (lambda: diagrams.state_film(["a"], np.zeros((2, 2))), r"need hs \(1, 1, H\)"),
        (lambda: diagrams.state_film(["a"], np.zeros((1, 2, 3))), "got"),
        (lambda: diagrams.state_film(["a"], np.zeros((1, 9))), r"hs\[:, :1, :8\]"),
        (lambda: diagrams.state_film(["a"], [[np.nan]]), "NaN"),
        (lambda: diagrams.state_film(["a"], [[0.1]], [0.0, 0.0]), "h_0 has 2 units"),
        (lambda: diagrams.gradient_film(["a", "b"], [1, 1]), r"norms must be \(3,\)"),
        (lambda: diagrams.gradient_film(["a"], [1, -1]), "≥ 0"),
        (lambda: diagrams.gradient_film(["a"], [0, 0]), "not all 0"),
    ],
)
def test_states_and_norms_that_do_not_fit_the_words_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


LIT = """() => [...document.forms].map(form => ({
  chosen: form.querySelector(':checked').value,
  lit: ['svg > .shot', '.said .shot', 'i.shot'].map(list =>
    [...form.querySelectorAll(list)].map(e => +getComputedStyle(e).opacity)),
  height: form.getBoundingClientRect().height,
}))"""


@pytest.fixture
def tab(chromium, tmp_path):
    """Three films on one page, of 3, 6 and 6 frames."""
    page = chromium.new_page(viewport={"width": 358, "height": 900}, reduced_motion="reduce")
    file = tmp_path / "films.html"
    drawn = "".join(picture.html for picture in films())
    file.write_text(f'<!doctype html><meta charset="utf-8">{drawn}', encoding="utf-8")
    page.goto(file.as_uri())
    yield page
    page.close()


def test_with_reduced_motion_every_film_stands_still_on_its_last_frame(tab):
    first, state, gradient = tab.evaluate(LIT)
    assert first["lit"] == [[0, 0, 1]] * 3
    for film in (state, gradient):
        assert film["lit"] == [[0.6] * 5 + [1], [0] * 5 + [1], [0] * 5 + [1]]
    assert not tab.evaluate("() => document.getAnimations().length")
    assert tab.get_by_text("▶ play").first.is_hidden()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_arrow_keys_choose_the_frame_of_their_own_film_and_nothing_moves(tab, motion):
    tab.emulate_media(reduced_motion=motion)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    heights = {film["height"] for film in tab.evaluate(LIT)[1:2]}
    for k in range(6):
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press("Enter")
        first, state, gradient = tab.evaluate(LIT)
        only = [float(j == k) for j in range(6)]
        assert state["lit"] == [[0.6] * k + only[k:], only, only]
        assert (first["chosen"], state["chosen"], gradient["chosen"]) == ("play", f"k{k}", "play")
        heights.add(state["height"])
    assert len(heights) == 1
    assert tab.url.endswith("films.html")


def test_films_of_different_length_play_side_by_side(tab):
    tab.emulate_media(reduced_motion="no-preference")
    names = tab.evaluate("""() => document.getAnimations().map(a => {
      a.pause();
      a.currentTime = a.effect.getComputedTiming().duration * 0.4;
      return a.animationName})""")
    assert len(names) == 3 * (3 + 6 + 6)
    first, state, gradient = tab.evaluate(LIT)
    assert first["lit"] == [[0, 1, 0]] * 3
    for film in (state, gradient):
        assert film["lit"] == [[0.6, 0.6, 1, 0, 0, 0], *[[0, 0, 1, 0, 0, 0]] * 2]


def test_a_print_shows_one_frame_and_no_buttons(tab):
    tab.emulate_media(media="print", reduced_motion="no-preference")
    assert tab.evaluate(LIT)[0]["lit"][0] == [0, 0, 1]
    assert tab.locator(".steps").first.is_hidden()


def test_a_token_of_several_words_is_broken_rather_than_set_small():
    """Smaller than 11 units is smaller than 10 pixels on a phone."""
    words = ["grew up in", "France", "made", "boats", "early", "speak fluent"]
    picture = diagrams.gradient_film(words, np.ones(7))
    lines = re.findall(
        r'y="([\d.]+)" text-anchor="middle" font-size="([\d.]+)">([^<\d]+)<', picture.html
    )
    assert {"grew", "up in", "speak", "fluent"} <= {line for _, _, line in lines}
    assert min(float(size) for _, size, _ in lines) >= 11
    height = float(svg_of(picture).get("viewBox").split()[-1])
    assert max(float(y) for y, _, _ in lines) < height
    plain = diagrams.gradient_film(["grew", *words[1:-1], "speak"], np.ones(7))
    assert float(svg_of(plain).get("viewBox").split()[-1]) < height


def test_the_veil_over_a_region_is_as_thin_as_its_weight_and_the_named_one_is_framed():
    image = np.ones((4, 4, 3))
    image[0, 1:3] = 1, 0, 0
    weights = [[0.1, 0.2, 0.0, 0.7], [0.25, 0.25, 0.25, 0.25]]
    picture = diagrams.region_film(image, weights, ["red", "."], [3, -1])
    named, stop = shots(picture)
    veils = [float(x) for x in re.findall(r'fill-opacity="([\d.]+)"', named)]
    assert veils == pytest.approx([0.85 * (1 - w) for w in weights[0]], abs=0.006)
    assert named.count("stroke-dasharray") == 1 and "stroke-dasharray" not in stop
    assert 'x="80" y="80" width="80"' in named.split('fill="none"')[0].rpartition("<")[2]
    assert picture.html.count('width="80.3"') == 1  # the two red pixels are one rectangle
    assert "red 4, . 1" in picture.alt and "the full stop" in picture.html


def test_a_picture_without_a_weight_for_each_region_is_refused():
    image = np.ones((4, 4, 3))
    for weights, described in (([[0.5, 0.5]], [0]), (np.ones((1, 4)), [0, 1])):
        with pytest.raises(ValueError, match=r"need weights \(1, n²\)"):
            diagrams.region_film(image, weights, ["red"], described)
