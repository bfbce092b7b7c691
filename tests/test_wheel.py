"""Light to install and light to import: what the wheel holds and what an import costs."""

import ast
import fnmatch
import subprocess
import sys
import tomllib

import nbformat
import pytest

from tools.environment import ROOT, notebooks
from tools.upkeep import wheel

# Each of them loads torch._dynamo, two seconds in every reader's kernel.
SLOW = ("torch.optim", "torch.compile", "torch._dynamo", "torch.export", "torch.onnx")
QUICK = {"torch.optim.adam.adam"}  # the function alone does not
CODE = sorted((ROOT / "src").rglob("*.py")) + notebooks()


def program(path):
    """The Python of a module or of a notebook."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def names(tree):
    """Every dotted name and every import, `from torch import optim` as torch.optim."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_asks_torch_for_what_is_slow_to_load(path):
    """The strict check of the notebooks asks each kernel too, after its last cell."""
    used = {n for n in names(ast.parse(program(path))) if n.startswith(SLOW)} - QUICK
    assert not used, "use Adam of lessons_lib.torch_training"


def test_importing_the_library_loads_neither_numpy_nor_torch_nor_matplotlib():
    heavy = "{'numpy', 'torch', 'matplotlib', 'IPython', 'tqdm'}"
    code = f"import sys, lessons_lib; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_the_wheel_takes_every_file_of_the_library_along():
    """Read from the patterns; `make test-wheel` looks into the wheel itself."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    patterns = tomllib.loads(text)["tool"]["setuptools"]["package-data"]
    kinds = ["*.py"]
    for package, given in patterns.items():
        kinds += [f"{package}/{pattern.removeprefix('**/')}" for pattern in given]
    files = wheel.sources()
    assert "lessons_lib/data/gap.tsv" in files
    assert not [f for f in files if not any(fnmatch.fnmatch(f, kind) for kind in kinds)]
