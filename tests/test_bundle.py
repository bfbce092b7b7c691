"""The bundles hold what the pages need and nothing else."""

import base64
import io
import re
from pathlib import Path
from types import SimpleNamespace

import pydata_sphinx_theme
import pytest
from fontTools.ttLib import TTFont

from lessons_kit.plots import DARK
from tools.environment import ROOT
from tools.site import bundle, styles

SITE = ROOT / "_build" / "html"
STATIC = SITE / "_static"
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
    assert bundle.words([page], "add('six')") >= {"one", "two", "three", "four", "six"}
    assert "five" not in bundle.words([page], "")


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


def test_the_theme_loads_what_the_bundles_know_of():
    """A newer theme may load more: decide in tools/site/bundle.py what to do with it."""
    macros = "theme/pydata_sphinx_theme/static/webpack-macros.html"
    template = (Path(pydata_sphinx_theme.__file__).parent / macros).read_text("utf-8")
    loaded = set(re.findall(r"_static/([\w./-]+)", template))
    assert loaded == {*bundle.SHEETS, *bundle.SCRIPTS, *bundle.LEFT_OUT}


@pytest.fixture
def book(tmp_path):
    """A page, and the static files of a theme; build(…) bundles them."""
    static = tmp_path / "_static"
    files = {path: "" for path in (*bundle.SHEETS, *bundle.SCRIPTS, *bundle.LEFT_OUT)}
    files |= {"own.css": ".used{top:0} .idle{top:0} a{background:url(a.png)}"}
    files |= {"own.js": "1", "a.png": "", "b.png": "", "c.png": ""}
    for path, text in files.items():
        (static / path).parent.mkdir(parents=True, exist_ok=True)
        (static / path).write_text(text, encoding="utf-8")
    names = ["frame.css", "frame.js", "c.png"]
    links = "".join(f'<link href="_static/{name}"/>' for name in names)
    (tmp_path / "page.html").write_text(f'{links}<p class="used">', encoding="utf-8")
    named = {f"{kind}_files": [SimpleNamespace(filename=f"_static/own.{suffix}")]
             for kind, suffix in (("css", "css"), ("script", "js"))}  # fmt: skip

    def build(context):
        bundle.write(tmp_path, context)
        return {
            p.relative_to(tmp_path).as_posix(): p.read_text("utf-8") for p in tmp_path.rglob("*.*")
        }

    return lambda again=False: build({} if again else named)


def test_a_book_ships_its_bundles_and_what_they_or_a_page_name(book):
    files = book()
    names = {"frame.css", "frame.js", "a.png", "c.png"}
    assert set(files) == {"page.html", *(f"_static/{name}" for name in names)}
    assert "used" in files["_static/frame.css"] and "idle" not in files["_static/frame.css"]
    assert len(re.findall(r'_static/frame\.(?:css|js)\?v=\w{8}"', files["page.html"])) == 2


def test_the_colours_of_drawings_on_a_dark_page_come_with_the_bundle(book):
    dark = re.findall(r'data-theme="dark"\]\{(.*?)\}', book()["_static/frame.css"])
    assert dict(re.findall(r"--lesson-(\w+):(#\w+)", "".join(dark))) == DARK


def test_a_second_build_that_writes_no_page_changes_nothing(book):
    assert book() == book(again=True)


def test_the_icons_in_the_pages_are_in_the_fonts_and_few_others():
    css = (STATIC / "frame.css").read_text(encoding="utf-8")
    fonts = [
        TTFont(io.BytesIO(base64.b64decode(data)))
        for data in re.findall(r"url\(data:font/woff;base64,([^)]*)\)", css)
    ]
    drawn = set().union(*(font.getBestCmap() for font in fonts))
    icons = {
        name: icon
        for heads, icon in re.findall(r"([^{}]+)\{content:\s*\"([^\"\\])\"\}", css)
        for name in re.findall(r"\.(fa-[\w-]+)", heads)
    }
    named = {
        name
        for page in bundle.built(SITE)
        for value in re.findall(r'class="([^"]*fa-[^"]*)"', page.read_text(encoding="utf-8"))
        for name in value.split()
    }
    assert {"fa-bars", "fa-moon", "fa-magnifying-glass"} <= named & set(icons)
    assert not [name for name in named & set(icons) if ord(icons[name]) not in drawn]
    assert len(drawn) < 60 and len(css) < 200_000


def test_each_page_loads_both_bundles_and_its_scripts_wait():
    for path in bundle.built(SITE):
        text = path.read_text(encoding="utf-8")
        if 'id="main-content"' in text:
            assert len(re.findall(r'_static/frame\.(?:css|js)\?v=\w{8}"', text)) == 2, path
            assert all(" defer" in tag for tag in re.findall(r"<script[^>]* src=[^>]*>", text))
