"""See every claim fail: `python -m tools.notebooks.falsify [--jobs 2] [stale | lesson.ipynb …]`

Each lesson runs once, in a process of its own.  Before the cell that a falsifier changes, the
process forks: the copy makes the change, runs on to the claim, and *that* claim must turn red.
What was seen goes into `book/verdicts.json`, with the hash of all that it depends on.
"""

import os
import signal
import sys
import time

from tools.environment import ROOT
from tools.notebooks import falsifiers, verdicts
from tools.notebooks.in_process import Session, arguments, described, side_by_side
from tools.notebooks.transplant import edit_module

LIMIT = 300  # seconds for one falsifier
RED = "red"


def attempt(session, one):
    """Make the change and run on to the claim  →  what happened, in words."""
    if one.library:
        edit_module(one.library, one.old, one.new)
    said = ""
    for n in range(one.start, one.stop + 1):
        source = session.cells[n].source
        if n == one.start and not one.library:
            source = source.replace(one.old, one.new, 1)
        error, text = session.run(n, source)
        said += text
        if error is not None:
            return f"{described(error)}, not the claim"
    shown = [line for line in said.splitlines() if line.startswith(f"✓ {one.claim}: ")]
    return f"still holds, {shown[-1]}" if shown else "the claim was not reached"


def copied(session, one):
    """Fork, attempt in the copy  →  RED or what happened instead."""
    from lessons_lib import claims

    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            outcome = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        return outcome or f"stopped by signal {-code} (limit {LIMIT} s)"

    def leave(outcome):
        os.write(writing, outcome.encode())
        os._exit(0)

    signal.alarm(LIMIT)
    claims.refuse = lambda error: leave(RED) if error.text == one.claim else None
    try:
        leave(attempt(session, one))
    except BaseException as error:
        leave(described(error))


def lesson(path):
    """Run a lesson and every falsifier of it  →  its record or None, faults in words."""
    start, plan = time.perf_counter(), falsifiers.plan(path)
    faults, green, said = list(plan.faults), set(plan.exempt), ""
    session = Session(path)
    for n in range(max(plan.claims.values(), default=-1) + 1):
        for one in (one for one in plan.falsifiers if one.start == n):
            outcome = copied(session, one)
            if outcome != RED:
                green.add(one.claim)
                faults.append(f"{one.claim!r} with {one.new!r:.60}: {outcome}")
        error, text = session.run(n)
        said += text
        if error is not None:
            return None, [f"the lesson itself fails in code cell {n + 1}: {described(error)}"]
    idle = {text for text in plan.claims if f"✓ {text}: " not in said}
    faults += [f"never runs: {text!r}" for text in idle]
    red = {one.claim for one in plan.falsifiers} - green - idle
    counts = {"claims": len(plan.claims), "falsified": len(red), "exempt": len(plan.exempt)}
    seconds = round(time.perf_counter() - start, 1)
    return {"hash": verdicts.fingerprint(path), **counts, "seconds": seconds}, faults


def run(paths, jobs):
    """Run the lessons side by side, keep their records, print the score  →  all seen red?"""
    total, sound, start = {"claims": 0, "falsified": 0, "exempt": 0}, True, time.perf_counter()
    for path, entry, faults in side_by_side(lesson, paths, jobs):
        name = path.relative_to(ROOT).as_posix()
        if entry:
            verdicts.keep(path, **entry)
            total = {key: total[key] + entry[key] for key in total}
            score = "{seconds:6.1f} s  {falsified} of {claims} claims seen red, {exempt} exempt"
            print(f"{score.format(**entry)}: {name}", flush=True)
        for fault in faults:
            print(f"          {name}: {fault}", flush=True)
        sound &= not faults
    score = "{falsified} of {claims} claims seen red, {exempt} exempt".format(**total)
    print(f"{len(paths)} lessons in {time.perf_counter() - start:.0f} s: {score}")
    return sound


if __name__ == "__main__":
    sys.exit(not run(*arguments(sys.argv[1:], __doc__)))
