"""Runs in the page's own Python: one answer, judged by lessons_kit.exercises as in the notebook."""

import contextlib
import io
import json
import linecache
import sys
import traceback

from lessons_kit import exercises
from lessons_kit.exercises import show

CELL, LIMIT = "<your answer>", 20_000  # characters of what an answer prints
LEFT_OUT = "\n(It printed more, which is left out.)\n"


class Said(io.StringIO):
    """What an answer prints, up to a limit."""

    def write(self, text):
        left = LIMIT - self.tell()
        if left > 0:
            super().write(text[:left] if len(text) <= left else text[:left] + LEFT_OUT)
        return len(text)


def judged(id, code, before=""):
    """Run an answer after the cells before it  →  (passed: bool, what the cell would print).

    id: of the exercise; code: the answer, without the line that checks it.
    """
    said, passed = Said(), False
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            space = {"__name__": "__main__"}
            exec(compile(before, "<the cells before>", "exec"), space)
            linecache.cache[CELL] = (len(code), None, code.splitlines(True), CELL)
            exec(compile(code, CELL, "exec"), space)
            found = exercises.find(id)
            verdict = show.verdict(found, eval(found.name, space))
        except BaseException as error:  # it may leave, or be interrupted
            verdict = told(error)
        else:
            passed = verdict.startswith(show.mark(True))
    printed = said.getvalue()
    return passed, printed + ("\n" if printed[-1:] not in ("", "\n") else "") + verdict


def told(error):
    """An error of the cell itself, with its lines of the answer and none of what ran it."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(f for f in told.stack if f.filename == CELL)
    told.__context__ = told.__cause__ = None
    return "".join(told.format(colorize=False) if sys.version_info > (3, 13) else told.format())


def answer(text):
    """The page's question, in JSON, and the answer to it: the last line that is written."""
    passed, said = judged(**json.loads(text))
    sys.__stdout__.write("\n" + json.dumps({"passed": passed, "said": said}) + "\n")
    sys.__stdout__.flush()
