"""Where things are: the course, its Python, the library, the kernel."""

import json
import os
import shutil
import sys

from lessons_kit.doctor.words import AND, SAY, inside, pip, quoted

FOLDER = "FOLDER-OF-THE-COURSE"


def upwards(start):
    """``start`` and every folder above it."""
    below = None
    while start != below:
        yield start
        start, below = os.path.dirname(start), start


def course(start):
    """The folder at or above ``start`` with _toc.yml and book/  →  path or None."""
    for folder in upwards(start):
        files = os.path.join(folder, "_toc.yml"), os.path.join(folder, "book")
        if os.path.isfile(files[0]) and os.path.isdir(files[1]):
            return folder
    return None


def edition(start):
    """The student or the offline edition at or above ``start``  →  (folder, what pip installs)."""
    for folder in upwards(start):
        if os.path.isfile(os.path.join(folder, "library", "pyproject.toml")):
            return folder, ("library/constraints.txt", "./library[torch,lab]")
        if os.path.isdir(os.path.join(folder, "src", "lessons_lib")):
            return folder, ("constraints.txt", "-e", ".[torch]", "jupyterlab")
    return None, ()


def own_python(root):
    """The Python in the course's .venv  →  path or None."""
    tails = (("bin", "python"), ("Scripts", "python.exe"))
    paths = [os.path.join(root, ".venv", *tail) for tail in tails] if root else []
    return next(filter(os.path.exists, paths), None)


def is_own(root):
    """Does the Python that runs now belong to the course's .venv?"""
    return bool(root) and same(sys.prefix, os.path.join(root, ".venv"))


def same(one, other):
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def library():
    """The folder of lessons_lib as a notebook finds it  →  path or None."""
    for finder in sys.meta_path:
        spec = finder.find_spec("lessons_lib", None) if hasattr(finder, "find_spec") else None
        if spec and spec.origin:
            return os.path.dirname(spec.origin)
    return None


def install(root):
    """The command that installs the library of this course, or of the one you are going to."""
    top, what = (None, ()) if root else edition(os.getcwd())
    if top:
        return inside(top, pip("install", "-c", *what))
    if sys.prefix == sys.base_prefix:  # a system's Python often refuses packages, and rightly
        return anew(root)
    return inside(root or FOLDER, pip("install", "-c", "constraints.txt", "-e", ".[dev]"))


def anew(root, python="python3"):
    """The command that makes the environment of the course."""
    make = "make book" if python == "python3" else "make book PYTHON=" + python
    if os.name == "nt":
        new = python.replace("python", "py -") + " -m venv .venv"
        make = new + AND + r".venv\Scripts\pip install -c constraints.txt -e .[dev]"
    return inside(root or FOLDER, make)


def renew(root, folder):
    """The command that brings a library up to its notebooks."""
    source = course(folder)
    if source and same(folder, os.path.join(source, "src", "lessons_lib")):
        return inside(source, "git pull")  # installed from there, so that is enough
    return install(root)


def elsewhere(root, found):
    """The library comes out of the sources of another folder.  One in site-packages is fine."""
    if not root or same(found, os.path.join(root, "src", "lessons_lib")):
        return
    if os.path.basename(os.path.dirname(found)) not in ("site-packages", "dist-packages"):
        yield SAY["elsewhere"].format(path=found), install(root)


def lost(root, here, found, lessons):
    """Neither in the course nor beside notebooks."""
    if not root and not lessons:
        yield SAY["folder"].format(path=here), "cd " + quoted(course(found) or FOLDER)


def hidden(folders, names):
    """Files of the reader that Python takes for a package of that name."""
    for folder in sorted(folders):
        for name in sorted(names):
            path = os.path.join(folder, name + ".py")
            if os.path.isfile(path):
                move = quoted("move" if os.name == "nt" else "mv", path, path[:-3] + "_mine.py")
                yield SAY["hidden"].format(path=path, name=name), move


def jupyter_folders():
    """Where Jupyter looks for kernels, first to last."""
    env, home = os.environ.get, os.path.expanduser("~")
    user = env("JUPYTER_DATA_DIR") or {
        "win32": os.path.join(env("APPDATA") or home, "jupyter"),
        "darwin": os.path.join(home, "Library", "Jupyter"),
    }.get(sys.platform, os.path.join(env("XDG_DATA_HOME") or home + "/.local/share", "jupyter"))
    own = os.path.join(sys.prefix, "share", "jupyter")
    prefer = env("JUPYTER_PREFER_ENV_PATH", "").lower()
    first = sys.prefix != sys.base_prefix if not prefer else prefer not in ("0", "no", "false", "n")
    given = [path for path in env("JUPYTER_PATH", "").split(os.pathsep) if path]
    return given + ([own, user] if first else [user, own])


def kernel():
    """The kernel called python3 starts another Python, or one that is not there."""
    paths = [os.path.join(f, "kernels", "python3", "kernel.json") for f in jupyter_folders()]
    path = next(filter(os.path.isfile, paths), None)
    if path is None:
        return  # then Jupyter makes one of the Python it runs in
    folder = os.path.dirname(path)  # moved, not removed: it can be chosen by its new name
    mend = quoted("move" if os.name == "nt" else "mv", folder, folder + "_other")
    try:
        with open(path, encoding="utf-8") as file:
            named = json.load(file)["argv"][0]
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield SAY["kernelspec"].format(path=path, error=error), mend
        return
    python = started(named)
    if python is None or not os.path.exists(python):
        yield SAY["gone"].format(path=path, python=named), mend
    elif not belongs(python):
        yield SAY["kernel"].format(path=path, python=python), mend


def started(named):
    """What Jupyter makes of a kernel's first word: a bare python is its own."""
    version = ".".join(map(str, sys.version_info[:2]))
    if named in ("python", "python3", "python" + version):
        return sys.executable
    return shutil.which(named) if os.path.basename(named) == named else named


def belongs(python):
    """Is this interpreter of the environment that runs now?  Its link may lead out of it."""
    folder = os.path.dirname(os.path.abspath(python))
    alike = os.path.abspath(python) == os.path.abspath(sys.executable)
    return alike or same(folder, sys.prefix) or same(os.path.dirname(folder), sys.prefix)
