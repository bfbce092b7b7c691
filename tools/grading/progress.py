"""Which exercises of the copies in work/ pass: `make progress`."""

from tools.editions import exercise_cells, read
from tools.editions.work import names
from tools.environment import ROOT
from tools.grading.hand_in import side_by_side, untouched

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
    asked = [entry for entry in named if attempted(root, entry, named[entry])]
    results = side_by_side([root / "work" / named[entry] for entry in asked], [], seconds=30)
    found = dict(zip(asked, results, strict=True))
    for entry, name in named.items():
        passes = {}
        for _, id in exercise_cells(read(root / f"{entry}.ipynb")):
            verdicts = found[entry].verdicts.get(id) if entry in found else None
            begun = verdicts and not untouched(verdicts[-1][1])
            passes[id] = verdicts[-1][0] if begun else None
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
