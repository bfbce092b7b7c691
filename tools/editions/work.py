"""A learner's copies of the lessons: `make lab` opens them, `make update` brings new ones.

They lie in ``work/``, which git does not see, named in the order of the course.  ``work/.edition``
keeps each lesson as it was handed out: what differs from it is the learner's, and an update takes
it along.  An answer goes into the cell of its exercise, any other cell behind the one it followed.
"""

import json
import posixpath
import re
import uuid

from tools.editions.rewrite import Refused, exercise_cells, read, write
from tools.environment import METADATA, ROOT
from tools.notebooks.hygiene import lessons

LINK = re.compile(r"(?<=\]\()([^)#\s]+)\.ipynb")
SAY = {
    "new": "work/{name}: new",
    "updated": "work/{name}: a new edition, with {kept} cells of yours",
    "unreadable": "{error}: left alone; mend it or move it away, and say `make update` again",
}
WELCOME = """# Memory in sequences

These are your own copies: write into them, they survive `make update`, which brings corrections
and new lessons. `make progress` in a terminal says which exercises you have solved. In each lesson
run the cells with Shift+Enter, down to *Exercises*. This page is written anew each time.

{lessons}
"""


def names(root):
    """{entry: name in work/} in the order of the course: 1_rnn/01_why_state.ipynb."""
    found, counts = {}, {}
    for entry in lessons(root):
        chapter = posixpath.basename(posixpath.dirname(entry))
        counts[chapter] = counts.get(chapter, 0) + 1
        number = f"{counts[chapter]:02d}"
        found[entry] = f"{chapter}/{number}_{posixpath.basename(entry)}.ipynb"
    return found


def lesson(root, entry, named):
    """The lesson with its links set to the copies."""
    notebook = read(root / f"{entry}.ipynb")
    here = posixpath.dirname(entry)

    def link(found):
        target = posixpath.normpath(posixpath.join(here, found[1]))
        if target not in named:
            return found[0]
        return posixpath.relpath(named[target], posixpath.basename(here))

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(link, cell["source"])
    return notebook


def merged(old, mine, new):
    """Put into the edition ``new`` what ``mine`` has beyond ``old``, notebooks all three
    →  how many cells that is."""
    cells, starters = new["cells"], {id: cell["source"] for cell, id in exercise_cells(old)}
    handed_out = {cell["source"] for cell in old["cells"] + cells}
    place, kept, seen = 0, 0, set()
    for cell, id in _named(mine):
        ids = [id for _, id in _named(new)]
        if id and id in ids and id not in seen:
            seen.add(id)
            place = ids.index(id) + 1
            if cell["source"] != starters.get(id):
                cells[place - 1], kept = cell | {"id": cells[place - 1]["id"]}, kept + 1
        elif cell["source"] in handed_out:
            same = [n for n, one in enumerate(cells, 1) if one["source"] == cell["source"]]
            place = same[0] if same else place
        elif cell["source"].strip():
            cells.insert(place, cell | {"id": uuid.uuid4().hex[:8]})  # ids must differ
            place, kept = place + 1, kept + 1
    return kept


def _named(notebook):
    """(cell, id of its exercise or None) of every cell."""
    names = {id(cell): name for cell, name in exercise_cells(notebook)}
    return [(cell, names.get(id(cell))) for cell in notebook["cells"]]


def brought(root, entry, name, named):
    """Bring one copy to the edition in the course  →  a line that says so, or None."""
    copy, pristine = root / "work" / name, root / "work" / ".edition" / f"{entry}.ipynb"
    new, stem = lesson(root, entry, named), copy.name.partition("_")[2]
    before = [copy] if copy.exists() else sorted(copy.parent.glob(f"[0-9][0-9]_{stem}"))
    line = SAY["new"].format(name=name)
    handed_out = json.dumps(new)
    if before:
        mine, old = read(before[0]), read(pristine) if pristine.exists() else {"cells": []}
        if before == [copy] and old["cells"] == new["cells"]:
            return None
        line = SAY["updated"].format(name=name, kept=merged(old, mine, new))
    write(copy, new)
    write(pristine, json.loads(handed_out))
    if before and before != [copy]:
        before[0].unlink()  # the lesson has another number now
    return line


def refresh(root=ROOT):
    """Bring every copy in ``work/`` to the edition in ``book/``  →  what was done, line by line."""
    named, titles = names(root), []
    for entry, name in named.items():
        try:
            line = brought(root, entry, name, named)
        except Refused as error:
            line = SAY["unreadable"].format(error=error)
        if line:
            yield line
        title = read(root / f"{entry}.ipynb")["cells"][0]["source"].partition("\n")[0]
        titles.append(f"- [{name[0]}.{int(name.split('/')[1][:2])} {title.lstrip('# ')}]({name})")
    text = WELCOME.format(lessons="\n".join(titles))
    cells = [{"cell_type": "markdown", "id": "welcome", "metadata": {}, "source": text}]
    welcome = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    write(root / "work" / "welcome.ipynb", welcome)


if __name__ == "__main__":
    for line in refresh():
        print(line)
