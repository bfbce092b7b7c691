"""An exercise that is run before anything else says what to run; then it is the exercise."""

import shutil

import nbformat
from nbclient import NotebookClient

from lessons_kit import greeting
from tools.environment import ROOT

CONFIG = ROOT / "src/lessons_kit/ipython_kernel_config.json"
EXERCISE = """def rnn_forward(*more):
    raise NotImplementedError


check("rnn.forward", rnn_forward)"""


class Shell:
    """As much of IPython's shell as an extension needs."""

    def __init__(self, **names):
        self.user_ns = names

    def push(self, names, interactive):
        assert not interactive, "%who would list them"
        self.user_ns |= names


def test_an_exercise_run_first_names_the_cell_to_run(capsys):
    shell = Shell()
    greeting.load_ipython_extension(shell)
    exec(EXERCISE, shell.user_ns)
    assert capsys.readouterr().out.startswith(
        "rnn.forward: `check` is not there yet. Run the first"
    )


def test_a_name_that_is_there_stays():
    shell = Shell(check=7)
    greeting.load_ipython_extension(shell)
    assert shell.user_ns["check"] == 7 and "solution" in shell.user_ns


def test_a_kernel_with_the_installed_configuration_greets_and_then_judges(tmp_path, monkeypatch):
    """From kernel to sentence; the file lies in a home here."""
    (tmp_path / "profile_default").mkdir()
    shutil.copy(CONFIG, tmp_path / "profile_default")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    sources = EXERCISE, "from lessons_kit.exercises import check", EXERCISE
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(notebook, kernel_name="python3").execute()
    said = [cell.outputs[0]["text"] for cell in notebook.cells if cell.outputs]
    assert said[0].startswith("rnn.forward: `check` is not there yet.")
    assert said[1].startswith("rnn.forward: not attempted yet.")


def test_the_wheel_brings_the_configuration_to_the_environment():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"etc/ipython" = ["{CONFIG.relative_to(ROOT)}"]' in text
    assert '"lessons_kit.greeting"' in CONFIG.read_text(encoding="utf-8")
