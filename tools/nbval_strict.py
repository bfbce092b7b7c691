"""Strict nbval: a pytest plugin over nbval 0.11.0 that closes what it lets through.

Stock nbval passes a cell that was never executed, a notebook stripped of its outputs, any PNG
whatever, output behind a skip marker (even one inside a string), and a cell tagged to raise that
does not. Here each of them fails. What counts as equal is in `tools.compare`.
"""

from nbval.plugin import IPyNbCell, find_comment_markers

from tools import compare
from tools.environment import pin_threads


class StrictCell(IPyNbCell):
    """A code cell that must have been executed, must run again and must say the same."""

    def runtest(self):
        for fault in self.evasions():
            self.raise_cell_error(fault)
        if not self.config.option.nbval or self.config.option.nbval_lax:
            self.raise_cell_error("the lessons are checked with --nbval, never with --nbval-lax")
        super().runtest()

    def evasions(self):
        """Ways to look green without being checked."""
        if dict(find_comment_markers(self.cell.source)):
            yield "an nbval marker in the source (a line of a string counts): none is allowed"
        if self.options["skip"] or not self.options["check"]:
            yield "a tag that skips the cell or ignores its output: none is allowed"
        if self.cell.source.strip() and self.cell.execution_count is None:
            yield "the cell has never been executed: run `make notebooks`"

    def compare_outputs(self, test, ref, skip_compare=None):
        exact = "figure-from-training" not in self.cell.metadata.get("tags", [])
        self.comparison_traceback = compare.differences(ref, test, exact)
        return not self.comparison_traceback


def pytest_configure():
    pin_threads()


def pytest_itemcollected(item):
    # nbval makes its cells by name, so they change their class here, behaviour and all
    if type(item) is IPyNbCell:
        item.__class__ = StrictCell
