"""What `make upgrade` says and writes; the oldest versions; links; what a wheel must hold."""

import http.server
import shutil
import threading
import tomllib

import nbformat
import pytest
from nbformat import v4
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as normal

from tools.environment import METADATA, ROOT
from tools.notebooks import changes
from tools.publish import links
from tools.upkeep import upgrade

PINS = """# The versions.
# torch without a local suffix.
NumPy==2.4.6
torch==2.13.0
gone==1.0
"""


def stream(text):
    return [v4.new_output("stream", name="stdout", text=text)]


def notebook(*outputs):
    nb = v4.new_notebook(metadata=METADATA)
    nb.cells = [v4.new_code_cell("…", execution_count=n, outputs=out)
                for n, out in enumerate(outputs, 1)]  # fmt: skip
    return nb


def between(old, new):
    return changes.between(changes.outputs(old), changes.outputs(new))


def test_a_changed_number_is_named_with_its_line_and_the_rest_is_left_out():
    old = notebook(stream("gap 20\nloss 0.1234 after 300 steps\n"), stream("done\n"))
    new = notebook(stream("gap 20\nloss 0.1239 after 300 steps\n"), stream("done\n"))
    assert between(old, new) == [(1, ["0.1234 → 0.1239   in: loss 0.1239 after 300 steps"])]
    assert between(old, old) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("5 of 5 seeds, 97 %", "4 of 5 seeds, 96 %", "5 → 4, 97 → 96   in: 4 of 5 seeds, 96 %"),
        ("rate 1e-3, -0.5", "rate 1e-4, 0.5", "1e-3 → 1e-4, -0.5 → 0.5   in: rate 1e-4, 0.5"),
        ("h_0 of W2", "h_0 of W3", "- h_0 of W2"),
        ("solved", "not solved", "+ not solved"),
    ],
)
def test_numbers_are_told_from_words(old, new, says):
    assert says in changes.line_changes(old, new)


def test_a_line_more_is_told_from_the_lines_that_stayed():
    assert changes.cell_changes(stream("a 1\nb 2\n"), stream("a 1\nc 3\nb 2\n")) == ["+ c 3"]


def test_a_figure_that_looks_different_is_named():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>{}</text></svg>'
    shown = [[v4.new_output("display_data", {"image/svg+xml": svg.format(t)})] for t in "ab"]
    assert changes.cell_changes(*shown) == ["a figure looks different"]
    assert changes.cell_changes(shown[0], shown[0]) == []


def test_the_refreshed_constraints_keep_their_comments_and_their_spelling():
    new = {"numpy": ("numpy", "2.5.0"), "torch": ("torch", "2.14.0"), "fresh": ("Fresh", "1.0")}
    text = upgrade.refreshed(PINS, new)
    assert text.splitlines() == [*PINS.splitlines()[:2],
                                 "Fresh==1.0", "NumPy==2.5.0", "torch==2.14.0"]  # fmt: skip
    assert list(upgrade.moved(upgrade.pins(PINS), new)) == [
        "fresh: none → 1.0", "gone: 1.0 → none", "numpy: 2.4.6 → 2.5.0", "torch: 2.13.0 → 2.14.0",
    ]  # fmt: skip


def test_pins_that_did_not_move_are_written_back_as_they_stand():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert upgrade.refreshed(text, upgrade.pins(text)) == text


def test_the_pins_hold_no_build_of_torch_for_a_graphics_card(monkeypatch):
    class Package:
        def __init__(self, name):
            self.metadata, self.version = {"Name": name}, "1.0+cu130"

    names = ["torch", "nvidia-cublas", "cuda-toolkit", "triton", "lessons_lib", "pip"]
    monkeypatch.setattr(upgrade.importlib.metadata, "distributions",
                        lambda: map(Package, names))  # fmt: skip
    assert upgrade.installed() == {"torch": ("torch", "1.0")}


def test_the_pins_hold_no_local_suffix_and_no_course():
    found = upgrade.installed()
    assert "numpy" in found and "lessons-lib" not in found
    assert not [version for _, version in found.values() if "+" in version]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one notebook in which the upgrade may write."""
    path = tmp_path / "book" / "1_rnn" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    nb = notebook(stream("1\n"))
    nb.cells[0].source = "print(2)"
    nbformat.write(nb, path)
    (tmp_path / "constraints.txt").write_text(PINS, encoding="utf-8")
    monkeypatch.setattr(upgrade, "ROOT", tmp_path)
    monkeypatch.setattr(upgrade, "PINS", tmp_path / "constraints.txt")
    monkeypatch.setattr(upgrade, "WORK", tmp_path / "_build" / "upgrade")
    return path


def executed(paths):
    """In the place of the kernels, which `make notebooks` starts: the cell now says 2."""
    for path in paths:
        nb = nbformat.read(path, as_version=4)
        nb.cells[0].outputs[0].text = "2\n"
        nbformat.write(nb, path)
    return True


def test_an_upgrade_replaces_outputs_and_pins_and_prints_what_changed(course, capsys, monkeypatch):
    monkeypatch.setattr(upgrade.notebooks, "execute_all", executed)
    upgrade.main([str(course)])
    said = capsys.readouterr().out
    assert "book/1_rnn/lesson.ipynb, code cell 1:\n    1 → 2   in: 2" in said
    assert "gone: 1.0 → none" in said and "1 notebooks, 1 cells" in said
    assert nbformat.read(course, as_version=4).cells[0].outputs[0].text == "2\n"
    assert "gone" not in upgrade.PINS.read_text(encoding="utf-8")


def test_an_upgrade_under_which_a_notebook_fails_writes_nothing(course, monkeypatch):
    monkeypatch.setattr(upgrade.notebooks, "execute_all", lambda paths: not executed(paths))
    text = course.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="nothing was replaced"):
        upgrade.main([str(course)])
    assert (
        course.read_text(encoding="utf-8") == text
        and upgrade.PINS.read_text(encoding="utf-8") == PINS
    )


def test_every_dependency_of_the_course_has_a_bound_and_a_pin():
    """`make test-oldest` asks uv for the lowest versions: without a bound they would be ancient."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["torch"]
    pinned = upgrade.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    for need in map(Requirement, lines):
        assert ">=" in {bound.operator for bound in need.specifier}, f"{need} has no lower bound"
        assert normal(need.name) in pinned


class Web(http.server.BaseHTTPRequestHandler):
    """A web of two pages: /here is there, /closed turns robots away; there is nothing else."""

    def do_GET(self):
        self.send_response({"/here": 200, "/closed": 403}.get(self.path, 404))
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *words):
        pass


def test_a_broken_link_is_named_with_its_page_and_its_line(tmp_path, capsys):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = f"http://127.0.0.1:{server.server_address[1]}"
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    shutil.copytree(ROOT / "book" / "_static", tmp_path / "book" / "_static")
    (tmp_path / "book" / "references.bib").write_text("", encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n", encoding="utf-8")
    (tmp_path / "book" / "index.md").write_text(
        f"# A book\n\nA [good]({web}/here), a [closed]({web}/closed).\n\nA [bad]({web}/gone).\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as stop:
        links.main(tmp_path)
    said = capsys.readouterr().out
    assert stop.value.code == 1
    assert "closed" not in said
    assert f"index.md, line 5: {web}/gone" in said and "404" in said
    assert "3 links to the web, 1 broken." in said
    assert links.place(430_027) == "cell 43, line 27"
    server.shutdown()
    server.server_close()
