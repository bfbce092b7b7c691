"""Has the library what the notebooks ask for?  Sources are read, nothing imported."""

import ast
import glob
import json
import os
import re

from lessons_kit.doctor import places
from lessons_kit.doctor.words import SAY

PACKAGES = "lessons_lib", "lessons_kit", "lessons_models"
CHECK = re.compile(r"^(?:exercises\.)?(?:check|solution)\([\"']([\w.]+)[\"']", re.MULTILINE)
EXERCISE = re.compile(r"Exercise\(\s*[\"']([\w.]+)[\"']")
RELEASE = re.compile(r"^version\s*=\s*[\"']([^\"']+)", re.MULTILINE)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def notebooks(root, here):
    """The lessons of the course; without one, the notebooks here and up to two folders below."""
    patterns = ("book/*/*.ipynb",) if root else ("*.ipynb", "*/*.ipynb", "*/*/*.ipynb")
    return sorted(p for one in patterns for p in glob.glob(os.path.join(root or here, one)))


def code_cells(path):
    """The code cells of a notebook; [] for what is no notebook."""
    try:
        found = json.loads(read(path))["cells"]
        return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def asked(sources):
    """What code cells want of the library: {("exercise", id)}, {("name", "cells", "LSTM")} …"""
    trees, wants, modules = [], set(), {}
    for source in sources:
        wants |= {("exercise", id) for id in CHECK.findall(source)}
        try:
            trees.append(ast.parse(source))
        except SyntaxError:  # a magic of IPython, or an answer in the making
            continue
    nodes = [node for tree in trees for node in ast.walk(tree)]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            for alias in node.names:
                wants.add(("name", node.module, alias.name))
                modules[alias.asname or alias.name] = node.module + "." + alias.name
    own = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    own |= {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    own |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in modules and node.value.id not in own:
                wants.add(("name", modules[node.value.id], node.attr))
    return wants


class Library:
    """The sources of the installed packages, asked for names and exercises."""

    def __init__(self, folder):
        self.folder, self.known = os.path.dirname(folder), {}
        paths = glob.glob(os.path.join(self.folder, "lessons_kit", "exercises", "*.py"))
        self.exercises = {id for path in paths for id in EXERCISE.findall(read(path))}

    def names(self, module):
        """Names that a module defines, None where there is no such module."""
        if module not in self.known:
            base = os.path.join(self.folder, *module.split("."))
            files = base + ".py", os.path.join(base, "__init__.py")
            path = next(filter(os.path.isfile, files), None)
            self.known[module] = path and defined(path)
        return self.known[module]

    def lacks(self, want):
        """What is missing, in words, or None."""
        if want[0] == "exercise":
            return None if want[1] in self.exercises else "the exercise " + want[1]
        names = self.names(want[1])
        if names is None:  # a class, say: what it holds is not looked at
            parent, _, name = want[1].rpartition(".")
            return None if name in (self.names(parent) or ()) else want[1]
        return None if want[2] in names or "*" in names else want[1] + "." + want[2]


def defined(path):
    """Top-level names of a module, and the modules of a package."""
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    if os.path.basename(path) == "__init__.py":
        inner = os.listdir(os.path.dirname(path))
        found |= {name[:-3] if name.endswith(".py") else name for name in inner}
    return found


def faults(root, lessons, folder, got):
    """The library is of another release than the course, or lacks what a notebook asks for."""
    need = RELEASE.search(read(os.path.join(root, "pyproject.toml"))) if root else None
    if need and got and need.group(1) != got:
        yield SAY["release"].format(got=got, need=need.group(1)), places.install(root)
        return
    library, lacking = Library(folder), {}
    for path in lessons:
        for want in sorted(asked(code_cells(path))):
            what = library.lacks(want)
            if what:
                lacking.setdefault(what, os.path.basename(path))
    if lacking:
        what, notebook = next(iter(lacking.items()))
        if len(lacking) > 1:
            what = SAY["more"].format(what=what, count=len(lacking) - 1)
        text = SAY["older"].format(path=folder, notebook=notebook, what=what)
        yield text, places.renew(root, folder)
