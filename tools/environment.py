"""The environment every notebook runs in, whether `make notebooks` or the tests start it."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("src/*/__init__.py"))
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LESSON = re.compile(r"[a-z0-9_]+")
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
    """Every lesson on disk, in a stable order.

    A lesson has a name of small letters: `Untitled Folder/x.ipynb` and `rnn-Copy1.ipynb` are a
    reader's.
    """
    found = (root / "book").glob("*/*.ipynb")
    return sorted(p for p in found if all(map(LESSON.fullmatch, (p.parent.name, p.stem))))
