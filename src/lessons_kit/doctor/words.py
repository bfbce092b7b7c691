"""What the doctor says, and commands as this system's shell takes them."""

import os
import shlex
import subprocess
import sys

SAY = {
    "python": "Python {old} ({path}) is too old: Python 3.11 or newer is needed.",
    "other": "{path} is not the Python of the course, which is in {own}.",
    "uninstalled": "lessons_lib is not installed for {path}.",
    "pip": "{path} has no pip.",
    "missing": "Missing: {names}.",
    "version": "{name} {got} is installed; needed is {spec}.",
    "hidden": "{path} hides the package {name}: Python loads your file in its place.",
    "dead": "Notebooks do not start: the kernel in {path} starts {python}: {error}",
    "kernel": "Notebooks run in another Python: the kernel in {path} starts {python}.",
    "broken": "{name} is installed, but it cannot be loaded: {error}",
    "elsewhere": "lessons_lib is loaded from {path}, which belongs to another folder.",
    "release": "The installed library is version {got}, the course in this folder is {need}.",
    "older": "The library in {path} is older than the notebooks: {notebook} needs {what}.",
    "more": " (and {count} more)",
    "folder": "{path} is not in the course: no _toc.yml here or above, and no notebook.",
    "cuda": "torch {version} is a CUDA build, but this machine has no NVIDIA driver. The course "
    "computes on the CPU; the CPU build is gigabytes smaller and does the same.",
    "chromium": "`make test` looks at the pages in Chromium, and none was found.",
    "locale": "The encoding here is {encoding}, not UTF-8: signs in the texts may be lost.",
    "well": "All is well: Python {python}, library {version}, {notebooks} notebooks.",
    "faults": "To mend: {count}",
    "remarks": "All that the lessons need is here. To know: {count}",
    "item": "{number}. {text}\n   mend it with:  {command}",
}
WINDOWS = os.name == "nt"
AND = " & " if WINDOWS else " && "


def quoted(*words):
    """The command as you would type it in this system's shell."""
    return subprocess.list2cmdline(words) if WINDOWS else " ".join(map(shlex.quote, words))


def move(path, to):
    return quoted("move" if WINDOWS else "mv", path, to)


def inside(folder, command):
    return quoted("cd", folder) + AND + command


def pip(*arguments):
    """pip of the Python that runs now."""
    return quoted(sys.executable, "-m", "pip", *arguments)
