"""Run a lesson in this process, cell by cell, so that it can be forked between two cells."""

import argparse
import contextlib
import io
import os
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
from traitlets.config import Config

from tools.environment import notebooks, pin_threads


class Session:
    """The code cells of a lesson and a shell that runs them in the lesson's folder.

    One session for each process: the shell, its modules and the folder belong to the process.
    """

    def __init__(self, path):
        pin_threads()
        os.environ["MPLBACKEND"] = "agg"
        warnings.simplefilter("ignore")  # figures that are not shown, a process that forks
        from IPython.core.interactiveshell import InteractiveShell
        from tqdm import tqdm

        tqdm.get_lock()  # made here once: each copy of this process would leave one behind

        quiet = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor"})
        self.cells = code_cells(path)
        self.shell = InteractiveShell.instance(config=quiet)
        os.chdir(path.parent)
        sys.path.insert(0, "")

    def run(self, n, source=None):
        """Run code cell ``n``, or ``source`` in its place  →  its error or None, what it said."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            result = self.shell.run_cell(source or self.cells[n].source, store_history=False)
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        error = result.error_before_exec or result.error_in_exec
        if "raises-exception" in self.cells[n].metadata.get("tags", []):
            error = None
        return error, said.getvalue()


def code_cells(path):
    """The code cells of a notebook that hold code."""
    cells = nbformat.v4.reads(Path(path).read_text(encoding="utf-8")).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


def python(source):
    """The source of a cell without the lines that only IPython reads."""
    return "\n".join("" if line[:1] in ("%", "!") else line for line in source.split("\n"))


def described(error):
    """An error in one line: its kind and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def side_by_side(function, paths, jobs):
    """``function(path)`` for every lesson, each in a fresh process  →  path, *what it returns."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        for path, result in zip(paths, pool.map(function, paths), strict=True):
            yield path, *result


def arguments(given, description):
    """The command line of `make falsify` and `make test-twice`  →  lessons, number of processes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--jobs", type=int, default=min(8, os.cpu_count() or 1))
    parser.add_argument("lessons", nargs="*", type=Path, help="notebooks; all of them if none")
    options = parser.parse_args(given)
    missing = [str(path) for path in options.lessons if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")
    return [path.resolve() for path in options.lessons] or notebooks(), options.jobs
