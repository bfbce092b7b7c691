"""Every cell twice in a row: `python -m tools.notebooks.twice [--jobs 2] [lesson.ipynb …]`

A reader runs cells again.  A generator that cells share, or a gradient that accumulates, would give
other verdicts then.  The second run must fail nowhere and make the same claims as the first.
"""

import re
import sys
import time

from tools.environment import ROOT
from tools.notebooks import verdicts
from tools.notebooks.in_process import Session, arguments, described, side_by_side

CLAIMED = re.compile(r"^(✓ .*?): ", flags=re.MULTILINE)


def lesson(path):
    """Run every cell of the lesson twice in a row  →  list of faults in words, seconds."""
    session, start, faults = Session(path), time.perf_counter(), []
    for n in range(len(session.cells)):
        (error, said), (error_again, said_again) = session.run(n), session.run(n)
        if error is not None:
            return [f"code cell {n + 1}: {described(error)}"], 0.0
        if error_again is not None:
            faults.append(f"code cell {n + 1}, run again: {described(error_again)}")
        elif CLAIMED.findall(said) != CLAIMED.findall(said_again):
            faults.append(f"code cell {n + 1}, run again: other claims")
    return faults, time.perf_counter() - start


def run(paths, jobs):
    """Run the lessons side by side, keep what was seen, print it  →  did all hold?"""
    sound = True
    for path, faults, seconds in side_by_side(lesson, paths, jobs):
        name = path.relative_to(ROOT).as_posix()
        print(f"{seconds:6.1f} s  {name}", *faults, sep="\n          ", flush=True)
        sound &= not faults
        verdicts.keep(path, twice="" if faults else verdicts.fingerprint(path))
    return sound


if __name__ == "__main__":
    sys.exit(not run(*arguments(sys.argv[1:], __doc__)))
