"""What takes longest begins first, and the end of a run says where the time went."""

from types import SimpleNamespace

from tools.environment import ROOT
from tools.upkeep import pace

LESSON = "book/1_rnn/loop_with_state.ipynb"


def test_the_long_files_begin_then_the_lessons_and_each_keeps_its_order():
    names = ["tests/test_a.py::one", f"{LESSON}::Cell 0", f"{LESSON}::Cell 1",
             f"{pace.LONG[1]}::x", "tests/test_a.py::two", f"{pace.LONG[0]}::x"]  # fmt: skip
    items = [SimpleNamespace(nodeid=name) for name in names]
    pace.pytest_collection_modifyitems(items)
    assert [names.index(item.nodeid) for item in items] == [5, 3, 1, 2, 0, 4]


def test_the_long_files_exist():
    gone = [name for name in pace.LONG if not (ROOT / name).is_file()]
    assert not gone, f"tools/upkeep/pace.py names files that are gone: {gone}"


def told(seconds):
    """What a run says that spent so many seconds on each of its files."""
    reports = [SimpleNamespace(nodeid=f"{name}::x", duration=s) for name, s in seconds]
    lines = []
    terminal = SimpleNamespace(stats={"passed": reports, "warnings": ["text"]},
                               section=lines.append, write_line=lines.append)  # fmt: skip
    pace.pytest_terminal_summary(terminal)
    return lines


def test_a_long_run_says_where_its_time_went_with_what_the_fixtures_took():
    seconds = [
        ("a.py", 50.0),
        ("b.py", 10.0),
        ("a.py", 20.0),
        *((f"{n}.py", 1.0) for n in range(20)),
    ]
    lines = told(seconds)
    assert lines[:3] == ["where the time went", "   70 s  a.py", "   10 s  b.py"]
    assert lines[-2:] == ["    7 s  7 other files", "  100 s  in all, by every core together"]


def test_a_short_run_says_nothing_of_it():
    assert told([("a.py", 3.0)]) == []
