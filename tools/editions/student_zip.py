"""The student edition as one file: `python -m tools.editions.student_zip _build/student`

The stripped notebooks, the library they import, its pins, the licences, and a note on how to
start. The same sources give the same bytes (tools/editions/packing.py).
"""

import sys
from pathlib import Path

from tools.editions import packing
from tools.environment import ROOT

TOP = "memory-in-sequences"
NOTE = """Memory in sequences: notebooks with exercises

You need Python 3.11 or newer. In this folder, once (about 1 GB):

    python3 -m venv .venv
    .venv/bin/pip install -c library/constraints.txt "./library[torch,lab]"

Then, every time:

    .venv/bin/jupyter lab

On Windows write py for python3 and .venv\\Scripts for .venv/bin.

On Linux torch brings several GB for CUDA cards: without such a card install its CPU build first
(pytorch.org says how). If something does not work,

    .venv/bin/python -m lessons_kit.doctor

says what is wrong and which command mends it; where it finds no lessons_lib, repeat the
installation above. Begin with 1_rnn/loop_with_state.ipynb.

Code: MIT licence (library/LICENSE). Prose and figures: CC BY 4.0 (LICENSE-TEXT).
"""
# README.md is not packed: the library's metadata does not name it
LIBRARY = ("pyproject.toml", "constraints.txt", "LICENSE")


def files(folder):
    """{name in the archive: bytes}.  Raises FileNotFoundError for a folder without notebooks."""
    lessons = sorted(folder.glob("*/*.ipynb"))
    if not lessons:
        raise FileNotFoundError(f"{folder}: no notebooks in it; run `make student`")
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in lessons}
    found |= dict(packing.library("library/src"))
    found |= {f"library/{name}": (ROOT / name).read_bytes() for name in LIBRARY}
    return found | {
        "START.txt": NOTE.encode(),
        "LICENSE-TEXT": (ROOT / "LICENSE-TEXT").read_bytes(),
    }


def pack(folder):
    """Write the archive beside the folder  →  its path."""
    return packing.pack(folder.with_suffix(".zip"), TOP, files(folder).items())


if __name__ == "__main__":
    print(pack(Path(sys.argv[1])))
