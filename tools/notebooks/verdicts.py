"""The record of what was seen of each lesson's claims, and whether it still speaks of the lesson.

`make falsify` and `make test-twice` write it, `make test` reads it.  It is fresh while nothing that
it depends on has changed: the code cells, the falsifiers, and the modules of the course that the
cells import, directly or not.  Comments, docstrings and prose do not count, nor do the modules in
APART: they draw, or have tests of their own.
"""

import ast
import hashlib
import io
import json
import tokenize
from functools import cache
from pathlib import Path

from tools.environment import PACKAGES, ROOT
from tools.notebooks import falsifiers
from tools.notebooks.in_process import code_cells, python

RECORD = ROOT / "book" / "verdicts.json"
APART = ("lessons_kit.plots", "lessons_kit.diagrams", "lessons_kit.exercises", "lessons_kit.doctor")
APART += ("lessons_lib.claims", "lessons_lib.measured")
DATA = ROOT / "src" / "lessons_lib" / "data"


def name_of(path):
    """`1_rnn/loop_with_state` for the notebook of that lesson."""
    return path.relative_to(ROOT / "book").with_suffix("").as_posix()


def read():
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {}


def keep(path, **seen):
    """Write what was seen of a lesson into the record, a line for each lesson."""
    record = read()
    record[name_of(path)] = record.get(name_of(path), {}) | seen
    lines = [f"{json.dumps(name)}: {json.dumps(record[name])}" for name in sorted(record)]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def faults(path):
    """Why it is not known that each claim can fail, and holds when run again; else nothing."""
    plan = falsifiers.plan(path)
    yield from plan.faults
    if plan.claims:
        seen, now, only = read().get(name_of(path), {}), fingerprint(path), path.relative_to(ROOT)
        if seen.get("hash") != now:
            yield f"the record is old: make falsify ONLY={only.as_posix()}"
        elif seen["falsified"] + seen["exempt"] < seen["claims"]:
            yield f"{seen['falsified']} of {seen['claims']} claims were seen red"
        if seen.get("twice") != now:
            yield f"not run with every cell twice: make test-twice ONLY={only.as_posix()}"


def fingerprint(path):
    """Hash of all that the verdicts on a lesson depend on."""
    plan = falsifiers.plan(path)
    code = "\n\n".join(essence(python(cell.source)) for cell in code_cells(path))
    parts = [code, repr(plan.falsifiers), repr(sorted(plan.exempt))]
    parts += [essence(file.read_text(encoding="utf-8")) for file in modules(code)]
    stored = sorted(DATA.rglob("*.json"))
    parts += [file.read_text(encoding="utf-8") for file in stored if f'"{file.stem}"' in code]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def modules(code):
    """The files of the course's modules that ``code`` imports, and those that they import."""
    found, waiting = {}, sorted(imported(code))
    while waiting:
        name = waiting.pop()
        file = origin(name)
        if name not in found and file and not name.startswith(APART):
            found[name] = file
            waiting += sorted(imported(file.read_text(encoding="utf-8")))
    return [found[name] for name in sorted(found)]


@cache
def imported(code):
    """Names of the course's modules in the import statements, their packages included."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in PACKAGES}


@cache
def origin(name):
    """The file of a module of the course, or None where the name is no module."""
    base = ROOT / "src" / Path(*name.split("."))
    files = (base.with_suffix(".py"), base / "__init__.py")
    return next((file for file in files if file.is_file()), None)


@cache
def essence(source):
    """The source without comments, docstrings and blank lines."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            text = node.body[0]
            lines[text.lineno - 1 : text.end_lineno] = [""] * (text.end_lineno - text.lineno + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())
