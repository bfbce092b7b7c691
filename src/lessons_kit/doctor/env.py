"""What is here: the course, its Python, its notebooks, its packages; and commands that mend it."""

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import distributions, version
from pathlib import Path

WINDOWS = os.name == "nt"
AND, MOVE = (" & ", "move") if WINDOWS else (" && ", "mv")
MAKE = r"py -m venv .venv & .venv\Scripts\pip install -c constraints.txt -e .[dev]"
# PyTorch's own index; the packages it names are in the CPU build, too
CPU_INDEX = ("--index-url", "https://download.pytorch.org/whl/cpu")


def quoted(*words):
    """The command as you would type it in this system's shell."""
    return subprocess.list2cmdline(words) if WINDOWS else " ".join(map(shlex.quote, words))


def inside(folder, command):
    return quoted("cd", folder or "FOLDER-OF-THE-COURSE") + AND + command


def pip(*arguments):
    """pip of the Python that runs now."""
    return quoted(sys.executable, "-m", "pip", *arguments)


def same(one, other):
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def course(start, inner=("_toc.yml", "book")):
    """The first folder at or above ``start`` that holds the course (or an edition), or None."""
    folders = map(str, (Path(start), *Path(start).parents))
    return next((f for f in folders if all(os.path.exists(f"{f}/{path}") for path in inner)), None)


def own_python(root):
    """The Python in the course's .venv, if it is another one than this  →  path or None."""
    path = f"{root}/.venv/" + ("Scripts/python.exe" if WINDOWS else "bin/python")
    return path if root and os.path.exists(path) and not is_own(root) else None


def is_own(root):
    """Does the Python that runs now belong to the course's .venv?"""
    return bool(root) and same(sys.prefix, f"{root}/.venv")


def notebooks(root, here):
    """The lessons of the course; without one, the notebooks here and up to two folders below."""
    patterns = ("book/*/*.ipynb",) if root else ("*.ipynb", "*/*.ipynb", "*/*/*.ipynb")
    return sorted(str(path) for one in patterns for path in Path(root or here).glob(one))


def install(root):
    """The command that installs the library of this course, or of the one you are going to."""
    here, what = os.getcwd(), ("constraints.txt", "-e", ".[dev]")
    offline, student = course(here, ["library/pyproject.toml"]), course(here, ["src/lessons_lib"])
    if not root and offline:
        what = ("library/constraints.txt", "./library[torch,lab]")
    elif not root and student:
        what = ("constraints.txt", "-e", ".[torch]", "jupyterlab")
    elif sys.prefix == sys.base_prefix or not PathFinder.find_spec("pip"):
        return anew(root)  # a system's Python often refuses packages, and rightly
    return inside(root or offline or student, pip("install", "-c", *what))


def anew(root, setting=""):
    """The command that makes the environment of the course, or mends it."""
    return inside(root, MAKE if WINDOWS else "make book" + setting)


def hidden(folder):
    """Files and packages of the reader that Python takes for a package of that name."""
    for name in sorted({"matplotlib", "numpy", "torch", "tqdm"} | sys.stdlib_module_names):
        if (spec := PathFinder.find_spec(name, [folder])) and spec.origin:
            path, kind = os.path.splitext((spec.submodule_search_locations or [spec.origin])[0])
            text = f"{path}{kind} hides the package {name}: Python loads your file in its place."
            yield text, quoted(MOVE, path + kind, f"{path}_mine{kind}")


def found(name):
    """The distribution of that name, of two the one that Python finds first, or None."""
    return next(iter(distributions(name=name)), None)


def hollow(one):
    """Was the package of this distribution deleted?"""
    file = re.search(r"(?m)^[\w.-]+/__init__\.py(?=,)", one.read_text("RECORD") or "")
    return bool(file) and not os.path.exists(one.locate_file(file[0]))


def unmet(extras):
    """{name: (what fits, the version that is here or None)} of all that the library needs."""
    from pip._vendor.packaging.requirements import Requirement

    unfit, ask = {}, [Requirement(f"lessons_lib[{extras}]")]
    for need in ask:  # it grows
        one = found(need.name)
        if not one or not need.specifier.contains(one.version, prereleases=True):
            unfit.setdefault(need.name, (f"{need.name}{need.specifier}", one and one.version))
        elif hollow(one):
            unfit[need.name] = f"{need.name}=={one.version}", f"{one.version} without its files"
        if one:
            asked = [{"extra": extra} for extra in need.extras or [""]]
            # to read a line is slow: not those of extras that nobody asked for
            others = [r for r in one.requires or [] if need.extras or "; extra" not in r]
            others = [o for o in map(Requirement, others) if o not in ask]
            ask += [o for o in others if not o.marker or any(map(o.marker.evaluate, asked))]
    return unfit


def packages(root, extras):
    """(text, command) for what is lacking, in one command, and for versions that do not fit."""
    pins, unfit = ["-c", f"{root}/constraints.txt"] if root else [], unmet(extras).items()
    if missing := [spec for _, (spec, got) in unfit if not got]:
        yield f"Missing: {', '.join(missing)}.", pip("install", *pins, *missing)
    for name, (spec, got) in unfit:
        if got:
            how = ("--force-reinstall", "--no-deps") if "==" in spec else ("-U", *pins)
            yield f"{name} {got} is installed; needed is {spec}.", pip("install", *how, spec)
    project = Path(root, "pyproject.toml").read_text(encoding="utf-8") if root else ""
    for need in {*re.findall(r'(?m)^version = "(.+)"', project)} - {got := version("lessons_lib")}:
        yield f"The installed library is {got}, the course in this folder is {need}.", install(root)


def orphan():
    """The first line of the environment's programs, where the Python that it names is gone."""
    path = Path(sys.prefix, "bin", "jupyter")
    line = path.read_text(encoding="utf-8").partition("\n")[0] if path.exists() else ""
    return line[:2] == "#!" and not os.path.exists(line[2:].split()[0]) and line


def odd(root, here):
    """Lessons, and copies of them, that are no whole notebooks or ask for another kernel."""
    for path in [*notebooks(root, here), *map(str, Path(root or here).glob("work/*/*.ipynb"))]:
        new = "make work" if f"{os.sep}work{os.sep}" in path else quoted("git", "checkout", path)
        try:
            notebook = json.loads(Path(path).read_text(encoding="utf-8"))
            asked = notebook["cells"] and notebook["metadata"]["kernelspec"]["name"]
            fault = asked != "python3" and f"asks for the kernel {asked}; the course has python3"
        except (OSError, ValueError, LookupError, TypeError) as error:
            fault = f"is no whole notebook: {error!r}"
        if fault:
            yield f"{path} {fault}.", inside(root, quoted(MOVE, path, f"{path}_mine") + AND + new)


def cuda(driver):
    """torch with CUDA on a machine that cannot use it."""
    extra = sorted(n for d in distributions() if re.match("nvidia|triton$|cuda-", n := str(d.name)))
    number, _, build = version("torch").partition("+")
    if not driver and (build.startswith("cu") or (extra and not build)):
        text = f"torch {version('torch')} is a CUDA build, but this machine has no NVIDIA driver."
        new = pip("install", "torch==" + number, *CPU_INDEX)
        yield text, pip("uninstall", "-y", "torch", *extra) + AND + new
