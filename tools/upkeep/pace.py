"""A pytest plugin: what takes longest begins first, and at the end stands where the time went."""

from collections import Counter

import pytest

# Whole seconds on one core, from the end of a run; without them one core waits for the other.
LONG = (
    "tests/test_pages.py",
    "tests/test_jupyterlab.py",
    "tests/test_solved.py",
    "tests/test_nbval_strict.py",
    "tests/test_machines.py",
    "tests/test_forks.py",
    "tests/test_doctor.py",
)
SHOWN, WORTH = 15, 60


def file_of(nodeid):
    return nodeid.partition("::")[0]


def rank(nodeid):
    """The long files in their order, then the lessons, then all others."""
    file = file_of(nodeid)
    return LONG.index(file) if file in LONG else len(LONG) + (not file.endswith(".ipynb"))


@pytest.hookimpl(trylast=True)  # after pytest's own order
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: rank(item.nodeid))


def spent(reports):
    """Seconds of every file, those of its fixtures too, the most first."""
    seconds = Counter()
    for report in reports:
        seconds[file_of(report.nodeid)] += report.duration
    return seconds.most_common()


def pytest_terminal_summary(terminalreporter):
    groups = terminalreporter.stats.values()
    files = spent(r for group in groups for r in group if hasattr(r, "duration"))
    total = sum(seconds for _, seconds in files)
    if total < WORTH:
        return
    terminalreporter.section("where the time went")
    for file, seconds in files[:SHOWN]:
        terminalreporter.write_line(f"{seconds:5.0f} s  {file}")
    rest = sum(seconds for _, seconds in files[SHOWN:])
    terminalreporter.write_line(f"{rest:5.0f} s  {len(files[SHOWN:])} other files")
    terminalreporter.write_line(f"{total:5.0f} s  in all, by every core together")
