"""Run in the kernel: which Python it is, what the notebooks import there, what they do not find."""

import ast
import importlib
import json
import os
import re
import sys
from importlib import metadata

CHECK = re.compile(r"^(?:exercises\.)?(?:check|solution)\([\"']([\w.]+)[\"']", re.MULTILINE)


def look(paths):
    found = {"prefix": sys.prefix, "executable": sys.executable, "broken": None, "lacking": []}
    for name in ("numpy", "matplotlib", "torch"):  # installed does not yet mean that they load
        try:
            if any(metadata.distributions(name=name)):
                importlib.import_module(name)
        except BaseException as error:
            return dict(found, broken=(name, f"{type(error).__name__}: {error}"))
    found["library"] = os.path.dirname(importlib.import_module("lessons_lib").__file__)
    lacking = {}
    for path in paths:
        for what in wanting(sources(path)):
            lacking.setdefault(what, os.path.basename(path))
    return dict(found, lacking=list(lacking.items()))


def sources(path):
    """The code cells of a notebook; [] for what is no notebook."""
    try:
        with open(path, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def wanting(sources):
    """What the code cells of a notebook ask of the library and do not get, in words."""
    nodes, modules = [], {}
    for source in sources:
        for id in CHECK.findall(source):
            if id not in importlib.import_module("lessons_kit.exercises").ALL:
                yield "the exercise " + id
        try:
            nodes += ast.walk(ast.parse(source))
        except SyntaxError:  # a magic of IPython, or an answer in the making
            continue
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lessons_"):
            for alias in node.names:
                try:
                    exec(f"from {node.module} import {alias.name} as it", modules)
                    modules[alias.asname or alias.name] = modules["it"]
                except ImportError:
                    yield node.module + "." + alias.name
    own = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = None if node.value.id in own else modules.get(node.value.id)
            if isinstance(module, type(ast)) and not hasattr(module, node.attr):
                yield module.__name__ + "." + node.attr


if __name__ == "__main__":
    print(json.dumps(look(json.loads(os.environ["LESSONS"]))))
