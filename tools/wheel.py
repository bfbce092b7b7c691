"""Build the library's wheel, install it beside NumPy alone and look: `make test-wheel`."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.environment import ROOT

LIBRARY = ROOT / "src" / "lessons_lib"
PROBE = """
import sys, time
start = time.process_time()
import lessons_lib
seconds = time.process_time() - start
heavy = {"numpy", "torch", "matplotlib"} & set(sys.modules)
assert not heavy, f"import lessons_lib loads {heavy}"
assert "site-packages" in lessons_lib.__file__, lessons_lib.__file__
from lessons_lib import cells
print(f"import lessons_lib: {seconds:.3f} s of CPU, nothing else loaded")
"""


def shipped(wheel):
    """Names below lessons_lib/ in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return {n.partition("/")[2] for n in names if n.startswith("lessons_lib/")}


def sources():
    """Names below src/lessons_lib that belong to the library: everything but compiled code."""
    files = (path for path in LIBRARY.rglob("*") if path.is_file())
    return {p.relative_to(LIBRARY).as_posix() for p in files if "__pycache__" not in p.parts}


def main(environment):
    python = Path(environment) / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sources"  # in place, an earlier build lends its files
        shutil.copytree(LIBRARY, copy / "src" / LIBRARY.name)
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(copy)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        lacking = sources() - shipped(wheel)
        if lacking:
            sys.exit(f"not in the wheel: {', '.join(sorted(lacking))}: see package-data")
        subprocess.run([*pip, "install", "numpy"], check=True)
        subprocess.run([*pip, "install", "--no-deps", str(wheel)], check=True)
        subprocess.run([str(python.absolute()), "-c", PROBE], check=True, cwd=folder)
        print(f"{wheel.name}: {len(shipped(wheel))} files, {wheel.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1])
