"""A part of the course: a copy without some chapters, in which `make book` and its like work.

    python -m tools.editions.part 4_gru 5_attention --to _build/part

Links to what is absent become plain text; maps, schedules and tables of exercises follow.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tools import editions
from tools.environment import ROOT, notebooks

FOLDERS = "book", "tools", "tests", "sweeps", "benchmarks", "binder"
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]*)\)")
REFERENCE = re.compile(r"\{ref\}`([^<`]+?)\s*<([\w-]+)>`")
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
CODE = re.compile(r"`([a-z_]+\.[a-z_]+)`")


def chapters(root=ROOT):
    return list(dict.fromkeys(path.parent.name for path in notebooks(root)))


def refuse(names, here):
    """Raises ValueError for what is no chapter, and where nothing would be left."""
    for name in names:
        if name not in here:
            raise ValueError(f"WITHOUT={name}: no such chapter. There are: {', '.join(here)}.")
    if not set(here) - set(names):
        raise ValueError("WITHOUT names every chapter: nothing would be left.")


def copy(root, to, absent):
    """All that the commands read, but the library, which is the one that is installed."""
    shutil.rmtree(to, ignore_errors=True)
    unlike = shutil.ignore_patterns("__pycache__", *absent)
    for path in root.iterdir():
        if path.is_file() and not path.name.startswith("."):
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
        elif path.name in FOLDERS:
            shutil.copytree(path, to / path.name, ignore=unlike)
    (to / "src").symlink_to(root / "src", target_is_directory=True)


def shorten(path, absent):
    """_toc.yml without these chapters."""
    toc = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in toc["parts"]:
        kept = [c for c in part["chapters"] if c["file"].split("/")[1] not in absent]
        part["chapters"] = kept
    toc["parts"] = [part for part in toc["parts"] if part["chapters"]]
    path.write_text(yaml.safe_dump(toc, allow_unicode=True, sort_keys=False), encoding="utf-8")


def read(paths):
    """(labels, ids of exercises) in these notebooks."""
    labels, ids = set(), set()
    for path in paths:
        notebook = editions.read(path)
        labels.update(*(LABEL.findall(cell["source"]) for cell in notebook["cells"]))
        ids.update(id for _, id in editions.exercise_cells(notebook))
    return labels, ids


def plain(text, absent, labels):
    """The text; a link to an absent chapter has become its words."""
    text = LINK.sub(lambda m: m[1] if absent & set(m[2].split("/")) else m[0], text)
    return REFERENCE.sub(lambda m: m[1] if m[2] in labels else m[0], text)


def assigned(page, ids):
    """The page for teachers; these exercises, and rows of a table with no other, are gone."""
    lines = []
    for line in page.split("\n"):
        named = CODE.findall(line) if line.startswith("|") else []
        if named and not set(named) - ids:
            continue
        for id in ids.intersection(named):
            line = line.replace(f"`{id}`, ", "").replace(f", `{id}`", "").replace(f"`{id}`", "–")
        lines.append(line)
    return "\n".join(lines)


def make(names, to, root=ROOT):
    """Write the part into ``to``.  Raises ValueError for what is no chapter."""
    refuse(names, chapters(root))
    absent = set(names)
    gone, kept = (
        read(path for path in notebooks(root) if (path.parent.name in absent) is out)
        for out in (True, False)
    )
    copy(root, to, absent)
    shorten(to / "_toc.yml", absent)
    page = to / "book" / "teaching.md"
    page.write_text(assigned(page.read_text(encoding="utf-8"), gone[1] - kept[1]), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "tools.upkeep.teaching"], cwd=to, check=True)
    for path in [*to.glob("*.md"), *(to / "book").glob("*.md")]:
        text = plain(path.read_text(encoding="utf-8"), absent, gone[0])
        path.write_text(text, encoding="utf-8")
    for path in notebooks(to):
        notebook = editions.read(path)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = plain(cell["source"], absent, gone[0])
        editions.rewrite.write(path, notebook)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--to", type=Path, required=True)
    asked = parser.parse_args()
    try:
        make(asked.names, asked.to.absolute())
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
