"""The first cell for Colab: installs the library there and nothing else, is silent elsewhere."""

import subprocess
import sys

import nbformat
import pytest

from tools.editions import colab
from tools.environment import notebooks
from tools.notebooks import hygiene

LIBRARY = "git+https://github.com/Ada/memory@main"
COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"


def cell(library):
    return colab.CELL.format(library=library)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_lesson_with_the_cell_is_still_a_clean_lesson(path, tmp_path):
    copy = tmp_path / path.name
    colab.write(path, copy, LIBRARY)
    assert not hygiene.faults(copy)
    nb = nbformat.read(copy, as_version=4)
    assert nb.cells[0].cell_type == "markdown" and nb.cells[1].source == cell(LIBRARY)
    plain = nbformat.read(path, as_version=4)
    assert [c.source for c in nb.cells[2:]] == [c.source for c in plain.cells[1:]]


def test_the_cell_is_short():
    assert cell(LIBRARY).count("\n") < 12


def test_a_second_time_renews_the_cell_and_changes_nothing_else(tmp_path):
    path, once, twice, moved = notebooks()[0], *(tmp_path / f"{n}.ipynb" for n in range(3))
    colab.write(path, once, LIBRARY)
    colab.write(once, twice, LIBRARY)
    assert once.read_bytes() == twice.read_bytes()
    colab.write(twice, moved, LIBRARY.replace("/Ada/", "/Eve/"))
    assert moved.read_text(encoding="utf-8") == once.read_text(encoding="utf-8").replace(
        "com/Ada/", "com/Eve/"
    )


def test_the_cell_does_nothing_outside_colab():
    code = cell("git+https://127.0.0.1/no/course@main")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("library", ['x"; import os', "lessons_lib", "git+https://a/b\nprint()"])
def test_only_an_address_or_a_path_gets_into_the_cell(library):
    with pytest.raises(ValueError, match="give git"):
        colab.with_cell(nbformat.v4.new_notebook(), library)


def test_on_colab_it_asks_pip_for_the_library_without_its_dependencies(tmp_path):
    """pip is replaced by a module that writes down what it was asked for."""
    (tmp_path / "pip.py").write_text(
        "import sys; open('asked', 'w').write(' '.join(sys.argv[1:]))", encoding="utf-8"
    )
    run = subprocess.run([sys.executable, "-c", COLAB + cell(LIBRARY)], cwd=tmp_path,
                         capture_output=True, text=True)  # fmt: skip
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert (tmp_path / "asked").read_text(
        encoding="utf-8"
    ) == f"install --quiet --no-deps {LIBRARY}"


def test_a_failed_installation_says_so_in_the_words_of_pip(tmp_path):
    (tmp_path / "pip.py").write_text("import sys; sys.exit('no such repository')", encoding="utf-8")
    run = subprocess.run([sys.executable, "-c", COLAB + cell(LIBRARY)], cwd=tmp_path,
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 1, f"it does not fail where pip does: {run.stdout}{run.stderr}"
    assert f"{LIBRARY} was not installed:\nno such repository" in run.stderr


def test_the_branch_for_colab_is_stored_beside_the_work_and_not_in_it(tmp_path):
    root, out = tmp_path / "clone", tmp_path / "out"
    root.mkdir()
    (root / "a.txt").write_text("the work", encoding="utf-8")
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "first"], check=True)
    colab.write(notebooks()[0], out / "book" / "1_rnn" / "lesson.ipynb", LIBRARY)
    colab.store(out, root=root)
    asked = {
        key: subprocess.run([*git, *words], check=True, capture_output=True, text=True).stdout
        for key, words in {
            "files": ["ls-tree", "-r", "--name-only", "launch"],
            "status": ["status", "--porcelain", "--branch"],
        }.items()
    }
    assert asked == {"files": "book/1_rnn/lesson.ipynb\n", "status": "## main\n"}


@pytest.mark.parametrize(
    ("path", "says"), [(None, "not a git repository"), ("/gone", "install git")]
)
def test_without_git_the_branch_is_refused_in_one_line(path, says, tmp_path, monkeypatch):
    monkeypatch.setattr(colab, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if path:
        monkeypatch.setenv("PATH", path)
    with pytest.raises(SystemExit, match=f"(?s)`launch` is a branch of git.*{says}") as stop:
        colab.main(["x.ipynb", "--to", str(tmp_path), "--store"])
    assert str(stop.value).count("\n") == 0
