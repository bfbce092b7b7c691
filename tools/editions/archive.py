"""The course as one archive that opens from the disk: pages, notebooks, and what runs them.

    python -m tools.editions.archive [--to FOLDER]

The same sources give the same bytes (tools/editions/packing.py).
"""

import argparse
import contextlib
import io
import sys
import tempfile
from pathlib import Path

import lessons_lib
from tools.editions.command import export
from tools.editions.packing import library, pack, tree
from tools.editions.rewrite import stripped
from tools.environment import ROOT, notebooks

SITE = ROOT / "_build" / "html"
STEM = f"memory-in-sequences-{lessons_lib.__version__}"
# Of the two files with the Python of the pages (tools/site/run) the one that needs a server.
SKIPPED = {".buildinfo", "objects.inv", "404.html", "python.bin"}
KEPT = ("pyproject.toml", "constraints.txt", "LICENSE", "LICENSE-TEXT", "CITATION.cff")
README = f"""Memory in sequences, version {lessons_lib.__version__}
{"=" * 34}

A course on recurrent networks and attention. It needs no connection.

To read    Open pages/index.html in a browser. Search, links, formulas and figures
           work from the disk, and so do the exercises: press "Solve it here".

To run     The lessons are notebooks:
             notebooks/  the lessons as they are on the pages, with their outputs
             student/    the same with the exercises open and without solutions
           You need Python 3.11 or newer. Once, in this folder, and this once with a
           connection:
             python3 -m venv .venv
             .venv/bin/pip install -c constraints.txt -e ".[torch]" jupyterlab
             .venv/bin/jupyter lab notebooks
           On Windows the programs are in .venv\\Scripts instead of .venv/bin.
           After that no lesson loads anything, and each runs in less than a minute.
           On Linux torch brings several GB for CUDA cards: without such a card install
           its CPU build first (pytorch.org says how).

Licences   Code: MIT (LICENSE). Prose and figures: CC BY 4.0 (LICENSE-TEXT). The Python
           in the pages: pages/_static/run/LICENSES.txt.
"""


def contents():
    """(name in the archive, bytes) of every file, in no order."""
    yield "README.txt", README.encode()
    pages = tree(SITE, "pages", SKIPPED)
    yield from ((name, data) for name, data in pages if not name.endswith(".zip"))  # published ones
    yield from library("src")
    yield from ((name, (ROOT / name).read_bytes()) for name in KEPT)
    lessons = notebooks()
    for path in lessons:
        yield f"notebooks/{path.parent.name}/{path.name}", path.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):  # a line for each notebook
            export(lessons, stripped, Path(folder))
        yield from tree(Path(folder), "student")


def write(folder):
    """Write the archive into ``folder``  →  its path."""
    if not (SITE / "index.html").is_file():
        sys.exit(f"No built pages in {SITE}: run `make book` first.")
    return pack(Path(folder) / f"{STEM}.zip", STEM, contents())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "_build", help="folder of the archive")
    given = parser.parse_args()
    if not given.to.is_dir():
        sys.exit(f"--to {given.to}: no such folder. Make it first, or leave --to out for _build.")
    target = write(given.to)
    print(f"The offline edition, {target.stat().st_size / 1e6:.1f} MB: {target}")


if __name__ == "__main__":
    main()
