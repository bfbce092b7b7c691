"""Run in the kernel: which Python it is, what the notebooks import there, what they do not find."""

import ast
import json
import pkgutil
import re
import sys
from contextlib import suppress
from pathlib import Path

CHECK = re.compile(r"^(?:exercises\.)?(?:check|solution)\([\"']([\w.]+)[\"']", re.MULTILINE)


def look(paths):
    found = {"prefix": sys.prefix, "executable": sys.executable}
    for name in ("numpy", "matplotlib", "torch"):  # installed does not yet mean that they load
        try:
            pkgutil.resolve_name(name)
        except BaseException as error:
            return dict(found, broken=(name, f"{type(error).__name__}: {error}"))
    lacking = [(what, Path(path).name) for path in paths for what in wanting(path)]
    return dict(found, lacking=lacking, library=pkgutil.resolve_name("lessons_lib").__path__[0])


def wanting(path):
    """What the code cells of a notebook ask of the library and do not get, in words."""
    cells, nodes = json.loads(Path(path).read_text(encoding="utf-8"))["cells"], []
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    ids = [id for source in sources for id in CHECK.findall(source)]
    known = pkgutil.resolve_name("lessons_kit.exercises:ALL") if ids else ()
    yield from ("the exercise " + id for id in ids if id not in known)
    for source in sources:
        with suppress(SyntaxError):  # a magic of IPython, or an answer in the making
            nodes += ast.walk(ast.parse(source))
    imports = [n for n in nodes if str(getattr(n, "module", "")).startswith("lessons_")]
    names = {a.asname or a.name: f"{n.module}.{a.name}" for n in imports for a in n.names}
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    parts = [n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    parts = [n for n in parts if n.value.id in names.keys() - bound]
    for name in [*names.values(), *(f"{names[n.value.id]}.{n.attr}" for n in parts)]:
        try:
            pkgutil.resolve_name(name)
        except (ImportError, AttributeError):
            yield name
