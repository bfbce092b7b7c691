"""Where things are: the course, its Python, its notebooks; and the commands that install it."""

import glob
import importlib.util
import os
import re
import sys

from lessons_kit.doctor.words import SAY, WINDOWS, inside, move, pip, quoted

FOLDER = "FOLDER-OF-THE-COURSE"


def upwards(start, *inner):
    """The first folder at or above ``start`` that holds all of these, or None."""
    while not all(os.path.exists(os.path.join(start, path)) for path in inner):
        below, start = start, os.path.dirname(start)
        if start == below:
            return None
    return start


def course(start):
    return upwards(start, "_toc.yml", "book")


def same(one, other):
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def own_python(root):
    """The Python in the course's .venv  →  path or None."""
    tails = os.path.join("bin", "python"), os.path.join("Scripts", "python.exe")
    paths = [os.path.join(root, ".venv", tail) for tail in tails] if root else []
    return next(filter(os.path.exists, paths), None)


def is_own(root):
    """Does the Python that runs now belong to the course's .venv?"""
    return bool(root) and same(sys.prefix, os.path.join(root, ".venv"))


def library():
    """The folder of lessons_lib as a notebook finds it  →  path or None."""
    spec = importlib.util.find_spec("lessons_lib")
    return os.path.dirname(spec.origin) if spec and spec.origin else None


def notebooks(root, here):
    """The lessons of the course; without one, the notebooks here and up to two folders below."""
    patterns = ("book/*/*.ipynb",) if root else ("*.ipynb", "*/*.ipynb", "*/*/*.ipynb")
    return sorted(p for one in patterns for p in glob.glob(os.path.join(root or here, one)))


def install(root):
    """The command that installs the library of this course, or of the one you are going to."""
    here, constraints = os.getcwd(), "constraints.txt"
    offline, student = upwards(here, "library/pyproject.toml"), upwards(here, "src/lessons_lib")
    if not root and offline:
        what = "library/" + constraints, "./library[torch,lab]"
    elif not root and student:
        what = constraints, "-e", ".[torch]", "jupyterlab"
    elif sys.prefix == sys.base_prefix or not importlib.util.find_spec("pip"):
        return anew(root)  # a system's Python often refuses packages, and rightly
    else:
        what = constraints, "-e", ".[dev]"
    return inside(root or offline or student or FOLDER, pip("install", "-c", *what))


def anew(root, setting=""):
    """The command that makes the environment of the course, or mends it."""
    windows = r"py -m venv .venv & .venv\Scripts\pip install -c constraints.txt -e .[dev]"
    return inside(root or FOLDER, windows if WINDOWS else "make book" + setting)


def hidden(folders, names):
    """Files and packages of the reader that Python takes for a package of that name."""
    for path in sorted(os.path.join(folder, name) for folder in folders for name in names):
        for kind, inner in ((".py", ""), ("", os.sep + "__init__.py")):
            if os.path.isfile(path + kind + inner):
                text = SAY["hidden"].format(path=path + kind, name=os.path.basename(path))
                yield text, move(path + kind, path + "_mine" + kind)


def strange(root, here, lessons, got):
    """Not where lessons are, or where they are of another release."""
    if not root and not lessons:
        yield SAY["folder"].format(path=here), quoted("cd", course(library()) or FOLDER)
    if root:
        with open(os.path.join(root, "pyproject.toml"), encoding="utf-8") as file:
            need = re.search(r"(?m)^version\s*=\s*[\"']([^\"']+)", file.read())
        if need and need.group(1) != got:
            yield SAY["release"].format(got=got, need=need.group(1)), install(root)
