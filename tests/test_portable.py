"""`make test-portable` really computes as another CPU would."""

import os
import platform
import subprocess
import sys

import pytest

from tools.notebooks import portable

ASK = """import numpy, torch
from numpy._core._multiarray_umath import __cpu_dispatch__ as used, __cpu_features__ as able
print([name for name in used if name.startswith(("AVX512", "X86_V4")) and able.get(name)])
print(torch.backends.cpu.get_cpu_capability())"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="kernels of x86")
def test_a_run_has_the_kernel_and_the_capability_of_that_cpu():
    chosen = portable.settings("Sandybridge", "default") | {"OPENBLAS_VERBOSE": "2"}
    tool = [sys.executable, "-c", ASK]
    run = subprocess.run(tool, env=os.environ | chosen, capture_output=True, text=True)
    assert run.returncode == 0 and "Core: Sandybridge" in run.stderr, run.stderr
    assert run.stdout.splitlines() == ["[]", "DEFAULT"]
