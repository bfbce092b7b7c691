"""A pytest plugin: what takes longest begins first, and at the end stands where the time went."""

from collections import Counter

import pytest

# By the seconds at the end of a run. If the longest began last, one core would wait for the other.
LONG = tuple(
    f"tests/test_{name}.py"
    for name in (
        "pages run doctor exercise_mutants living nbval_strict machines forks jupyterlab exercises"
    ).split()
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
