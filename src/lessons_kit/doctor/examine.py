"""All checks, in the order in which one would mend: Python, packages, places, kernel."""

import argparse
import importlib.util
import os
import re
import shutil
import sys

from lessons_kit.doctor.words import SAY, quoted

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/dev/dxg")
HIDE = {"matplotlib", "numpy", "torch", "tqdm"}


def report(arguments):
    """Print faults and remarks  →  exit status."""
    about = importlib.import_module("lessons_kit.doctor").__doc__
    form = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(description=about, formatter_class=form).parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    faults, remarks, well = examine(os.getcwd())
    if faults or remarks:
        print(SAY["faults" if faults else "remarks"].format(count=len(faults or remarks)))
    for number, (text, command) in enumerate(faults + remarks, 1):
        print(SAY["item"].format(number=number, text=text, command=command))
    if not faults:
        print(well)
    return int(bool(faults))


def examine(here):
    """(faults, remarks, the line that ends a report without a fault)"""
    from lessons_kit.doctor import packages, places

    root = places.course(here)
    own, running = places.own_python(root), sys.executable
    mine = bool(own) and places.same(sys.prefix, os.path.join(root, ".venv"))
    doctor = quoted(own or "", "-m", "lessons_kit.doctor")
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 (an old Python runs this to hear it)
        mend = doctor if own and not mine else places.anew(root, " PYTHON=python3.12")
        return [(SAY["python"].format(old=python, path=running), mend)], [], ""
    have = packages.installed()
    if "lessons-lib" not in have or not importlib.util.find_spec("lessons_lib"):
        if own and not mine:
            return [(SAY["other"].format(path=running, own=own), doctor)], [], ""
        return [(SAY["uninstalled"].format(path=running), places.install(root))], [], ""
    if not importlib.util.find_spec("pip"):
        return [(SAY["pip"].format(path=running), places.install(root))], [], ""
    missing, unfit = packages.checked("dev" if mine else "torch")
    if missing and own and not mine:
        return [(SAY["other"].format(path=running, own=own), doctor)], [], ""
    lessons = places.notebooks(root, here)
    well = SAY["well"].format(python=python, version=have["lessons-lib"], notebooks=len(lessons))
    names = HIDE | sys.stdlib_module_names
    found = [
        *packages.faults(root, missing, unfit),
        *places.hidden({here, *map(os.path.dirname, lessons)}, names),
        *place(root, here, lessons, have["lessons-lib"]),
    ]
    if not found:
        from lessons_kit.doctor import kernel

        found = list(kernel.faults(root, here, lessons, have))
    return found, list(remarks(packages, have)), well


def place(root, here, lessons, got):
    """Not where lessons are, or where they are of another release."""
    from lessons_kit.doctor import places

    if not root and not lessons:
        source = places.course(os.path.dirname(importlib.util.find_spec("lessons_lib").origin))
        yield SAY["folder"].format(path=here), quoted("cd", source or places.FOLDER)
    if root:
        with open(os.path.join(root, "pyproject.toml"), encoding="utf-8") as file:
            need = re.search(r"^version\s*=\s*[\"']([^\"']+)", file.read(), re.MULTILINE)
        if need and need.group(1) != got:
            yield SAY["release"].format(got=got, need=need.group(1)), places.install(root)


def remarks(packages, have):
    """What costs something and stops no lesson."""
    driver = any(map(os.path.exists, DRIVERS)) or shutil.which("nvidia-smi")
    yield from packages.cuda(have, driver)
    chosen = os.environ.get("CHROMIUM")
    browsers = [MAC, *map(shutil.which, BROWSERS)] if chosen is None else [chosen]
    if "playwright" in have and not any(path and os.path.exists(path) for path in browsers):
        system = {"darwin": "brew install --cask chromium", "win32": "winget install Google.Chrome"}
        yield SAY["chromium"], system.get(sys.platform, "sudo apt-get install chromium")
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if os.name != "nt" and encoding.lower().replace("-", "") != "utf8":
        yield SAY["locale"].format(encoding=encoding), "export PYTHONUTF8=1"
