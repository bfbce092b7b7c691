"""Build the library's wheel, install it beside NumPy alone and look: `make test-wheel`."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.editions import packing
from tools.environment import PACKAGES, ROOT

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
    """Names of the files in the wheel that belong to one of the packages."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if name.partition("/")[0] in PACKAGES}


def sources():
    """Names below src that belong to the packages: everything but compiled code."""
    return {name.removeprefix("src/") for name, _ in packing.library("src")}


def main(environment):
    python = Path(environment) / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sources"  # in place, an earlier build lends its files
        for package in PACKAGES:
            shutil.copytree(ROOT / "src" / package, copy / "src" / package)
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
