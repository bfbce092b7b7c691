"""The notebooks with a first cell for Colab.

    python -m tools.editions.colab book/*/*.ipynb --to FOLDER

On Colab the cell installs the library from the repository of the course and leaves every other
package alone; elsewhere it does nothing. The lessons on the main branch do without it. `make
launch` writes them with it, for the repository that `tools.publish.repository` finds, and
stores them on the branch `launch`, at which the Colab buttons point; the buttons that download get
the same.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.environment import ROOT
from tools.publish import repository

ID = "colab-setup"
LIBRARY = re.compile(r"(?:git\+)?(?:https?|file)://[^\s\"'\\]+|/[^\s\"'\\]+")
CELL = """# For Google Colab: installs the course's library there. Elsewhere this cell does nothing.
import importlib
import subprocess
import sys

if "google.colab" in sys.modules:
    library = "{library}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", library]
    done = subprocess.run(pip, capture_output=True, text=True)
    assert done.returncode == 0, f"{{library}} was not installed:\\n{{done.stderr}}"
    importlib.invalidate_caches()"""


def with_cell(nb, library):
    """Put the cell below the title, or renew it; stored counts stay those of a run in order.

    nb: a notebook, changed in place; library: what pip installs  →  nb.
    Raises ValueError for a library that is neither an address nor an absolute path.
    """
    if not LIBRARY.fullmatch(library):
        raise ValueError(
            f"{library!r} is nothing that the cell can install: give "
            "git+https://host/owner/name@branch or the absolute path of a folder or wheel"
        )
    cells = [cell for cell in nb.cells if cell.get("id") != ID]
    own = nbformat.v4.new_code_cell(CELL.format(library=library), id=ID, execution_count=1)
    place = next((n for n, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    nb.cells = [*cells[: min(1, place)], own, *cells[min(1, place) :]]
    ran = [cell for cell in nb.cells if cell.cell_type == "code" and cell.execution_count]
    for count, cell in enumerate(ran, 1):
        cell.execution_count = count
        for out in cell.outputs:
            if out.output_type == "execute_result":
                out.execution_count = count
    return nb


def write(source, target, library):
    """One notebook with the cell; a stop leaves no half of it."""
    nb = with_cell(nbformat.read(source, as_version=4), library)
    nbformat.validate(nb)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    nbformat.write(nb, part)
    os.replace(part, target)


def needs_git(root):
    """Raises ValueError where there is no git, or the course is no clone of a repository."""
    if not shutil.which("git"):
        raise ValueError("`launch` is a branch of git, and git is not installed: install git")
    run = subprocess.run(
        ["git", "rev-parse", "--git-dir"], cwd=root, capture_output=True, encoding="utf-8"
    )
    if run.returncode:
        said = run.stderr.strip().partition("\n")[0]
        raise ValueError(
            f"`launch` is a branch of git, and git says of this folder: {said!r}. Work in a clone "
            "of the repository; a downloaded archive has no branches"
        )


def store(folder, branch=repository.LAUNCH, root=ROOT):
    """Commit the folder to a branch of its own, without touching the files you work on."""
    index = {"GIT_INDEX_FILE": str(folder.parent / f"{branch}.index")}
    author = {f"GIT_{who}_NAME": "make launch" for who in ("AUTHOR", "COMMITTER")}
    author |= {f"GIT_{who}_EMAIL": "launch@localhost" for who in ("AUTHOR", "COMMITTER")}

    def git(*words):
        run = subprocess.run(["git", *words], cwd=root, env=os.environ | author | index,
                             check=True, capture_output=True, text=True)  # fmt: skip
        return run.stdout.strip()

    Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    git(f"--work-tree={folder}", "add", "--all", "--force", ".")
    commit = git("commit-tree", git("write-tree"), "-m", "The notebooks as Colab opens them")
    git("update-ref", f"refs/heads/{branch}", commit)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.editions.colab", description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, required=True, help="folder to write to")
    parser.add_argument("--library", help="what pip installs, instead of the repository")
    parser.add_argument("--store", action="store_true", help="commit it to the branch `launch`")
    given = parser.parse_args(arguments)
    try:
        if given.store:
            needs_git(ROOT)
        found = repository.read(ROOT / "_config.yml", os.environ)
        if not (given.library or found):
            raise repository.Unclear(repository.SAY["lost"])
        for path in given.notebooks:
            place = path.resolve().relative_to(ROOT)
            write(path, given.to / place, given.library or found.pip())
    except (ValueError, OSError) as error:
        sys.exit(f"tools.editions.colab: {error}")
    if given.store:
        store(given.to.resolve())
    print(f"{len(given.notebooks)} notebooks in {given.to}")


if __name__ == "__main__":
    main()
