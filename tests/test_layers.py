"""The floors of the library: who may import whom, and how large a piece may grow."""

import ast
import subprocess
import sys
import tokenize

import pytest

from tools.environment import ROOT

LIBRARY = ROOT / "src" / "lessons_lib"
FLOOR = {
    "functional": 1,
    "doctor": 1,
    "gradcheck": 1,
    "tasks": 1,
    "text": 1,
    "decoding": 1,
    "flow": 1,
    "footprint": 1,
    "probes": 1,
    "cells": 2,
    "attention": 2,
    "training": 2,
    "sparse": 2,
    "torch_bridge": 2,
    "torch_models": 2,
    "exercises": 3,
    "editions": 3,
    "torch_training": 2,
    "torch_alignment": 2,
    "torch_transformer": 2,
    "torch_captions": 2,
    "experiments": 3,
    "transformer_experiments": 3,
    "curriculum": 3,
    "plots": 3,
    "diagrams": 3,
    "lab": 3,
}
# What a module may import of its own or a lower floor besides floor 1.
ALSO = {
    "editions": {"exercises"},
    "torch_training": {"training"},  # one record of a training, one progress bar
    "torch_models": {"torch_training", "training"},
    "torch_alignment": {"torch_training", "training"},
    "torch_captions": {"torch_training"},
    "experiments": {"cells", "attention", "training"},
    "transformer_experiments": {"torch_training", "torch_transformer", "training"},
    "sparse": {"training"},
    "curriculum": {"training"},
    "diagrams": {"plots"},  # one palette for curves and drawings
    "lab": {"attention", "cells", "diagrams", "plots", "training"},
}
OUTSIDE = {
    "training": {"numpy", "tqdm"},
    "torch_bridge": {"numpy", "torch"},
    "torch_models": {"numpy", "torch"},
    "torch_training": {"numpy", "torch"},
    "torch_transformer": {"numpy", "torch"},
    "transformer_experiments": {"numpy", "torch"},
    "plots": {"numpy", "matplotlib", "matplotlib_inline", "IPython", "cycler"},
    "diagrams": {"numpy", "matplotlib"},
    "torch_alignment": {"numpy", "torch"},
    "torch_captions": {"numpy", "torch"},
}
TORCH_HALF = {name for name, packages in OUTSIDE.items() if "torch" in packages}
NUMPY_HALF = sorted(set(FLOOR) - TORCH_HALF - {"plots", "diagrams", "lab"})
FUNCTION_LINES, MODULE_LINES = 25, 200

MODULES = sorted(LIBRARY.rglob("*.py"))
CAPPED = (
    sorted((ROOT / "src").rglob("*.py"))
    + sorted((ROOT / "tools").rglob("*.py"))
    + sorted((ROOT / "benchmarks").glob("*.py"))
    + sorted((ROOT / "sweeps").rglob("*.py"))
)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def floor_name(path):
    """`cells` for src/lessons_lib/cells/lstm.py, `plots` for src/lessons_kit/plots.py."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imports(path):
    """(top-level package, module of lessons_lib or None) of every import, nested ones too."""
    package = ("lessons_lib", *path.relative_to(LIBRARY).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            stem = base + (node.module.split(".") if node.module else [])
            targets = [stem + [alias.name] for alias in node.names]
        else:
            continue
        for parts in targets:
            yield parts[0], parts[1] if parts[0] == "lessons_lib" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_from_the_floors_below(path):
    own = floor_name(path)
    if own == "__init__":
        assert not list(imports(path)), "__init__ exports only the version"
        return
    assert own in FLOOR, f"{own}: give it a floor in FLOOR"
    for package, module in imports(path):
        if package == "lessons_lib":
            below = FLOOR[module] == 1 or module in ALSO.get(own, ())
            assert module == own or below, f"{own} → {module}"
        elif package not in sys.stdlib_module_names:
            assert package in OUTSIDE.get(own, {"numpy"}), f"{own} imports {package}"


def test_no_two_modules_import_each_other():
    links = {
        (floor_name(path), module) for path in MODULES for _, module in imports(path) if module
    }
    assert not [(a, b) for a, b in links if a != b and (b, a) in links]


def test_the_numpy_half_loads_neither_torch_nor_matplotlib():
    here = [name for name in NUMPY_HALF if any(floor_name(path) == name for path in MODULES)]
    code = (
        f"import sys; from lessons_lib import {', '.join(here)}; "
        "sys.exit(', '.join({'torch', 'matplotlib', 'IPython'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_the_package_exports_only_its_version():
    tree = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    names = [
        target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
    ]
    assert set(names) <= {"__version__", "__all__"}


def code_lines(path):
    """Numbers of the lines that hold code: no blank ones, no comments."""
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    with open(path, "rb") as file:
        tokens = [token for token in tokenize.tokenize(file.readline) if token.type not in quiet]
    return {n for token in tokens[1:] for n in range(token.start[0], token.end[0] + 1)}


def docstring_lines(function):
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return set()
    return set(range(first.lineno, first.end_lineno + 1))


@pytest.mark.parametrize("path", CAPPED, ids=name_of)
def test_functions_and_modules_stay_small(path):
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    assert lines <= MODULE_LINES, f"{lines} lines"
    code = code_lines(path)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own = set(range(node.lineno, node.end_lineno + 1)) & code - docstring_lines(node)
            assert len(own) <= FUNCTION_LINES, f"{node.name}: {len(own)} lines of code"
