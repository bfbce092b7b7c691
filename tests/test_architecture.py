"""The house: who may import whom, what the library may grow to, how large a piece may be."""

import ast
import importlib
import inspect
import json
import subprocess
import sys
import tokenize
from collections import Counter
from importlib.util import find_spec

import pytest

from tools.environment import PACKAGES, ROOT, notebooks

LIBRARY = ROOT / "src" / "lessons_lib"
# What may be imported from outside besides NumPy and the standard library.
OUTSIDE = {
    "lessons_lib.training": {"tqdm"},
    "lessons_kit.doctor": {"pip"},  # its reading of requirements
    "lessons_kit.plots": {"matplotlib", "matplotlib_inline", "IPython", "cycler"},
}
TORCH_HALF = ("torch_", "transformer_")  # how its modules are called
FUNCTION_LINES, MODULE_LINES = 25, 200
LIBRARY_FILES, LESSONS = 28, 3
LIBRARY_LINES, DOCTOR_LINES = 1500, 250

MODULES = sorted((ROOT / "src").rglob("*.py"))
FOLDERS = [ROOT / name for name in ("tools", "benchmarks", "sweeps")]
CAPPED = MODULES + sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def dotted(path):
    """`lessons_lib.cells` for src/lessons_lib/cells/__init__.py."""
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def needs_torch(module):
    return any(part.startswith(TORCH_HALF) for part in module.split("."))


def imported(tree):
    """(module, name or None) of every import, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)


def test_the_contracts_of_the_house_hold():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    run = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_from_outside_only_what_its_room_may(path):
    room = ".".join(dotted(path).split(".")[:2])
    allowed = {"numpy", *PACKAGES} | OUTSIDE.get(room, set())
    allowed |= {"torch"} if needs_torch(dotted(path)) else set()
    found = {
        name.split(".")[0] for name, _ in imported(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found - sys.stdlib_module_names <= allowed


def test_the_numpy_half_loads_neither_torch_nor_matplotlib():
    modules = [dotted(path) for path in MODULES]
    drawing = ("lessons_kit.plots", "lessons_kit.diagrams", "lessons_kit.living")
    here = [m for m in modules if not needs_torch(m) and not m.startswith(drawing)]
    here = [m for m in here if not m.endswith(("__main__", "doctor.look"))]  # programs
    code = (
        f"import sys, {', '.join(here)}; "
        "sys.exit(', '.join({'torch', 'matplotlib', 'IPython'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr


def test_the_package_exports_only_its_version():
    tree = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    assert not list(imported(tree))
    names = [
        target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
    ]
    assert set(names) <= {"__version__", "__all__"}


def code_lines(path):
    """Numbers of the lines that hold code: no blank ones, no comments."""
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    quiet.add(tokenize.ENDMARKER)
    with open(path, "rb") as file:
        tokens = [token for token in tokenize.tokenize(file.readline) if token.type not in quiet]
    return {n for token in tokens[1:] for n in range(token.start[0], token.end[0] + 1)}


def docstring_lines(node):
    if ast.get_docstring(node, clean=False) is None:
        return set()
    return set(range(node.body[0].lineno, node.body[0].end_lineno + 1))


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


def pure_code(path):
    """Number of lines of code: no blank lines, comments or docstrings."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    nodes = [
        n
        for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(n, documented)
    ]
    return len(code_lines(path).difference(*map(docstring_lines, nodes)))


def is_package(module):
    return bool(find_spec(module).submodule_search_locations)


def owner(module, name):
    """The module that defines what is imported from ``module`` as ``name``."""
    if is_package(module) and find_spec(f"{module}.{name}"):
        return f"{module}.{name}"
    return getattr(getattr(importlib.import_module(module), name), "__module__", module)


def asked(tree):
    """Modules of the library whose names a program uses (set)."""
    modules, found = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "lessons_lib":
            for alias in node.names:
                modules[alias.asname or alias.name] = owner(node.module, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module and hasattr(importlib.import_module(module), node.attr):
                found.add(owner(module, node.attr))
    return {module for module in found.union(modules.values()) if not is_package(module)}


def program(path):
    """The syntax tree of a lesson's code cells, without the lines that only IPython reads."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return ast.parse("\n".join(line for line in code.splitlines() if line[:1] not in ("%", "!")))


def common(lessons):
    """Modules that enough lessons use, and those that these use in turn (set)."""
    found = {module for module, count in lessons.items() if count >= LESSONS}
    waiting = list(found)
    while waiting:
        tree = ast.parse(inspect.getsource(importlib.import_module(waiting.pop())))
        waiting += [module for module in asked(tree) if module not in found]
        found.update(waiting)
    return found


def test_the_library_is_small_and_common_ground(capsys):
    files = [path for path in MODULES if LIBRARY in path.parents]
    lines = sum(map(pure_code, files))
    lessons = Counter(module for path in notebooks() for module in asked(program(path)))
    alone = {dotted(path) for path in files} - common(lessons)
    alone = {module for module in alone if not is_package(module)}
    with capsys.disabled():
        print(f"\nlessons_lib: {lines} lines of code in {len(files)} files; lessons that")
        print("use", ", ".join(f"{m.partition('.')[2]} {n}" for m, n in sorted(lessons.items())))
    assert lines <= LIBRARY_LINES and len(files) <= LIBRARY_FILES
    assert not alone, f"{alone}: fewer than {LESSONS} lessons use them: to lessons_models or _kit"


def test_the_doctor_is_small():
    assert sum(map(pure_code, (ROOT / "src/lessons_kit/doctor").rglob("*.py"))) <= DOCTOR_LINES
