"""constraints.txt with the library's own dependencies at their lower bounds, on standard output.

    python -m tools.upkeep.oldest >oldest.txt

`make test-oldest` installs that: what pyproject.toml allows for the library must work.
"""

import re
import sys
import tomllib

from tools.environment import ROOT

FREE = {"sympy"}  # torch 2.5 takes one release of it and no other: not the pinned one
BOUND = re.compile(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)(?:,.*)?")


def bounds(pyproject):
    """Text of pyproject.toml  →  {name: oldest version} of the dependencies and the extra torch.

    Raises ValueError for a dependency without a lower bound: its oldest version is unknown.
    """
    project = tomllib.loads(pyproject)["project"]
    found = {}
    for line in project["dependencies"] + project["optional-dependencies"]["torch"]:
        bound = BOUND.fullmatch(line.replace(" ", ""))
        if not bound:
            raise ValueError(f"pyproject.toml: {line!r} has no lower bound: write name>=version")
        found[bound["name"]] = bound["version"]
    return found


def oldest(constraints, pyproject):
    """The text of both files  →  the constraints with the bounds in the place of the pins.

    What an old torch chooses itself (FREE) has no pin.
    """
    low = bounds(pyproject)
    chosen = FREE.union(low)
    kept = [
        line
        for line in constraints.splitlines()
        if not line.startswith("#") and line.partition("==")[0] not in chosen
    ]
    return "\n".join([*(f"{name}=={version}" for name, version in low.items()), *kept]) + "\n"


def main():
    texts = [(ROOT / n).read_text(encoding="utf-8") for n in ("constraints.txt", "pyproject.toml")]
    try:
        sys.stdout.write(oldest(*texts))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
