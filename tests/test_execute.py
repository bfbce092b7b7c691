"""`make notebooks` says what it changed, a failing command where help is, Ctrl-C nothing."""

import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat import v4

from tools.environment import METADATA, ROOT
from tools.notebooks import execute

# Commands that fail for the reader's own sources, or mend the environment themselves.
OWN_WORDS = {"lint", "format", "doctor", "upgrade", "chromium", "lighthouse"}


def written(path, source):
    nb = v4.new_notebook(metadata=METADATA, cells=[v4.new_code_cell(source, id="a")])
    nbformat.write(nb, path)
    return path


def test_make_notebooks_says_what_it_changed(tmp_path, capsys):
    path = written(tmp_path / "lesson.ipynb", "1")
    assert execute.report(path, lambda: (1.2, []))
    changes = [(3, ["0.1 → 0.2"]), (4, [f"+ {n}" for n in range(9)])]
    assert execute.report(path, lambda: (1.2, changes))
    said = capsys.readouterr().out
    assert "lesson.ipynb: says the same as before\n" in said
    assert "lesson.ipynb: 2 of its cells say something else than before:\n" in said
    assert "cell 3: 0.1 → 0.2\n" in said and "cell 4: + 5\n" in said
    assert "cell 4: + 6" not in said and "cell 4: and 3 lines more\n" in said


def test_every_command_that_can_fail_points_to_the_doctor():
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    for rule in re.findall(r"^[a-z-]+:.*##.*\n(?:\t.*\n)+", text, flags=re.MULTILINE):
        target = rule.partition(":")[0]
        for line in rule.splitlines()[1:]:
            if re.match(r"\t@?(?:NO_COLOR=1 )?\$\((?:BIN|PYTEST|STRICT)\)", line):
                assert target in OWN_WORDS or "$(OR_DOCTOR)" in line, f"make {target}:{line}"


@pytest.mark.parametrize(("status", "hint"), [(1, True), (2, True), (130, False)])
def test_the_last_word_of_a_failure_is_the_doctor_and_of_ctrl_c_nothing(status, hint):
    tool = ["sh", "tools/upkeep/or_doctor.sh", str(status)]
    run = subprocess.run(tool, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == status and ("make doctor" in run.stderr) is hint


def test_ctrl_c_while_a_notebook_runs_leaves_it_as_it_was_and_prints_no_traceback(tmp_path):
    path = written(
        tmp_path / "lesson.ipynb", "open('begun', 'x').close()\nimport time\ntime.sleep(60)"
    )
    before = path.read_bytes()
    tool = [sys.executable, "-m", "tools.notebooks.execute", str(path)]
    run = subprocess.Popen(tool, cwd=ROOT, start_new_session=True, encoding="utf-8",
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    while not (tmp_path / "begun").exists():
        assert run.poll() is None, run.stdout.read()
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130 and path.read_bytes() == before
    assert said == "Stopped: what did not say so above is untouched.\n"


def test_ctrl_c_in_any_other_program_of_the_makefile_is_one_word():
    code = "import tools; raise KeyboardInterrupt"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0 and run.stderr == "Stopped.\n"
    code = "import tools; raise KeyError('lost')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "Traceback" in run.stderr and "lost" in run.stderr
