"""`make check` runs the tests of what changed, and says so; nothing that changed is passed over."""

import subprocess

import pytest

from tools.environment import ROOT
from tools.upkeep import check

LESSON = "book/1_rnn/loop_with_state.ipynb"


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def fork(tmp_path, monkeypatch):
    """A history with a file on main, and a branch on which nothing has changed yet."""
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    git(tmp_path, "checkout", "-b", "mine")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    return tmp_path


def test_what_is_committed_what_is_not_and_what_is_new_has_changed(fork):
    assert check.changed() == []
    (fork / "committed.txt").touch()
    git(fork, "add", ".")
    git(fork, "commit", "-m", "two")
    (fork / "old.txt").write_text("new", encoding="utf-8")
    (fork / "new.txt").touch()
    assert check.changed() == check.changed("main") == ["committed.txt", "new.txt", "old.txt"]
    assert check.changed("mine") == ["new.txt", "old.txt"]


def test_a_file_that_is_gone_is_not_tested(fork):
    (fork / "old.txt").unlink()
    assert check.changed() == []


def test_a_branch_that_git_does_not_know_is_refused_in_one_line(fork):
    with pytest.raises(SystemExit, match="SINCE=nowhere: git knows no such commit; expected"):
        check.changed("nowhere")


@pytest.mark.parametrize(
    ("source", "name", "is_its_test"),
    [
        ("from lessons_lib.cells import LSTM", "src/lessons_lib/cells/lstm.py", True),
        ("from lessons_lib import cells, flow", "src/lessons_lib/cells/lstm.py", True),
        ("def f():\n    import lessons_lib.flow", "src/lessons_lib/flow.py", True),
        ("from lessons_lib import cells", "src/lessons_lib/flow.py", False),
        ("from lessons_lib.cells.gru import GRU", "src/lessons_lib/cells/lstm.py", False),
        ("import lessons_lib", "src/lessons_lib/__init__.py", True),
        ("from tools.upkeep import check", "tools/upkeep/check.py", True),
        ("x = 'lstm.py'", "src/lessons_lib/cells/lstm.py", False),
        ("(ROOT / '_toc.yml').read_text()", "_toc.yml", True),
        ("x = 1", "_toc.yml", False),
    ],
)
def test_a_test_belongs_to_what_it_imports_and_to_other_files_that_it_names(
    source, name, is_its_test
):
    assert check.belongs(source, name) is is_its_test


def test_every_module_of_the_library_has_a_test_that_is_run_when_it_changes():
    modules = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("src/lessons_lib/**/*.py")]
    assert [name for name in modules if "/__" not in name and not check.tests([name])] == []


def test_a_changed_lesson_is_read_run_and_looked_at(monkeypatch, capsys):
    told = []
    monkeypatch.setattr(check, "changed", lambda since: [LESSON, "README.md"])
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **options: told.extend(command) or subprocess.CompletedProcess(command, 1),
    )
    with pytest.raises(SystemExit, match="1"):
        check.main()
    assert {LESSON, "tests/test_book.py", "tests/test_readme.py", check.LINKS} <= set(told)
    assert check.LOOK.format(390, LESSON.removesuffix(".ipynb")) in told and check.LONG not in told
    assert capsys.readouterr().out.startswith("Changed: 2 files. Checked: ")


def test_the_tests_that_are_named_here_exist():
    pages = (ROOT / check.LONG).read_text(encoding="utf-8")
    for name in (check.LINKS, check.LOOK):
        assert f"def {name.partition('::')[2].partition('[')[0]}(" in pages
    assert all((ROOT / f"tests/test_{part}.py").is_file() for part in check.OF_A_LESSON)


def test_a_change_of_every_page_shows_examples_and_a_copy_of_a_reader_shows_none():
    assert check.pages(["book/_static/course.css"]) == check.EXAMPLES
    assert check.pages(["book/claims.md", "src/x.py"]) == ["book/claims"]
    assert check.pages(["book/Untitled Folder/Untitled.ipynb", "book/x-Copy1.ipynb"]) == []
