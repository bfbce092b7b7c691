"""All checks, in the order in which one would mend: Python, packages, places, kernel."""

import importlib
import os
import shutil
import sys

from lessons_kit.doctor.words import AND, SAY, quoted

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/dev/dxg")
HIDE = {"matplotlib", "numpy", "torch", "tqdm"}


def report(arguments):
    """Print faults and remarks  →  exit status."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    if arguments:
        asked = arguments in (["-h"], ["--help"])
        given = "" if asked else SAY["usage"].format(given=" ".join(arguments))
        print(given + importlib.import_module("lessons_kit.doctor").__doc__)
        return 0 if asked else 2
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
    if sys.version_info < (3, 11):  # noqa: UP036 (an old Python runs this to hear it)
        return list(old_python(here)), [], ""
    from lessons_kit.doctor import library, packages, places

    root, have, folder = places.course(here), packages.installed(), places.library()
    known = folder and "lessons-lib" in have
    need = packages.needed(places.is_own(root)) if known else []
    own, missing = places.own_python(root), packages.missing(have, need)
    if own and not places.is_own(root) and (not known or missing):
        mend = quoted(own, "-m", "lessons_kit.doctor")
        return [(SAY["other"].format(path=sys.executable, own=own), mend)], [], ""
    if not known:
        return [(SAY["uninstalled"].format(path=sys.executable), places.install(root))], [], ""
    lessons, indirect = library.notebooks(root, here), packages.indirect(have, need)
    well = healthy(have["lessons-lib"], lessons)
    faults = [
        *packages.faults(root, have, need, missing + indirect),
        *([] if indirect else packages.broken(have)),
        *places.hidden({here, *map(os.path.dirname, lessons)}, HIDE | sys.stdlib_module_names),
        *places.elsewhere(root, folder),
        *library.faults(root, lessons, folder, have["lessons-lib"]),
        *places.kernel(),
        *places.lost(root, here, folder, lessons),
    ]
    return faults, list(remarks(packages, have)), well


def healthy(version, lessons):
    """The one line for an environment without a fault."""
    python = ".".join(map(str, sys.version_info[:3]))
    return SAY["well"].format(python=python, version=version, notebooks=len(lessons))


def old_python(here):
    """Too old a Python: nothing else is looked at."""
    from lessons_kit.doctor import places

    root = places.course(here)
    own, mend = places.own_python(root), places.anew(root, "python3.12")
    if own and places.is_own(root):
        aside = os.path.join(root, ".venv")
        mend = quoted("mv", aside, aside + "-old") + AND + mend
    elif own:
        mend = quoted(own, "-m", "lessons_kit.doctor")
    old = ".".join(map(str, sys.version_info[:3]))
    yield SAY["python"].format(old=old, path=sys.executable), mend


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
