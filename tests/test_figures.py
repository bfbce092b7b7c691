"""One style in every figure: the palette and no other colour, to be read in both themes."""

import re

import nbformat
import pytest
from matplotlib.colors import to_hex, to_rgb

from lessons_kit.plots import DARK, PALETTE
from tools.environment import ROOT, notebooks
from tools.site import bundle
from tools.upkeep import figures

LESSONS = notebooks()
SOURCES = {".py", ".js", ".css", ".html"}
CSS = (ROOT / "book/_static/course.css").read_text(encoding="utf-8")
DARK_PAGE, DARK_SURFACE = "#121212", "#222832"  # the theme's page and its panels in the dark
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt">{body}</svg>'


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_figure_of_a_lesson_keeps_the_style(path):
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    found = [f"code cell {n}: {f}" for n, cell in enumerate(code, 1) for f in figures.faults(cell)]
    assert not found, "\n".join(found)


def dark_colour(name):
    dark = re.search(r'html\[data-theme="dark"\]\{(.*?)\}', bundle.palette(), re.S)[1]
    return re.search(rf"--lesson-{name}:(#\w+);", dark)[1]


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "attention"])
def test_the_colour_of_an_architecture_stands_in_one_file(name):
    folders = [ROOT / folder for folder in ("src", "tools", "book/_static")]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in SOURCES]
    for colour in (PALETTE[name], DARK[name]):
        found = [f.name for f in files if colour in f.read_text(encoding="utf-8").lower()]
        assert found == ["style.py"]


@pytest.mark.parametrize("name", PALETTE)
def test_a_drawing_in_the_dark_can_be_read(name):
    """Our own drawings stand on the dark page itself, in colours of their own."""
    for ground in (DARK_PAGE, DARK_SURFACE):
        assert figures.contrast(dark_colour(name), ground) >= 4.5


def dark_rule(which):
    """What the style sheet says of such pictures in the dark."""
    return re.search(rf'"dark"\]\S* [^{{]*img{re.escape(which)}[^{{]*\{{(.*?)\}}', CSS, re.S)[1]


TURNED = ((-0.574, 1.43, 0.144), (0.426, 0.43, 0.144), (0.426, 1.43, -0.856))  # hue-rotate(180deg)


@pytest.mark.parametrize("name", [*PALETTE, "ink", "white"])
def test_lines_and_letters_turn_over_on_a_dark_page(name):
    """Inverted and turned back to its hue, then laid over the page as light over light."""
    rule = dark_rule(":is(.cell_output *, figure *):not(.on-a-card)")
    assert "filter: invert(1) hue-rotate(180deg);" in rule and "mix-blend-mode: screen;" in rule
    colour = {"ink": "#1c1c1c", "white": "#ffffff"}.get(name) or PALETTE[name]
    inverse = [1 - c for c in to_rgb(colour)]
    turned = [sum(m * c for m, c in zip(row, inverse, strict=True)) for row in TURNED]
    page = to_rgb(DARK_PAGE)
    shown = [1 - (1 - min(max(c, 0), 1)) * (1 - p) for c, p in zip(turned, page, strict=True)]
    if name == "white":
        assert shown == pytest.approx(page, abs=0.004)  # the page is seen through it
    else:
        assert figures.contrast(to_hex(shown), DARK_PAGE) >= 4.5


@pytest.mark.parametrize("name", ["gate", "positive", "negative"])
def test_a_heat_map_on_its_card_can_be_read_in_the_dark(name):
    """The card is dimmed by a filter, which dims the ink as well."""
    rule = dark_rule(".on-a-card")
    card = re.search(r"--course-card: (#\w+);", CSS.partition('"dark"')[2])[1]
    filters = re.findall(r"(brightness|contrast)\(([\d.]+)\)", rule)
    assert filters, "the card in the dark is as bright as a lamp"

    def shown(colour):
        rgb = to_rgb(colour)
        for name, size in filters:
            offset = 0.5 - 0.5 * float(size) if name == "contrast" else 0.0
            rgb = [min(max(c * float(size) + offset, 0.0), 1.0) for c in rgb]
        return to_hex(rgb)

    assert figures.luminance(shown(card)) < 0.9
    assert figures.contrast(shown(PALETTE[name]), shown(card)) >= 4.5


@pytest.mark.parametrize(
    ("width", "body", "fault"),
    [
        (374.4, '<path style="stroke: #1f77b4"/>', "stroke #1f77b4 is not of plots.PALETTE"),
        (374.4, '<path style="fill: #ff0000"/>', "fill #ff0000 is not of plots.PALETTE"),
        (374.4, '<path style="stroke: #d7c1e2"/>', "stroke #d7c1e2"),
        (374.4, '<text style="font-size: 9px">tick</text>', "'tick' has 9 points, at least 11"),
        (460.8, "", "6.4 inches wide"),
        (374.4, '<path style="fill: #d7c1e2; stroke: #7a3ea3"/><path style="fill: #e3e3e3"/>', ""),
        (374.4, '<text><tspan style="font-size: 11px">10</tspan>'
                '<tspan style="font-size: 7.7px">3</tspan></text>', ""),
    ],
)  # fmt: skip
def test_a_figure_out_of_style_is_told_what_is_wrong(width, body, fault):
    found = "\n".join(figures.svg_faults(SVG.format(width=width, body=body)))
    assert fault in found and bool(fault) == bool(found)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('ax.plot(x, color="red")', "color='red' is typed"),
        ('ax.bar(x, y, edgecolor="#1f77b4")', "#1f77b4"),
        ('ax.plot(x, y, "r--")', "the format 'r--' holds a colour"),
        ('shown = {"a": "C0"}', "'C0' is typed"),
        ('ax.imshow(a, cmap="viridis")', "use plots.heatmap"),
        ('ax.axhline(0, color="black")\nax.plot(x, "o-")\nax.axvline(1, color="#cccccc")', ""),
        ('rng.choice(["r", "z"])\nplot = {"g": 1}', ""),
    ],
)
def test_a_colour_typed_in_a_lesson_is_found(source, fault):
    found = "\n".join(figures.source_faults(source))
    assert fault in found and bool(fault) == bool(found)
