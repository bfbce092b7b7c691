"""The doctor, in environments broken on purpose: each fault is named with what mends it.

Every environment is a real one: a venv that holds what the environment of these tests holds, so
that kernels start in it. Only the last test looks at all lessons of the course.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

import pytest

from lessons_kit import doctor
from lessons_kit.doctor.examine import DRIVERS
from tools.environment import METADATA, ROOT

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="the faults are planted in environments laid out as on POSIX"
)
SOURCES = sorted((ROOT / "src" / "lessons_kit" / "doctor").glob("*.py"))
OTHER = ("lessons_", "__editable__", "torch", "nvidia", "cuda", "triton")  # not taken over
LAUNCH = ("-m", "ipykernel_launcher", "-f", "{connection_file}")
LESSON = "book/5_attention/soft_lookup.ipynb"
VERSION = re.search(
    r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M
)[1]


def key(name):
    """The name of a distribution as the folder of its metadata has it."""
    return re.sub(r"[-_.]+", "_", name).lower()


class Course:
    """A copy of the course in little, with an environment of its own in .venv.

    The environment has what this one has, but a torch that does nothing.
    """

    def __init__(self, folder):
        self.root, self.home = folder / "course", folder / "home"
        for name in ("_toc.yml", "pyproject.toml", "constraints.txt"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        unlike = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / "src", self.root / "src", ignore=unlike)
        self.cells(LESSON, "from lessons_lib import cells")
        self.home.mkdir()
        venv.create(self.root / ".venv")
        self.python = self.root / ".venv" / "bin" / "python"
        self.site = next((self.root / ".venv" / "lib").glob("python*/site-packages"))
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if path.suffix != ".pth" and not key(path.name).startswith(OTHER):
                (self.site / path.name).symlink_to(path)
        specs = self.root / ".venv" / "share" / "jupyter" / "kernels"
        specs.parent.mkdir(parents=True)
        specs.symlink_to(Path(sys.prefix) / "share" / "jupyter" / "kernels")
        (self.site / "course.pth").write_text(f"{self.root / 'src'}\n", encoding="utf-8")
        self.install("torch", "2.13.0")
        self.install("lessons_lib", VERSION, metadata.requires("lessons_lib"))
        self.browser = folder / "chromium"
        self.browser.write_text("", encoding="utf-8")
        self.browser.chmod(0o755)

    def install(self, name, version, requires=()):
        """Metadata, and a module that does nothing."""
        self.remove(name)
        info = self.site / f"{key(name)}-{version}.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {r}" for r in requires)]
        text = "\n".join(["Metadata-Version: 2.1", *lines, ""])
        (info / "METADATA").write_text(text, encoding="utf-8")
        if name != "lessons_lib":
            self.module(name, "")

    def module(self, name, source):
        self.unlink(key(name))
        (self.site / key(name)).mkdir(exist_ok=True)
        (self.site / key(name) / "__init__.py").write_text(source, encoding="utf-8")

    def remove(self, name):
        self.unlink(key(name))
        for path in self.site.glob("*.dist-info"):
            if key(path.name.partition("-")[0]) == key(name):
                path.unlink() if path.is_symlink() else shutil.rmtree(path)

    def unlink(self, module):
        if (self.site / module).is_symlink():
            (self.site / module).unlink()

    def cells(self, name, *sources):
        """A notebook with these code cells."""
        cells = [{"cell_type": "code", "source": source} for source in sources]
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        notebook = {"cells": cells, "metadata": METADATA}
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def lesson(self, source):
        """One more code cell in the lesson."""
        path = self.root / LESSON
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"].append({"cell_type": "code", "source": source})
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def kernel(self, python):
        """A kernel python3 in the reader's home, before all others."""
        folder = self.home / "jupyter" / "kernels" / "python3"
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(
            json.dumps({"argv": [str(python), *LAUNCH]}), encoding="utf-8"
        )
        return {"JUPYTER_PATH": str(self.home / "jupyter")}, folder

    def say(self, *, cwd=None, python=None, **extra):
        """Run the doctor  →  (status, what it prints)."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        env |= {"CHROMIUM": str(self.browser), "PYTHONWARNDEFAULTENCODING": "1"} | extra
        command = [str(python or self.python), "-W", "error", "-m", "lessons_kit.doctor"]
        run = subprocess.run(
            command, cwd=cwd or self.root, env=env, capture_output=True, encoding="utf-8"
        )
        assert not run.stderr, run.stderr
        return run.returncode, run.stdout


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def told(said, *parts):
    """One fault, with all of these words in it."""
    status, text = said
    assert status == 1 and text.startswith("To mend: 1\n"), text
    assert not [part for part in parts if str(part) not in text], text


def test_a_healthy_environment_gets_one_line(course):
    said = course.say()
    assert said == (0, f"All is well: {python()}, library {VERSION}, 1 notebooks.\n")
    assert course.say(cwd=course.root / "book" / "5_attention") == said
    assert course.say(cwd=course.root / "src") == said


def python():
    return "Python {}.{}.{}".format(*sys.version_info)


def test_a_missing_package_is_installed_with_the_pins(course):
    course.remove("torch")
    course.remove("jupyter-book")
    told(
        course.say(),
        "Missing: torch>=2.5, jupyter-book<2,>=1.0.4.",
        f"{course.python} -m pip install -c {course.root}/constraints.txt 'torch>=2.5' "
        "'jupyter-book<2,>=1.0.4'",
    )


def test_a_package_that_another_one_needs_is_missing_too(course):
    course.install("kiwisolver", "1.5", ["absent>=2", "windows-only; sys_platform == 'win32'"])
    told(course.say(), "Missing: absent>=2.", f"-c {course.root}/constraints.txt 'absent>=2'")


def test_a_package_of_the_cpu_build_is_mended_from_the_index_that_has_it(course):
    course.install("torch", "2.13.0+cpu")
    course.module("torch", "raise ImportError('no such symbol')")
    told(course.say(), "no such symbol", "whl/cpu --force-reinstall --no-deps torch==2.13.0")


def test_a_package_that_is_too_old_is_raised_and_one_too_new_is_lowered(course):
    course.install("numpy", "1.9.3")
    told(course.say(), "numpy 1.9.3 is installed; needed is numpy>=2.", "'numpy>=2'")
    course.install("numpy", "2.0.0")
    course.install("jupyter-book", "2.0.1")
    told(course.say(), "jupyter-book 2.0.1 is installed", "'jupyter-book<2,>=1.0.4'")


def test_a_package_that_does_not_load_is_named_with_its_error(course):
    course.module("numpy", "raise ImportError('libfast.so: no such file')")
    told(course.say(), "libfast.so: no such file", "--force-reinstall --no-deps numpy==")


def test_a_package_whose_files_were_deleted_is_installed_again(course):
    course.install("tqdm", "4.67.1")
    (course.site / "tqdm" / "__init__.py").unlink()
    record = course.site / "tqdm-4.67.1.dist-info" / "RECORD"
    record.write_text("tqdm-4.67.1.dist-info/METADATA,,\ntqdm/__init__.py,,\n", encoding="utf-8")
    told(
        course.say(),
        "tqdm 4.67.1 without its files is installed; needed is tqdm==4.67.1.",
        "install --force-reinstall --no-deps tqdm==4.67.1",
    )


def test_programs_of_a_python_that_is_gone_are_made_anew(course):
    program = course.root / ".venv" / "bin" / "jupyter"
    program.write_text("#!/gone/bin/python\nimport jupyter\n", encoding="utf-8")
    told(
        course.say(),
        f"The programs in {course.root}/.venv begin with #!/gone/bin/python, which is gone.",
        f"rm -r {course.root}/.venv && cd {course.root} && make book",
    )
    program.write_text(f"#!{course.python}\nimport jupyter\n", encoding="utf-8")
    assert course.say()[0] == 0


@pytest.mark.parametrize(
    ("name", "mended"),
    [(LESSON, f"git checkout {{}}/{LESSON}"), ("work/5_attention/01_a.ipynb", "make work")],
)
def test_a_notebook_that_was_cut_off_or_asks_for_another_kernel_is_put_aside(course, name, mended):
    course.cells(name, "1 + 1")
    path, mended = course.root / name, mended.format(course.root)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")
    way = f"mv {path} {path}_mine && {mended}"
    told(course.say(), f"{path} is no whole notebook: JSONDecodeError", way)
    path.write_text(whole.replace('"python3"', '"conda-ml"'), encoding="utf-8")
    told(course.say(), f"{path} asks for the kernel conda-ml; the course has python3.", way)


def test_a_file_that_hides_a_package_is_found_in_the_folder_of_the_notebooks(course):
    path = course.root / "book" / "5_attention" / "random.py"
    path.write_text("", encoding="utf-8")
    told(course.say(), "hides the package random", f"mv {path} {path.parent}/random_mine.py")


def test_a_file_here_that_hides_what_the_doctor_uses_does_not_stop_it(course):
    (course.root / "json.py").write_text("raise SystemExit('yours')", encoding="utf-8")
    told(course.say(), "hides the package json", "json_mine.py")


def test_a_folder_that_hides_a_package_is_found(course):
    path = course.root / "book" / "5_attention" / "queue"
    path.mkdir()
    assert course.say()[0] == 0
    (path / "__init__.py").write_text("", encoding="utf-8")
    told(course.say(), f"{path} hides the package queue", f"mv {path} {path}_mine")


def test_a_python_without_the_library_is_sent_to_the_one_that_has_it(course, tmp_path):
    venv.create(tmp_path / "bare")
    bare = tmp_path / "bare" / "bin" / "python"
    said = course.say(python=bare, cwd=course.root / "src")
    told(said, f"{bare} is not the Python of the course", f"{course.python} -m lessons_kit.doctor")


def test_where_nothing_is_installed_the_doctor_runs_from_the_sources(course, tmp_path):
    shutil.move(course.root / ".venv", tmp_path / "away")
    venv.create(tmp_path / "bare")
    bare = tmp_path / "bare" / "bin" / "python"
    said = course.say(python=bare, cwd=course.root / "src")
    told(said, f"lessons_lib is not installed for {bare}.", f"cd {course.root} && make book")
    site = next((tmp_path / "bare" / "lib").glob("python*/site-packages"))
    (site / "pip.py").write_text("", encoding="utf-8")
    said = course.say(python=bare, cwd=course.root / "src")
    install = f"cd {course.root} && {bare} -m pip install -c constraints.txt -e '.[dev]'"
    told(said, f"lessons_lib is not installed for {bare}.", install)


def test_a_kernel_that_starts_another_program_is_put_aside(course):
    env, folder = course.kernel("/usr/bin/env")
    said = course.say(**env)
    told(said, "the kernel in", "starts /usr/bin/env", f"mv {folder} {folder}_other")


def test_a_kernel_that_starts_another_python_is_put_aside(course, tmp_path):
    venv.create(tmp_path / "other")
    site = next((tmp_path / "other" / "lib").glob("python*/site-packages"))
    for path in course.site.iterdir():
        (site / path.name).symlink_to(path)
    other = tmp_path / "other" / "bin" / "python"
    env, folder = course.kernel(other)
    told(course.say(**env), f"another Python: the kernel in {folder} starts {other}.", "_other")


def test_a_kernel_whose_python_is_gone_is_put_aside(course):
    env, folder = course.kernel("/gone/bin/python")
    told(course.say(**env), "No such file or directory: '/gone/bin/python'", f"mv {folder}")


@pytest.mark.parametrize("named", ["python", "python3", "own"])
def test_a_kernel_of_this_environment_is_right_however_it_is_written(course, named):
    env, _ = course.kernel(course.python if named == "own" else named)
    assert course.say(**env)[0] == 0


def test_a_home_that_is_not_writable_is_named(course):
    said = course.say(HOME="/proc/1/none")
    told(said, "Notebooks do not start", "/proc/1/none", "export HOME=FOLDER-YOU-MAY-WRITE-TO")


def test_an_environment_without_pip_is_mended_by_make(course):
    course.unlink("pip")
    told(course.say(), f"{course.python} has no pip.", f"cd {course.root} && make book")


def test_an_environment_of_the_course_that_moved_is_made_anew(course, tmp_path):
    moved = course.root.rename(tmp_path / "moved")
    (tmp_path / "course").mkdir()
    shutil.copytree(moved / "src", course.root / "src")
    for name in ("_toc.yml", "book"):
        (course.root / name).mkdir()
    python = moved / ".venv" / "bin" / "python"
    said = course.say(python=python, cwd=moved)
    told(said, f"loaded from {course.root}/src/lessons_lib", f"cd {moved} && make book")


def test_a_kernel_in_the_home_counts_only_where_the_environment_does_not_come_first(course):
    course.kernel("/gone/bin/python")
    (course.root / ".venv" / "share" / "jupyter" / "kernels").unlink()
    home = {"JUPYTER_DATA_DIR": str(course.home / "jupyter")}
    told(course.say(**home), "/gone/bin/python")
    own = course.root / ".venv" / "share" / "jupyter" / "kernels" / "python3"
    own.mkdir(parents=True)
    (own / "kernel.json").write_text(json.dumps({"argv": ["python", *LAUNCH]}), encoding="utf-8")
    assert course.say(**home)[0] == 0
    told(course.say(**home, JUPYTER_PREFER_ENV_PATH="0"), "/gone/bin/python")


@pytest.mark.parametrize(
    ("cell", "lacking"),
    [
        ('check("attention.telepathy", f)', "the exercise attention.telepathy"),
        ("from lessons_lib import telepathy", "lessons_lib.telepathy"),
        ("from lessons_lib.functional import guess", "lessons_lib.functional.guess"),
        ("from lessons_lib import cells\ncells.Oracle(3)", "lessons_lib.cells.Oracle"),
    ],
)
def test_a_library_older_than_a_notebook_is_found_by_what_it_lacks(course, cell, lacking):
    course.lesson(cell)
    told(course.say(), f"soft_lookup.ipynb needs {lacking}", f"cd {course.root} && git pull")


def test_what_a_learner_defines_and_what_is_no_python_is_not_asked_of_the_library(course):
    course.lesson("from lessons_lib import text\ntext = text.Vocabulary('ab')\ntext.nonsense()")
    course.lesson("%matplotlib inline\nfrom lessons_lib import telepathy")
    assert course.say()[0] == 0


def test_a_library_of_another_release_than_the_course_is_found(course):
    course.install("lessons_lib", "0.0.9", metadata.requires("lessons_lib"))
    told(course.say(), f"library is 0.0.9, the course in this folder is {VERSION}", "-e '.[dev]'")


def test_a_library_of_another_folder_is_found(course, tmp_path):
    other = tmp_path / "old_course" / "src"
    shutil.copytree(course.root / "src", other)
    (course.site / "course.pth").write_text(f"{other}\n", encoding="utf-8")
    told(course.say(), f"loaded from {other}/lessons_lib", f"cd {course.root} && ")


def test_a_library_in_site_packages_is_no_fault(course):
    shutil.copytree(course.root / "src", course.site, dirs_exist_ok=True)
    (course.site / "course.pth").unlink()
    assert course.say()[0] == 0


def test_a_folder_outside_the_course_is_named_with_the_way_back(course):
    said = course.say(cwd=course.home)
    told(said, f"{course.home} is not in the course", f"cd {course.root}")


def test_notebooks_alone_are_enough_for_a_student(course):
    """The student edition has no _toc.yml; there the packages of the lessons suffice."""
    (course.home / "student").mkdir()
    shutil.copy(course.root / LESSON, course.home / "student")
    course.remove("jupyter-book")
    assert course.say(cwd=course.home)[0] == 0
    course.remove("torch")
    told(course.say(cwd=course.home), "Missing: torch>=2.5.")


@pytest.mark.parametrize(
    ("made", "below", "install"),
    [
        ("library/pyproject.toml", "1_rnn", "library/constraints.txt './library[torch,lab]'"),
        ("src/lessons_lib/x", "student/1_rnn", "constraints.txt -e '.[torch]' jupyterlab"),
    ],
)
def test_an_edition_that_was_handed_out_hears_its_own_command(course, made, below, install):
    top = course.home / "edition"
    for path in (top / made, top / below / "x"):
        path.parent.mkdir(parents=True, exist_ok=True)
    (top / made).write_text("", encoding="utf-8")
    shutil.copy(course.root / LESSON, top / below)
    assert course.say(cwd=top)[0] == 0
    path = top / below / Path(LESSON).name
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "code", "source": "from lessons_lib import telepathy"})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (course.site / "course.pth").unlink()
    shutil.copytree(course.root / "src", course.site, dirs_exist_ok=True)
    told(course.say(cwd=top), "needs lessons_lib.telepathy", f"cd {top} && ", install)


@pytest.mark.skipif(any(map(os.path.exists, DRIVERS)), reason="this machine has a card")
def test_torch_with_cuda_and_no_card_is_a_remark(course):
    course.install("nvidia-cublas-cu12", "12.6.4.1")
    for version in ("2.13.0+cu126", "2.13.0"):
        course.install("torch", version)
        status, text = course.say()
        assert status == 0 and text.startswith("All that the lessons need is here. To know: 1\n")
        assert f"torch {version} is a CUDA build" in text
        assert "pip uninstall -y torch nvidia-cublas-cu12 && " in text
        assert "pip install torch==2.13.0 --index-url https://" in text
    course.install("torch", "2.13.0+cpu")
    assert course.say()[1].startswith("All is well")


def test_a_missing_browser_and_another_encoding_are_remarks(course):
    status, text = course.say(CHROMIUM="", PATH="/nowhere")
    assert status == 0 and "none was found" in text and "chromium" in text
    status, text = course.say(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert status == 0 and "not UTF-8" in text and "export PYTHONUTF8=1" in text


def test_several_faults_are_counted_and_numbered(course):
    course.remove("tqdm")
    course.install("lessons_lib", "0.0.9", metadata.requires("lessons_lib"))
    status, text = course.say()
    assert status == 1 and text.startswith("To mend: 2\n1. Missing: tqdm")
    assert "\n2. The installed library is 0.0.9" in text


def old(version, cwd):
    """The doctor as a Python of this version meets it."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); sys.path.insert(0, '')\n"
        f"from lessons_kit import doctor\nsys.version_info = {version}\nsys.exit(doctor.main())"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True)
    assert not run.stderr, run.stderr
    return run.returncode, run.stdout


def test_an_old_python_hears_that_it_is_too_old(course):
    told(
        old((3, 8, 18), course.root),
        "Python 3.8.18",
        "Python 3.11 or newer is needed",
        f"{course.python} -m lessons_kit.doctor",
    )
    shutil.rmtree(course.root / ".venv")
    told(old((3, 10, 1), course.root), f"cd {course.root} && make book PYTHON=python3.12")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_doctor_is_written_for_python_3_8_and_the_standard_library(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        outside = {name.split(".")[0] for name in names} - sys.stdlib_module_names
        assert outside <= {"lessons_kit", "pip"}, outside
        assert all(name.startswith("lessons_kit") for name in names if "lessons_kit" in name)
        # `isinstance(x, A | B)` parses, and fails only when it runs
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)) or sets(node)


def sets(node):
    """The one use of | here: names of the standard library, of which Python 3.11 has a set."""
    return ast.unparse(node).endswith("sys.stdlib_module_names")


def test_arguments_are_refused_and_help_is_given(capsys):
    for argument, status in (("--fix", 2), ("--help", 0)):
        with pytest.raises(SystemExit) as stop:
            doctor.main([argument])
        assert stop.value.code == status
    said = capsys.readouterr()
    assert "unrecognized arguments: --fix" in said.err and "Standard library" in said.out


def test_the_environment_of_these_tests_is_healthy():
    """No fault in all lessons of the course; what it remarks on is this machine's business."""
    command = [sys.executable, "-m", "lessons_kit.doctor"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == 0 and not run.stderr, run.stdout + run.stderr
    assert len(list(Path(ROOT, "book").glob("*/*.ipynb"))) > 1
