"""Run a lesson in this process, cell by cell, so that it can be forked between two cells."""

import contextlib
import io
import os
import sys
import warnings

import nbformat
from traitlets.config import Config

from tools.environment import pin_threads


class Session:
    """The code cells of a lesson and a shell that runs them in the lesson's folder.

    One session for each process: the shell, its modules and the folder belong to the process.
    """

    def __init__(self, path):
        pin_threads()
        os.environ["MPLBACKEND"] = "agg"
        warnings.simplefilter("ignore")  # figures that are not shown, a process that forks
        from IPython.core.interactiveshell import InteractiveShell

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
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


def described(error):
    """An error in one line: its kind and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
