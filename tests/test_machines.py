"""`make` on machines of all kinds: half an environment, a reader's settings, odd names.

The environments belong to a course in little, whose pip installs nothing; the settings are planted
around the Makefile and the environment of these tests.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tools.environment import ROOT
from tools.upkeep import pythons

pytestmark = pytest.mark.skipif(os.name == "nt", reason="environments laid out as on POSIX")
VERSION = "python{}.{}".format(*sys.version_info)
# `python -m venv` as it is, but with a pip that only says that the course is there.
PYTHON = f"""#!/bin/sh
case "$*" in
"-m venv"*)
    for folder; do :; done
    "{sys.executable}" -m venv --without-pip "$folder" || exit
    cp -R "$(dirname "$0")/site/." "$folder/lib/{VERSION}/site-packages"
    cp "$(dirname "$0")/bin/"* "$folder/bin" ;;
*) exec "{sys.executable}" "$@" ;;
esac
"""
PIP = """import pathlib, sys
here = pathlib.Path(__file__).parents[1]
if not pathlib.Path("elsewhere").exists():
    (here / "course.pth").write_text(str(pathlib.Path("src").resolve()), encoding="utf-8")
"""
TELL = '#!/bin/sh\necho "$(basename "$0")" "$@"\n'


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def stubs(folder):
    """A Python whose environments have little in them  →  its path."""
    write(folder / "python", PYTHON, 0o755)
    for name in ("pip/__init__", "pip/_internal/__init__", "pip/_internal/commands/__init__",
                 "pip/_internal/commands/install", "matplotlib/__init__",
                 "matplotlib/font_manager"):  # fmt: skip
        write(folder / "site" / f"{name}.py", "")
    write(folder / "site" / "pip" / "__main__.py", PIP)
    for name in ("ruff", "codespell", "jupyter", "jupyter-book"):
        write(folder / "bin" / name, TELL, 0o755)
    return folder / "python"


class Course:
    """The Makefile and what it needs to make an environment."""

    def __init__(self, root, python):
        self.root, self.python, self.venv = root, python, root / ".venv"
        shutil.copytree(ROOT / "tools" / "upkeep", root / "tools" / "upkeep")
        shutil.copy(ROOT / "Makefile", root)
        for name in ("constraints.txt", "pyproject.toml", "_toc.yml", "_config.yml", "conftest.py",
                     "src/lessons_lib/__init__.py", "book/1_rnn/loop.ipynb",
                     "tools/editions/work.py", "tools/site/run/python.py",
                     "src/lessons_kit/ipython_kernel_config.json"):  # fmt: skip
            write(root / name, "")
        write(root / "_toc.yml", "root: book/index\nchapters:\n- file: book/1_rnn/loop\n")

    def make(self, *arguments, **options):
        """(status, what it says)"""
        command = ["make", "--no-print-directory", f"PYTHON={self.python}", *arguments]
        run = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, encoding="utf-8", **options)  # fmt: skip
        return run.returncode, run.stdout

    def installed(self):
        """Make the environment, and again: then nothing is left to do  →  what the first said."""
        status, said = self.make(".venv/.installed")
        assert status == 0, said
        code = "import lessons_lib, pip, sys; sys.exit(sys.prefix == sys.base_prefix)"
        subprocess.run([self.venv / "bin" / "python", "-c", code], check=True)
        assert "up to date" in self.make(".venv/.installed")[1]
        return said


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "course", stubs(tmp_path / "stubs"))


def link_to_nothing(venv):
    write(venv / "pyvenv.cfg", "")
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to("/gone/python3")


def without_settings(venv):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (venv / "pyvenv.cfg").unlink()


def of_an_old_python(venv):
    write(venv / "pyvenv.cfg", "")
    write(venv / "bin" / "python", "#!/bin/sh\necho has Python 3.9\n", 0o755)


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (Path.mkdir, "is not whole"),
        (lambda venv: write(venv, "a file"), "is not whole"),
        (lambda venv: venv.symlink_to("/gone/venv"), "is not whole"),
        (lambda venv: write(venv / "pyvenv.cfg", ""), "is not whole"),
        (link_to_nothing, "is not whole"),
        (without_settings, "has lost its settings"),
        (of_an_old_python, "has Python 3.9"),
    ],
    ids=["empty", "a file", "a dead link", "no Python", "dead Python", "no settings", "old Python"],
)
def test_half_an_environment_is_made_anew(course, plant, says):
    plant(course.venv)
    assert f"The environment in .venv {says}: it is made anew." in course.installed()


def test_an_environment_that_moved_is_made_anew(course, tmp_path):
    course.installed()
    course.root = course.root.rename(tmp_path / "moved")
    course.venv = course.root / ".venv"
    assert "belongs to another folder: it is made anew" in course.installed()


def test_an_environment_without_pip_gets_one_and_keeps_its_packages(course):
    """As `uv venv` makes it, or Ctrl-C while pip was being put in."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", course.venv], check=True)
    torch = course.venv / "lib" / VERSION / "site-packages" / "torch.py"
    write(torch, "")
    env = os.environ | {"VENV": ".venv", "BIN": ".venv/bin", "PYTHON": "/gone/python3"}
    subprocess.run(["sh", "tools/upkeep/venv.sh"], cwd=course.root, env=env, check=True)
    pip = [course.venv / "bin" / "python", "-m", "pip", "--version"]
    assert subprocess.run(pip, stdout=subprocess.DEVNULL).returncode == 0 and torch.exists()


def test_ctrl_c_while_the_environment_is_made_leaves_none(course):
    slow = PYTHON.replace('cp "$', 'sleep 60; cp "$')
    write(course.python, slow, 0o755)
    command = ["make", f"PYTHON={course.python}", ".venv/.installed"]
    run = subprocess.Popen(command, cwd=course.root, start_new_session=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while not (course.venv / "bin" / "python").exists():
        assert run.poll() is None
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(30) != 0 and not course.venv.exists()
    write(course.python, PYTHON, 0o755)
    assert "Creating" in course.installed()


def test_a_folder_that_is_no_environment_is_not_removed(course):
    write(course.venv / "thesis.txt", "mine")
    status, said = course.make(".venv/.installed")
    assert status and ".venv is a folder of other files: rename it" in said
    assert (course.venv / "thesis.txt").exists()


def test_an_environment_of_another_user_is_named_with_its_remedy():
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder) / "course", stubs(Path(folder) / "stubs"))
        course.venv.mkdir(mode=0o000)
        nobody = {"user": 65534} if os.geteuid() == 0 else {}
        for path in (Path(folder), course.root):
            path.chmod(0o777)
        status, said = course.make(".venv/.installed", **nobody)
    assert status and ".venv is not yours to read and write" in said
    assert "sudo rm -rf .venv" in said


def test_a_colon_in_the_path_is_named(tmp_path):
    course = Course(tmp_path / "a:b", stubs(tmp_path / "stubs"))
    status, said = course.make(".venv/.installed")
    assert status and f"a folder with a colon in its path: rename {course.root}" in said
    assert "apt-get" not in said


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        ("version_info", "Python 3.11 or newer is needed; "),
        ("ensurepip", "sudo apt-get install python3-venv"),
        ("-m venv", "-m venv .venv' failed, for the reason above."),
    ],
)
def test_a_python_that_cannot_make_environments_is_named(course, fails, says):
    stop = f'case "$*" in *"{fails}"*) echo no room >&2; exit 1 ;; esac\n'
    write(course.python, PYTHON.replace("\n", f"\n{stop}", 1), 0o755)
    status, said = course.make(".venv/.installed")
    assert status and says in said and "Traceback" not in said
    assert ("no room" in said) == (fails == "-m venv")
    assert not course.venv.exists()


def test_a_pip_that_installs_elsewhere_is_named(course):
    write(course.root / "elsewhere", "")
    status, said = course.make(".venv/.installed")
    assert status and "take target, prefix and root out of its settings" in said


def test_a_second_make_in_the_same_folder_says_who_is_at_work(course):
    course.installed()
    rule = "hold: ; @$(LOCK) && echo held && sleep 60"
    hold = ["make", "--no-print-directory", "--eval", rule, "hold"]
    with subprocess.Popen(hold, cwd=course.root, stdout=subprocess.PIPE,
                          start_new_session=True) as first:  # fmt: skip
        assert first.stdout.readline() == b"held\n"
        said = f"Another make (process {first.pid}) is at work in this folder"
        status, book = course.make("book")
        shutil.rmtree(course.venv)
        again, install = course.make(".venv/.installed")
        os.killpg(first.pid, signal.SIGTERM)
    assert status and again and said in book and said in install
    course.installed()  # the lock of a make that is gone stops nobody


def test_names_of_a_reader_stop_no_command(course):
    course.installed()
    for name in ("book/Untitled Folder/Untitled.ipynb", "book/notes: $1 #2.md", "src/my file.py"):
        write(course.root / name, "")
    status, said = course.make("lab")
    assert status == 0 and "jupyter lab --ServerApp.root_dir=work" in said
    status, said = course.make("book")
    assert status == 0 and "The book is built." in said


def test_lint_reads_the_folders_of_the_course_and_no_others(course):
    course.installed()
    mine = ("venv/x.py", "env/x.py", "x.py", "handed_in/loop.ipynb")
    copies = (
        "book/1_rnn/loop-Copy1.ipynb",
        "book/1_rnn/mine.ipynb",
        "book/Untitled Folder/x.ipynb",
    )
    for name in ("tests/test_x.py", "tools/x.py", *mine, *copies):
        write(course.root / name, "")
    status, said = course.make("lint")
    words = set(said.split())
    assert status == 0 and {"src", "tests", "tools", "conftest.py"} <= words
    assert {word for word in words if word.endswith(".ipynb")} == {"book/1_rnn/loop.ipynb"}
    assert not {".", "book", "venv", "env", "handed_in", "x.py"} & words


def test_lint_leaves_out_nothing_that_is_committed():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if names.returncode:
        pytest.skip("the course was downloaded without its history")
    own = show("echo $(CODE)").split()
    for name in names.stdout.splitlines():
        if name.endswith((".py", ".ipynb")):
            assert name in own or name.split("/")[0] in own, name


def show(recipe, **planted):
    """A recipe as the Makefile of this course runs it, in its environment  →  what it says."""
    command = ["make", "--silent", "--eval", f"show: ; @{recipe}", "show"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | planted, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, encoding="utf-8")  # fmt: skip
    assert run.returncode == 0, run.stdout
    return run.stdout


KERNEL = (
    "from jupyter_client.manager import start_new_kernel as start; "
    "kernel, client = start(); client.stop_channels(); kernel.shutdown_kernel(now=True)"
)
FOLDERS = (
    "import os; from jupyter_core.paths import jupyter_config_dir, jupyter_runtime_dir; "
    "[os.makedirs(made(), exist_ok=True) for made in (jupyter_config_dir, jupyter_runtime_dir)]"
)
SETTINGS = {
    "PIP_USER": ("1", "$(BIN)/python -m pip install -q --no-index --dry-run pip"),
    "PIP_CONFIG_FILE": ("{home}/pip.conf", "$(BIN)/python -m pip install -q --no-index pip"),
    "PIP_TARGET": ("/nowhere", "test -z \"$$PIP_TARGET\""),
    "PYTHONSAFEPATH": ("1", "$(BIN)/python -m tools.environment"),
    "PYTHONHOME": ("/nowhere", "$(BIN)/python -m tools.environment"),
    "PYTHONPATH": ("{home}", "$(BIN)/python -c 'import json'"),
    "PYTHONOPTIMIZE": ("2", "! $(BIN)/python -c 'assert False' 2>/dev/null"),
    "PYTHONWARNINGS": ("error", "$(BIN)/python -c 'import warnings as w; w.warn(str())' 2>&1"),
    "PYTEST_ADDOPTS": ("--nonsense", "$(PYTEST) -n0 -q --collect-only tests/test_pins.py"),
    "MPLBACKEND": ("nonsense", "$(BIN)/python -c 'import matplotlib.pyplot as p; p.figure()'"),
    "MATPLOTLIBRC": (
        "{home}",
        "$(BIN)/python -c 'import matplotlib as m; assert m.rcParams[\"lines.linewidth\"] < 9'",
    ),
    "JUPYTER_PATH": ("{home}", f"$(BIN)/python -c '{KERNEL}'"),
    "JUPYTER_DATA_DIR": ("{home}", f"JUPYTER_PREFER_ENV_PATH=0 $(BIN)/python -c '{KERNEL}'"),
    "JUPYTER_RUNTIME_DIR": ("/proc/1/none", f"$(BIN)/python -c '{FOLDERS}'"),
    "HOME": ("/proc/1/none", f"$(BIN)/python -c '{FOLDERS}'"),
    "PYTHONUTF8": ("0", "LC_ALL=C PYTHONCOERCECLOCALE=0 $(BIN)/python -c 'print(chr(295))'"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_the_reader_stops_no_command(name, tmp_path):
    value, recipe = SETTINGS[name]
    write(tmp_path / "pip.conf", "[install]\nuser = true\n")
    write(tmp_path / "json.py", "raise SystemExit('yours')")
    write(tmp_path / "matplotlibrc", "lines.linewidth: 9\n")
    write(tmp_path / "kernels" / "python3" / "kernel.json",
          '{"argv": ["/gone/python"], "display_name": "gone", "language": "python"}')  # fmt: skip
    show(recipe, **{name: value.format(home=tmp_path)})


@pytest.fixture
def interpreters(tmp_path, monkeypatch):
    """What looks like three Pythons, and a make that fails for one  →  (home, PATH)."""
    for place, answer in [("bin/python3", "3 9 1"), ("bin/python3.11", "3 11 2"),
                          ("home/.pyenv/versions/x/bin/python3", "3 13 0"),
                          ("home/.pyenv/versions/x/bin/python3.13", "3 13 0")]:  # fmt: skip
        write(tmp_path / place, f"#!/bin/sh\necho {answer}\n", 0o755)
    write(
        tmp_path / "bin" / "make", '#!/bin/sh\ncase "$*" in *3.13*library*) exit 2; esac\n', 0o755
    )
    monkeypatch.setattr(pythons, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "home", str(tmp_path / "bin")


def test_every_python_from_3_11_on_is_found_once(interpreters):
    found = pythons.found(*interpreters)
    assert list(found) == [(3, 11, 2), (3, 13, 0)]
    assert found[3, 13, 0].endswith("/.pyenv/versions/x/bin/python3")


def test_the_table_of_the_pythons_names_the_one_that_failed(interpreters, capsys):
    found = pythons.found(*interpreters)
    with pytest.raises(SystemExit, match="Python 3.13.0: what it said is in .venv-3.13.0.log"):
        pythons.main(list(found.values()))
    said = re.sub(r"\b\d+ s", "n s", capsys.readouterr().out).splitlines()
    assert said[2] == "| 3.11.2 | n s | n s | n s | n s |"
    assert said[3] == "| 3.13.0 | n s | n s | failed | n s |"
    with pytest.raises(SystemExit, match="no Python from 3.11 on: /gone/python"):
        pythons.main(["/gone/python"])


def test_a_step_that_never_ends_is_ended_and_said(interpreters, tmp_path, monkeypatch):
    write(tmp_path / "bin" / "make", "#!/bin/sh\nsleep 60\n", 0o755)
    monkeypatch.setattr(pythons, "LIMIT", 0.2)
    with open(tmp_path / "log", "w", encoding="utf-8") as log:
        assert pythons.step(".venv-x", "python3", ["book"], log) == "never ended (0.2 s)"
