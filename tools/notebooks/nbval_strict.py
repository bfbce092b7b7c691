"""Strict nbval: a pytest plugin over nbval 0.11.0 that closes what it lets through.

Stock nbval passes a cell that was never executed, a notebook stripped of its outputs, any PNG
whatever, output behind a skip marker (even one inside a string), and a cell tagged to raise that
does not. Here each of them fails. What counts as equal is in `compare`. After its last cell
a notebook is also asked what it loaded: `torch._dynamo` costs every reader's kernel two seconds.
"""

from nbval.plugin import IPyNbCell, find_comment_markers

from tools.environment import pin_threads
from tools.notebooks import compare

SLOW = "torch._dynamo"
INSTEAD = "use Adam of lessons_lib.torch_training in the place of torch.optim (or no torch.compile)"


class StrictCell(IPyNbCell):
    """A code cell that must have been executed, must run again and must say the same."""

    def runtest(self):
        for fault in self.evasions():
            self.raise_cell_error(fault)
        if not self.config.option.nbval or self.config.option.nbval_lax:
            self.raise_cell_error("the lessons are checked with --nbval, never with --nbval-lax")
        super().runtest()
        if self.cell is [c for c in self.parent.nb.cells if c.cell_type == "code"][-1]:
            self.refuse_slow_modules()

    def refuse_slow_modules(self):
        """An optimiser of torch.optim loads torch._dynamo; lessons_lib.torch_training does not."""
        kernel, asked = self.parent.kernel, {"slow": f"{SLOW!r} in __import__('sys').modules"}
        msg_id = kernel.kc.execute("", silent=True, user_expressions=asked)
        reply = {}
        while reply.get("parent_header", {}).get("msg_id") != msg_id:
            reply = kernel.get_message(stream="shell", timeout=30)
        kernel.await_idle(msg_id, timeout=30)
        if reply["content"]["user_expressions"]["slow"]["data"]["text/plain"] != "False":
            self.raise_cell_error(f"the notebook loads {SLOW}: {INSTEAD}")

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
