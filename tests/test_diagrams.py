"""diagrams: what is named is drawn, what is drawn shows the cell's own numbers."""

import math
import re
import xml.etree.ElementTree as ET

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.transforms import Bbox

from lessons_kit import diagrams
from lessons_kit.diagrams import render_svg, scene
from lessons_kit.diagrams.description import Dial, Flow, Label
from lessons_kit.plots import PALETTE
from lessons_lib import cells
from lessons_lib.gradcheck import numerical_gradient
from lessons_models.gru_variants import GRUVariant
from lessons_models.lstm_variants import LSTMVariant

SVG = "{http://www.w3.org/2000/svg}"


def lookup():
    return diagrams.lookup(("first", "second", "third"))


def gru_before():
    return diagrams.gru(reset_after=False)


def cell_before(*sizes, **options):
    return GRUVariant(*sizes, reset_after=False, **options)


STEPS = {
    diagrams.rnn: ("input", "memory", "squash"),
    diagrams.lstm: ("forget", "input", "update", "output"),
    diagrams.lstm_backward: ("read-out", "sum", "road", "write", "gates", "back"),
    diagrams.gru: ("reset", "candidate", "update"),
    gru_before: ("reset", "candidate", "update"),
    lookup: ("score", "softmax", "mix"),
}
MAKERS = {diagrams.rnn: cells.RNN, diagrams.lstm: cells.LSTM, diagrams.gru: cells.GRU}
MAKERS[gru_before] = cell_before
drawings = pytest.mark.parametrize("make", STEPS)


def running(Cell, **options):
    """A cell with biases, an input and a state that is not zero."""
    rng = np.random.default_rng(4)
    cell = Cell(3, 5, rng=rng, **options)
    cell.params = {name: rng.normal(size=value.shape) for name, value in cell.params.items()}
    state = tuple(0.5 * rng.normal(size=(2, 5)) for _ in cell.init_state(2))
    return cell, rng.normal(size=(2, 3)), state


def values_of(make):
    if make is lookup:
        return diagrams.attention_values([1.0, -0.5, 2.0], [[0.5], [-0.9], [0.8]])
    if make is diagrams.lstm_backward:
        return diagrams.gradient_values(*backward_problem(), unit=1, batch=1)
    return diagrams.values_from(*running(MAKERS[make]), unit=1, batch=1)


def backward_problem():
    """A running LSTM, and what arrives from its right."""
    dstate = tuple(np.random.default_rng(6).normal(size=(2, 2, 5)))
    return *running(cells.LSTM), dstate


def groups(svg):
    """part → opacities of its groups."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        found.setdefault(group.get("data-part"), set()).add(group.get("opacity"))
    return found


@drawings
def test_the_steps_are_named_and_made_of_parts_that_exist(make):
    diagram = make()
    assert diagram.steps == STEPS[make]
    for step in diagram.description.steps:
        assert step.parts <= set(diagram.parts)
    assert set().union(*(step.parts for step in diagram.description.steps)) == set(diagram.parts)


def test_the_parts_of_the_lstm_are_named():
    assert {
        "forget_gate", "input_gate", "output_gate", "candidate", "c_prev", "c", "h_prev", "h", "x",
    } <= set(diagrams.lstm().parts)  # fmt: skip


@drawings
def test_a_step_fades_everything_else(make):
    diagram = make()
    for step in diagram.description.steps:
        opacity = groups(diagram.svg(step.name))
        assert {part for part, shown in opacity.items() if shown == {"1"}} == step.parts
        assert all(opacity[part] == {"0.2"} for part in set(diagram.parts) - step.parts)


def test_a_set_of_parts_can_be_highlighted():
    opacity = groups(diagrams.lstm().svg({"c", "sum"}))
    assert {part for part, shown in opacity.items() if shown == {"1"}} == {"c", "sum"}


@drawings
def test_an_unknown_step_or_part_is_refused_with_the_known_names(make):
    with pytest.raises(ValueError, match="its steps are " + ", ".join(STEPS[make])):
        make().svg("remember")
    with pytest.raises(ValueError, match="no part 'valve'; its parts are .*, "):
        make().svg({"valve"})


@drawings
@pytest.mark.parametrize("with_values", [False, True])
def test_the_svg_has_every_shape_of_every_part(make, with_values):
    diagram, values = make(), values_of(make) if with_values else None
    shapes = [shape.part for shape in scene.shapes(diagram.description, values=values)]
    in_svg = [
        group.get("data-part")
        for group in ET.fromstring(diagram.svg(values=values)).iter(f"{SVG}g")
        for _ in group
    ]
    assert sorted(shapes) == sorted(in_svg)
    assert set(in_svg) == set(diagram.parts)


@drawings
def test_the_svg_is_xml_with_words_for_those_who_cannot_see_it(make):
    root = ET.fromstring(make().svg())
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.find(f"{SVG}title").text == make().alt_text()
    assert root.get("class") == "lesson-svg"
    assert root.get("viewBox").startswith("0 0 400 ")


@drawings
def test_the_drawing_is_the_same_every_time_and_shows_no_address(make):
    values = values_of(make)
    assert make().svg(values=values) == make().svg(values=values)
    assert repr(make()) == repr(make())
    for text in (repr(make()), repr(make().picture()), make().panel(values).html):
        assert "0x" not in text
    assert make()._repr_html_() == make().svg()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.93, 1.0])
def test_the_angle_of_a_dial_is_the_gate(share):
    values = {"f": share, "i": share, "o": share}
    shapes = scene.shapes(diagrams.lstm().description, values=values)
    sectors = [shape for shape in shapes if isinstance(shape, scene.Sector)]
    assert [sector.share for sector in sectors] == pytest.approx([share] * 3)
    assert {sector.part for sector in sectors} == {"forget_gate", "input_gate", "output_gate"}


@pytest.mark.parametrize("share", [0.1, 0.45, 0.55, 0.93])
def test_the_path_of_a_dial_ends_at_the_angle_of_the_gate(share):
    path = re.search(r'd="M(\S+),(\S+) V\S+ A\S+ 0 (\d) 1 (\S+),(\S+) Z"',
                     diagrams.lstm().svg(values={"f": share}))  # fmt: skip
    x, y, large, end_x, end_y = map(float, path.groups())
    angle = math.atan2(end_x - x, y - end_y) % (2 * math.pi)
    assert angle / (2 * math.pi) == pytest.approx(share, abs=1e-3)
    assert large == (share > 0.5)


def test_an_open_dial_is_a_disc():
    assert 'data-share="1.0000"' in diagrams.lstm().svg(values={"f": 1.0})


@pytest.mark.parametrize(("value", "sign"), [(0.7, "positive"), (-0.7, "negative")])
def test_colour_and_number_both_tell_the_sign(value, sign):
    shapes = list(scene.shapes(diagrams.lstm().description, values={"c": value}))
    tints = {s.colour for s in shapes if s.part == "c" and not isinstance(s, scene.Text)}
    assert tints == {sign}
    assert scene.number(value) in [getattr(s, "text", None) for s in shapes]
    assert f"var(--lesson-{sign}, {PALETTE[sign]})" in diagrams.lstm().svg(values={"c": value})


def test_a_larger_value_has_a_wider_line():
    def width(value):
        shapes = scene.shapes(diagrams.rnn().description, values={"h": value})
        lines = [s.width for s in shapes if s.part == "h" and isinstance(s, scene.Line)]
        assert lines, "the drawing has no line of the part h"
        return lines[0]

    assert width(0.0) < width(-0.4) < width(0.8) < width(1.5)
    assert width(-0.4) == width(0.4)
    assert width(2.0) == width(50.0)


def test_data_is_solid_and_control_is_dashed():
    shapes = list(scene.shapes(diagrams.gru().description))
    assert {s.colour for s in shapes if isinstance(s, scene.Line) and s.dashed} == {"gate"}
    dashed = [e for e in ET.fromstring(diagrams.gru().svg()).iter() if e.get("stroke-dasharray")]
    gate = f"stroke:var(--lesson-gate, {PALETTE['gate']})"
    assert dashed and {line.get("style") for line in dashed} == {gate}


@pytest.mark.parametrize("value", [0.0, -0.0, 0.004, -0.004, -1e-9])
def test_what_rounds_to_zero_has_no_sign(value):
    assert scene.number(value) == scene.number(value, signed=False) == "0.00"
    assert scene.number(-0.006) == "−0.01" and scene.number(0.006) == "+0.01"


@drawings
def test_the_alternative_text_holds_the_numbers_and_the_highlight(make):
    diagram, values = make(), values_of(make)
    text = diagram.alt_text(values, diagram.steps[0])
    for key, words in diagram.description.words:
        number = scene.number(values[key], signed=key not in diagram.description.gates)
        assert f"{words} {number}" in text
    assert text.endswith(f"Highlighted: the step {diagram.steps[0]}.")


@drawings
def test_the_panel_shows_every_step_with_its_equations(make):
    html = make().panel(values_of(make)).html
    root = ET.fromstring(html.replace("<br>", "<br/>"))
    assert len(list(root.iter(f"{SVG}svg"))) == len(STEPS[make])
    titles = ["".join(p.itertext()) for p in root.iter("p")]
    for step, title in zip(STEPS[make], titles, strict=True):
        assert step in title


def test_side_by_side_shows_every_drawing_under_its_title_and_says_all_numbers():
    makes = [diagrams.gru, diagrams.lstm]
    numbers = [values_of(make) for make in makes]
    picture = diagrams.side_by_side(["$h_t$ first", "second"], [make() for make in makes], numbers)
    root = ET.fromstring(picture.html)
    assert len(list(root.iter(f"{SVG}svg"))) == 2
    assert ["".join(p.itertext()) for p in root.iter("p")] == ["ht first", "second"]
    for make, values in zip(makes, numbers, strict=True):
        assert make().alt_text(values) in picture.alt
        assert make().svg(values=values) in picture.html
    with pytest.raises(ValueError, match="do not pair up"):
        diagrams.side_by_side(["one"], [diagrams.gru()], [])


@pytest.mark.parametrize(
    ("Cell", "options"),
    [
        (cells.LSTM, {}),
        (LSTMVariant, {"peepholes": True}),
        (LSTMVariant, {"coupled": True}),
        (LSTMVariant, {"coupled": True, "peepholes": True}),
    ],
)
def test_lstm_values_are_those_of_the_running_cell(Cell, options):
    cell, x, state = running(Cell, **options)
    v = diagrams.values_from(cell, x, state, unit=3, batch=1)
    (h, c), _ = cell.step(x, state)
    assert v["h"] == pytest.approx(h[1, 3])
    assert v["c"] == pytest.approx(c[1, 3]) == pytest.approx(v["kept"] + v["written"])
    assert v["h"] == pytest.approx(v["o"] * v["tanh_c"])
    from_h = state[0][1] @ cell.params["W_hh"][-2, :, 3] + cell.params["b_h"][-2, 3]
    assert v["g"] == pytest.approx(np.tanh(v["x"] + from_h))
    assert (v["h_prev"], v["c_prev"]) == (state[0][1, 3], state[1][1, 3])


@pytest.mark.parametrize("update_keeps", [True, False])
@pytest.mark.parametrize("reset_after", [True, False])
def test_gru_values_are_those_of_the_running_cell(update_keeps, reset_after):
    cell, x, state = running(GRUVariant, update_keeps=update_keeps, reset_after=reset_after)
    v = diagrams.values_from(cell, x, state, unit=2, batch=0)
    (h,), _ = cell.step(x, state)
    old = v["z"] if update_keeps else v["1-z"]
    assert v["h"] == pytest.approx(h[0, 2])
    assert v["h"] == pytest.approx(old * v["h_prev"] + (1 - old) * v["n"])
    assert v["reset"] == pytest.approx(v["r"] * v["recalled"])
    joins = v["reset"] if reset_after else v["mixed"]
    assert v["n"] == pytest.approx(np.tanh(v["x"] + cell.params["b_h"][2, 2] + joins))


def test_rnn_values_add_up_to_the_state():
    cell, x, state = running(cells.RNN)
    v = diagrams.values_from(cell, x, state, unit=4, batch=1)
    assert v["a"] == pytest.approx(v["x"] + v["memory"] + v["b"])
    assert v["h"] == pytest.approx(np.tanh(v["a"]))
    assert all(type(value) is float for value in v.values())


def test_the_gradients_in_the_drawing_are_those_of_the_cell():
    cell, x_t, (h, c), dstate = backward_problem()
    values = diagrams.gradient_values(cell, x_t, (h, c), dstate, unit=2, batch=1)

    def loss():
        (h_new, c_new), _ = cell.step(x_t, (h, c))
        return (h_new * dstate[0] + c_new * dstate[1]).sum()

    for name, array in (("dh_prev", h), ("dc_prev", c)):
        assert abs(values[name] - numerical_gradient(loss, array)[1, 2]) < 1e-8
    assert np.isclose(values["dc"], values["from_h"] + values["dc_next"])
    assert np.isclose(values["dc_prev"], values["dc"] * values["f"])
    bias = numerical_gradient(loss, cell.params["b_h"])[:, 2]
    other = diagrams.gradient_values(cell, x_t, (h, c), dstate, unit=2, batch=0)
    for gate, name in enumerate("ifgo"):
        assert abs(values[f"da_{name}"] + other[f"da_{name}"] - bias[gate]) < 1e-8


def test_gradients_are_refused_for_a_unit_or_a_cell_that_has_none():
    cell, x_t, state, dstate = backward_problem()
    with pytest.raises(ValueError, match="no unit 5"):
        diagrams.gradient_values(cell, x_t, state, dstate, unit=5)
    with pytest.raises(ValueError, match="two states"):
        diagrams.gradient_values(cell, x_t, state[:1], dstate)


@pytest.mark.parametrize(("unit", "batch"), [(5, 0), (-1, 0), (0, 2)])
def test_a_unit_outside_the_state_is_refused(unit, batch):
    with pytest.raises(ValueError, match=r"outside a state of shape \(2, 5\)"):
        diagrams.values_from(*running(cells.RNN), unit=unit, batch=batch)


@pytest.mark.parametrize("reset_after", [True, False])
def test_the_matrix_stands_before_the_reset_dial_or_behind_it(reset_after):
    elements = diagrams.gru(reset_after=reset_after).description.elements
    (matrix,) = (e.x for e in elements if getattr(e, "text", "") == "$W_{hn}$")
    (dial,) = (e.x for e in elements if isinstance(e, Dial) and e.value == "r")
    assert matrix + 20 < dial if reset_after else dial < matrix - 20


@pytest.mark.parametrize(
    ("update_keeps", "old", "new"), [(True, "z", "(1 − z)"), (False, "(1 − z)", "z")]
)
def test_the_gru_labels_its_shares_by_the_meaning_of_z(update_keeps, old, new):
    diagram = diagrams.gru(update_keeps=update_keeps)
    root = ET.fromstring(diagram.svg(values={"z": 0.75, "1-z": 0.25}))
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert f"old × {old} {'0.75' if update_keeps else '0.25'}" in texts
    assert "new ×" in texts and f"{new} {'0.25' if update_keeps else '0.75'}" in texts
    kept = "old" if update_keeps else "new"
    assert f"weighs the {kept} state, 0.75" in diagram.alt_text({"z": 0.75})


def test_attention_values_are_the_weighted_sum():
    v = diagrams.attention_values([0.0, np.log(3.0)], [[9.0, 1.0], [9.0, -1.0]], unit=1)
    assert (v["a1"], v["a2"]) == pytest.approx((0.25, 0.75))
    assert v["context"] == pytest.approx(-0.5) == pytest.approx(v["p2"])
    assert (v["m1"], v["m2"], v["p1"]) == pytest.approx((0.25, -0.75, 0.25))


def test_attention_refuses_what_it_has_no_room_or_shape_for():
    with pytest.raises(ValueError, match="2 to 8 words"):
        diagrams.lookup(["only"])
    with pytest.raises(ValueError, match="2 to 8 words"):
        diagrams.lookup("sky")
    with pytest.raises(ValueError, match=r"\(2,\).*\(3, 1\)"):
        diagrams.attention_values([1, 2], [[1], [2], [3]])


def test_attention_names_the_words_it_is_given():
    diagram = diagrams.lookup(["le", "<chat>"])
    root = ET.fromstring(diagram.svg(values=diagrams.attention_values([0, 0], [[1], [1]])))
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert {"le", "<chat>"} <= set(texts)
    assert "weight of “le” 0.50" in root.get("aria-label")


def test_symbols_become_italic_with_a_subscript():
    assert render_svg.html("a < $c_{t-1}$") == "a &lt; <i>c</i><sub>t−1</sub>"
    assert ">t−1</tspan>" in diagrams.lstm().svg()


@drawings
def test_every_line_meets_another_shape_at_both_ends(make):
    description = make().description
    shapes = list(scene.shapes(description))
    lines = [s for s in shapes if isinstance(s, scene.Line) and s.width != 1.8]  # not the plus

    def touches(x, y, own):
        width, height = description.size
        on_edge = x in (0, width) or y == 0 or y > description.frame[3]
        return on_edge or any(meets(s, x, y) for s in shapes if s is not own)

    for line in lines:
        for end in (line.points[0], line.points[-1]):
            assert touches(*end, line), (line.part, end)


def meets(shape, x, y, near=1.2):
    """Whether the point lies on the outline (or, for lines, on a segment) of the shape."""
    match shape:
        case scene.Circle():
            return abs(math.hypot(x - shape.x, y - shape.y) - shape.radius) < near or (
                not shape.width and math.hypot(x - shape.x, y - shape.y) < shape.radius
            )
        case scene.Rounded():
            inside_x = shape.x - near <= x <= shape.x + shape.width + near
            return inside_x and shape.y - near <= y <= shape.y + shape.height + near
        case scene.Text(anchor="middle"):  # a word may be where a flow begins
            return abs(x - shape.x) < 1 and -shape.size - 4 < y - shape.y < shape.size
        case scene.Line() | scene.Triangle():
            closed = isinstance(shape, scene.Triangle)
            points = [*shape.points, *shape.points[:closed]]
            return any(
                abs(math.dist(a, (x, y)) + math.dist((x, y), b) - math.dist(a, b)) < 0.05
                for a, b in zip(points, points[1:], strict=False)
            )
    return False


def printed(diagram, values):
    """Texts with the room that they take, in units of the drawing, in matplotlib's wide font."""
    width, height = diagram.description.size
    figure, ax = plt.subplots(figsize=(width / 72, height / 72))
    ax.set_position([0, 0, 1, 1])
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    sides = {"start": "left", "middle": "center", "end": "right"}
    for text in scene.shapes(diagram.description, values=values):
        if isinstance(text, scene.Text):
            ax.text(text.x, text.y, text.text, fontsize=text.size, ha=sides[text.anchor])
    figure.canvas.draw()
    rooms = [(t, t.get_window_extent().transformed(ax.transData.inverted())) for t in ax.texts]
    plt.close(figure)
    return [(t.get_text(), Bbox.from_extents(*room.min, *room.max)) for t, room in rooms]


def rooms_of(shape):
    """The rectangles that a shape fills (a line: one for each of its segments)."""
    match shape:
        case scene.Line():
            pairs = zip(shape.points, shape.points[1:], strict=False)
            return [Bbox([*ends]).padded(shape.width / 2) for ends in pairs]
        case scene.Triangle():
            return [Bbox([np.min(shape.points, 0), np.max(shape.points, 0)])]
        case scene.Circle() | scene.Sector():
            return [Bbox([(shape.x, shape.y)] * 2).padded(shape.radius)]
        case scene.Rounded():
            return [Bbox.from_bounds(shape.x, shape.y, shape.width, shape.height)]
    return []


def cross(a, b):
    """Whether two rectangles overlap and neither holds the other (as a box holds its name)."""
    both = Bbox.intersection(Bbox.from_extents(*a.min, *a.max), Bbox.from_extents(*b.min, *b.max))
    if both is None or both.width <= 0 or both.height <= 0:
        return False
    return both.width < 0.999 * min(a.width, b.width) or both.height < 0.5 * a.height


@drawings
@pytest.mark.parametrize("sign", [1, -1])
def test_no_number_and_no_word_covers_anything(make, sign):
    """Also with the widest signs, and lines of full width."""
    diagram, gates = make(), make().description.gates
    values = {k: v if k in gates else sign * 1.88 for k, v in values_of(make).items()}
    shapes, texts = list(scene.shapes(diagram.description, values=values)), printed(diagram, values)
    width, height = diagram.description.size
    for place, (text, room) in enumerate(texts):
        assert room.x0 >= 0 and room.y0 >= 0 and room.x1 <= width and room.y1 <= height, text
        assert not [other for other, its in texts[place + 1 :] if cross(room, its)], text
        hit = [s for s in shapes for its in rooms_of(s) if cross(room, its)]
        assert not hit, (text, hit)


@drawings
@pytest.mark.parametrize("with_values", [False, True])
def test_words_and_numbers_are_in_the_page_s_ink(make, with_values):
    """On a tinted card the palette has less contrast than text needs."""
    values = values_of(make) if with_values else None
    texts = [
        s for s in scene.shapes(make().description, values=values) if isinstance(s, scene.Text)
    ]
    assert {text.colour for text in texts} == {"ink"}


@pytest.mark.parametrize("make", [make for make in STEPS if make is not lookup])
def test_the_number_of_every_coloured_line_is_printed(make):
    """Colour tells the sign; it is never the only one to tell it (a lookup has a table)."""
    elements = make().description.elements
    coloured = {e.value for e in elements if isinstance(e, Flow) and e.value}
    labelled = {e.value for e in elements if isinstance(e, Label) and e.value}
    assert coloured <= labelled


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"valve": 0.5}, "an LSTM cell shows none of the values 'valve'; it shows c, c_prev"),
        ({"c": float("nan")}, "c must be one finite number, got nan"),
        ({"c": np.zeros(2)}, "c must be one finite number, got array"),
        ({"f": 1.2}, "the gate f must be from 0 to 1, got 1.2"),
    ],
)
def test_values_that_cannot_be_drawn_are_refused(values, message):
    for show in (diagrams.lstm().svg, diagrams.lstm().panel, diagrams.lstm().alt_text):
        with pytest.raises(ValueError, match=message):
            show(values=values)


@drawings
def test_a_drawing_without_numbers_says_what_runs_where(make):
    route = make().description.route
    assert route and route in make().alt_text()
    assert route not in make().alt_text(values_of(make))
