"""Which exercises of the copies in work/ pass: `make progress`."""

import os
from concurrent.futures import ThreadPoolExecutor

from lessons_kit.exercises import judge
from tools.editions import exercise_cells, read
from tools.editions.work import names
from tools.environment import ROOT
from tools.grading.hand_in import graded
from tools.grading.process import snapshot

SIGNS = {True: "✓", False: "✗", None: "·"}


def attempted(root, entry, name):
    """Does a copy exist that differs in an exercise from what was handed out?"""
    mine, pristine = root / "work" / name, root / "work" / ".edition" / f"{entry}.ipynb"
    if not (mine.is_file() and pristine.is_file()):
        return False
    both = ({i: c["source"] for c, i in exercise_cells(read(p))} for p in (mine, pristine))
    return next(both) != next(both)


def progress(root=ROOT):
    """(name of the copy, {exercise: True passes, False does not, None not attempted})"""
    named = names(root)
    files, job = snapshot([])
    asked = [entry for entry in named if attempted(root, entry, named[entry])]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        paths = [root / "work" / named[entry] for entry in asked]
        results = pool.map(lambda path: graded(path, files, job | {"seconds": 30}), paths)
        found = dict(zip(asked, results, strict=True))
    for entry, name in named.items():
        passes = {}
        for _, id in exercise_cells(read(root / f"{entry}.ipynb")):
            verdicts = found[entry].verdicts.get(id) if entry in found else None
            untouched = not verdicts or verdicts[-1][1] == judge.SAY["greeting"]
            passes[id] = None if untouched else verdicts[-1][0]
            if entry in found and id in found[entry].faults:
                passes[id] = False
        yield name, passes


def main():
    """Print a line for each lesson with exercises, and the sum."""
    every = []
    for name, passes in progress():
        every += passes.values()
        if passes:
            signs = (f"{SIGNS[value]} {id}" for id, value in passes.items())
            print(f"{name.removesuffix('.ipynb'):46} {'   '.join(signs)}")
    print(f"{every.count(True)} of {len(every)} exercises pass")


if __name__ == "__main__":
    main()
