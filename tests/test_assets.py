"""The bundles hold what the pages need and nothing else; figures say how large they are."""

import base64
import io
import re
from types import SimpleNamespace

import pytest
from fontTools.ttLib import TTFont

from tools.environment import ROOT
from tools.site import assets, frame, styles

STATIC = ROOT / "_build" / "html" / "_static"
CSS = """
.used{color:red} .gone{color:blue} .gone,.used>a{top:0} .used:not(.gone){left:0} #absent{right:0}
h1,body{margin:0}
@media print{.gone{color:blue}.used{color:black}} @media screen{.gone{color:blue}}
@keyframes spin{to{rotate:1turn}}
"""


def test_a_rule_stays_if_one_of_its_selectors_can_match():
    left = styles.purge(CSS, {"used"})
    assert re.sub(r"\n", "", left) == (
        ".used{color:red}.used>a{top:0}.used:not(.gone){left:0}h1,body{margin:0}"
        "@media print{.used{color:black}}@keyframes spin{to{rotate:1turn}}"
    )


def test_a_class_that_a_script_of_the_page_sets_is_known():
    page = '<p class="one two" id="three"><script>e.classList.add("four")</script>five</p>'
    assert assets.words([page], "add('six')") >= {"one", "two", "three", "four", "six"}
    assert "five" not in assets.words([page], "")


def test_links_and_imports_of_a_sheet_keep_their_targets(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "basic.css").write_text("a{background:url(file.png)}", encoding="utf-8")
    (tmp_path / "styles" / "x.css").write_text(
        '@import "../basic.css";b{background:url("../y/z.woff2")}c{src:url(data:x,A)}',
        encoding="utf-8",
    )
    assert styles.sheet(tmp_path, "styles/x.css") == (
        'a{background:url("file.png")}b{background:url("y/z.woff2")}c{src:url(data:x,A)}'
    )


def test_a_broken_style_sheet_is_named():
    with pytest.raises(ValueError, match="style sheet, line 1"):
        styles.purge(".a{} .b", set())


def test_a_second_build_leaves_finished_pages_and_a_page_without_styles_alone(tmp_path):
    done = '<link rel="stylesheet" href="_static/frame.css?v=1" />'
    kept = {"page.html": done, "index.html": "<title>moved</title>"}
    for name, text in kept.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    app = SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=tmp_path)
    assets.bundle(app, None)
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == kept


def test_the_icons_in_the_pages_are_in_the_fonts_and_few_others():
    css = (STATIC / "frame.css").read_text(encoding="utf-8")
    fonts = [
        TTFont(io.BytesIO(base64.b64decode(data)))
        for data in re.findall(r"url\(data:font/woff;base64,([^)]*)\)", css)
    ]
    drawn = set().union(*(font.getBestCmap() for font in fonts))
    icons = dict(re.findall(r"\.(fa-[\w-]+)\{--fa:\s*\"\\\\([0-9a-f]+)\"", css))
    named = {
        name
        for page in assets.built(STATIC.parent)
        for value in re.findall(r'class="([^"]*fa-[^"]*)"', page.read_text(encoding="utf-8"))
        for name in value.split()
    }
    assert {"fa-bars", "fa-moon", "fa-magnifying-glass"} <= named
    assert not [name for name in named & set(icons) if int(icons[name], 16) not in drawn]
    assert len(drawn) < 60 and len(css) < 200_000


def test_the_scripts_of_the_theme_wait_and_those_in_the_text_stay():
    text = (
        '<link rel="stylesheet" href="../_static/a.css?v=1" />\n'
        '<script src="../_static/a.js"></script>\n<script src="../_static/b.js"></script>\n'
        "<article><script>window.lab = 1</script></article>"
    )
    page = assets.rewrite(text, ["a.css"], ["a.js"], "css", "js")
    assert page.count("frame.css?v=") == page.count("frame.js?v=") == 1 and "a.js" not in page
    assert '<script defer src="../_static/b.js">' in page
    assert "<article><script>window.lab = 1</script></article>" in page
    assert assets.rewrite(page, ["a.css"], ["a.js"], "css", "js") == page


def test_figures_say_how_large_they_are_and_all_but_the_first_wait(tmp_path):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="36pt" height="72pt"/>'
    (tmp_path / "a.svg").write_text(svg, encoding="utf-8")
    text = '<img alt="x" src="a.svg" /><img alt="y" src="a.svg" /><img width="1" height="2"/>'
    first, second, third = re.findall("<img[^>]*>", frame.sized(text, tmp_path / "page.html"))
    assert 'width="48" height="96"' in first and "lazy" not in first
    assert 'width="48" height="96"' in second and 'loading="lazy"' in second
    assert third.count("width=") == 1 and 'loading="lazy"' in third


def test_a_column_without_a_head_heads_the_rows():
    head = '<table><thead><tr><th class="head"><p></p></th>'
    head += '<th class="head"><p>n</p></th></tr></thead>'
    table = head + "<tbody><tr><td><p>LSTM</p></td><td><p>4</p></td></tr></tbody></table>"
    new = frame.headed(table)
    assert '<tr><th scope="row"><p>LSTM</p></th><td><p>4</p></td></tr>' in new
    assert "<thead><tr><td></td><th" in new
    assert frame.headed(table.replace("<p></p>", "<p>cell</p>")).count("<td>") == 2
    assert "<td><p></p></td>" in frame.headed(table.replace("<p>LSTM</p>", "<p></p>"))
