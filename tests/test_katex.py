"""The renderer of the mathematics, as a process sees it that renders and ends."""

import subprocess
import sys

import pytest

from tools.environment import ROOT

HANGS = 60  # seconds; such a process takes two


@pytest.mark.parametrize("turn", range(10))
def test_a_process_that_rendered_a_formula_ends(turn):
    code = "from tools.site.katex import render; print(len(render('x^2', False)))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=HANGS
    )
    assert run.returncode == 0 and int(run.stdout) > 100, run.stderr
