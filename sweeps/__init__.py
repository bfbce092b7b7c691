"""The sweeps behind the lessons: one runner, one file per sweep.  ``python -m sweeps --help``.

NumPy and torch read the number of threads when they are loaded, so it is set here, before them.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # the runs are parallel, each with one thread
os.environ["LESSONS_QUIET"] = "1"
