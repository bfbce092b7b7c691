"""The lessons on the CPUs of other readers: `python -m tools.notebooks.portable lesson.ipynb …`

Each run computes as another CPU would: one kernel of OpenBLAS (NumPy's products), one capability of
torch, and NumPy's own loops without AVX-512.  A CPU that lacks AVX-512 leaves out SkylakeX.
"""

import os
import subprocess
import sys
import time

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from tools.environment import ROOT, pin_threads

CPUS = {"Haswell": "avx2", "Zen": "default", "Sandybridge": "default", "SkylakeX": "avx2"}


def wide(feature):
    return feature == "X86_V4" or feature.startswith("AVX512")


def settings(kernel, capability):
    """The environment variables that make this CPU compute as another."""
    chosen = {"OPENBLAS_CORETYPE": kernel, "ATEN_CPU_CAPABILITY": capability}
    if kernel != "SkylakeX":
        off = [name for name in __cpu_dispatch__ if wide(name) and __cpu_features__.get(name)]
        chosen |= {"NPY_DISABLE_CPU_FEATURES": " ".join(off)} if off else {}
        chosen |= {"ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
    return chosen


def run(kernel, lessons):
    """Check the lessons strictly under one kernel, print the time  →  did all pass?"""
    start, workers = time.perf_counter(), min(8, os.cpu_count() or 1, len(lessons))
    tests = [sys.executable, "-m", "pytest", "-q", f"-n{workers}", "--dist=loadscope"]
    tests += ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", *lessons]
    done = subprocess.run(tests, cwd=ROOT, env=os.environ | settings(kernel, CPUS[kernel]))
    word = "all pass" if done.returncode == 0 else "FAILED"
    seconds = time.perf_counter() - start
    print(f"{seconds:6.1f} s  {kernel}, torch {CPUS[kernel]}: {word}", flush=True)
    return done.returncode == 0


def main(lessons):
    pin_threads()
    able = any(wide(name) and on for name, on in __cpu_features__.items())
    kernels = [name for name in CPUS if able or name != "SkylakeX"]
    sys.exit(not all([run(kernel, lessons) for kernel in kernels]))


if __name__ == "__main__":
    main(sys.argv[1:])
