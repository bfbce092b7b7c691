"""What the sweeps share: one thread for each of their processes, and results written whole.

Import it before NumPy and torch: they read the number of threads when they are loaded.
"""

import json
import os

from tools.environment import ROOT, THREADS

DATA = ROOT / "src" / "lessons_lib" / "data"

for _name in THREADS:
    os.environ[_name] = "1"  # the runs are parallel, each with one thread
os.environ["LESSONS_QUIET"] = "1"


def write(path, results, **options):
    """results as JSON, beside the file first and then in its place: a stop leaves a whole file.

    options: those of ``json.dumps``.
    """
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, **options) + "\n", encoding="utf-8")
    part.replace(path)
