"""The claims of a lesson and its falsifiers: small changes under which a claim is false.

They stand beside the lesson, in `loop_with_state.falsify.toml`:

    [[falsify]]
    claim = "the text of the claim, or a part that no other claim has"
    old = "code that occurs once in the lesson, at or before the claim"
    new = "what stands there instead"
    library = "lessons_lib.cells.rnn"  # optional: old is in the source of this module
    from = "code of one cell"          # optional: run again from there (and look for old there)
    why = "optional"

    [[exempt]]
    claim = "…"
    why = "what cannot be run: history, a definition"
"""

import ast
import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.notebooks.in_process import code_cells, python

CALLS = {"claim", "compare"}
NEEDED, KEYS = {"claim", "old", "new"}, {"claim", "old", "new", "library", "from", "why"}
EXEMPT = {"claim", "why"}


class Fault(Exception):
    """Something in the file of falsifiers that its author has to mend."""


@dataclass(frozen=True)
class Falsifier:
    """One change: the lesson runs from code cell ``start`` to ``stop``, where the claim stands."""

    claim: str
    start: int
    stop: int
    old: str
    new: str
    library: str = ""


@dataclass(frozen=True)
class Plan:
    """The claims of a lesson (text → code cell), falsifiers, exemptions, and what is wrong."""

    claims: dict
    falsifiers: list
    exempt: dict
    faults: list


def calls(source):
    """(text or None where it is no literal, stands at the top level?) of every claim of a cell."""
    tree = ast.parse(python(source))
    top = {id(node.value) for node in tree.body if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in CALLS:
            text = node.args[0] if node.args else None
            literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
            yield (text.value if literal else None), id(node) in top


def beside(path):
    """The file of falsifiers of a lesson."""
    return Path(path).with_suffix(".falsify.toml")


def plan(path):
    """Read a lesson and its falsifiers  →  Plan; faults are sentences, none where all is well."""
    cells = [cell.source for cell in code_cells(path)]
    claims = {text: n for n, source in enumerate(cells) for text, _ in calls(source) if text}
    found, exempt, faults = [], {}, []
    try:
        for kind, row in rows(beside(path)):
            try:
                if kind == "falsify":
                    found.append(falsifier(row, claims, cells))
                else:
                    exempt |= {named(row, claims, EXEMPT, EXEMPT): row["why"]}
            except Fault as fault:
                faults.append(str(fault))
    except tomllib.TOMLDecodeError as error:
        faults.append(f"not valid TOML: {error}")
    covered = {one.claim for one in found} | exempt.keys()
    faults += [f"no falsifier: {text!r}" for text in claims if text not in covered]
    return Plan(claims, found, exempt, faults)


def rows(file):
    """("falsify" or "exempt", row) for every row of the file; none where there is no file."""
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if table.keys() - {"falsify", "exempt"}:
        raise tomllib.TOMLDecodeError("only [[falsify]] and [[exempt]] are known")
    return [(kind, row) for kind in table for row in table[kind]]


def named(row, claims, needed, allowed):
    """The claim that a row of the table speaks of."""
    part = row.get("claim", "")
    if needed - row.keys() or row.keys() - allowed:
        raise Fault(f"{part!r}: give {', '.join(sorted(needed))}; got {', '.join(sorted(row))}")
    hits = [part] if part in claims else [text for text in claims if part in text]
    if len(hits) != 1:
        raise Fault(f"{part!r} is in {len(hits)} claims of the lesson; give the text of one")
    return hits[0]


def falsifier(row, claims, cells):
    """Find what a row of the table changes, and where."""
    text = named(row, claims, NEEDED, KEYS)
    stop, piece = claims[text], row.get("from", None if "library" in row else row["old"])
    start = stop if piece is None else only_cell(cells[: stop + 1], piece, text)
    source = module_source(row["library"]) if "library" in row else cells[start]
    if source.count(row["old"]) != 1 or row["old"] == row["new"]:
        times = source.count(row["old"])
        raise Fault(f"{text!r}: old occurs {times} times; give code that occurs once, and changes")
    return Falsifier(text, start, stop, row["old"], row["new"], row.get("library", ""))


def only_cell(cells, piece, text):
    hits = [n for n, source in enumerate(cells) if piece in source]
    if len(hits) != 1:
        raise Fault(f"{text!r}: {piece!r} is in {len(hits)} cells at or before the claim; one only")
    return hits[0]


def module_source(name):
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.origin:
        raise Fault(f"no module {name}")
    return Path(spec.origin).read_text(encoding="utf-8")
