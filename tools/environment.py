"""The environment every notebook runs in, whether `make notebooks` or the tests start it."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("src/*/__init__.py"))
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LISTED = re.compile(r"^ *-? *file: *(\S+)", re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def pin_threads():
    """One thread for this process and the kernels it starts: results and times stay put."""
    for name in (*THREADS, "LESSONS_QUIET"):  # no progress bars in stored outputs
        os.environ.setdefault(name, "1")
    # no "frozen modules" or path warnings on a kernel's stderr, which is an output too
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")


def notebooks(root=ROOT):
    """Every lesson: what _toc.yml lists, in a stable order. Other notebooks are a reader's."""
    listed = LISTED.findall((root / "_toc.yml").read_text(encoding="utf-8"))
    return sorted(path for name in listed if (path := root / f"{name}.ipynb").is_file())
