"""All checks, in the order in which one would mend: Python, packages, places, kernel."""

import argparse
import importlib.util
import os
import shutil
import sys

from lessons_kit.doctor import places
from lessons_kit.doctor.words import SAY, quoted

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/dev/dxg")
PYTHON, DOCTOR = "{}.{}.{}".format(*sys.version_info), ("-m", "lessons_kit.doctor")
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
    from lessons_kit.doctor import kernel, packages

    root = places.course(here)
    for fault in unusable(root):
        return [fault], [], ""
    have, lessons = packages.installed(), places.notebooks(root, here)
    folders = {here, *map(os.path.dirname, lessons)}
    found = [
        *packages.faults(root, *packages.checked("dev" if places.is_own(root) else "torch")),
        *places.hidden(folders, HIDE | sys.stdlib_module_names),
        *places.strange(root, here, lessons, have["lessons-lib"]),
    ]
    found = found or list(kernel.faults(root, here, lessons, have))
    said = {"python": PYTHON, "version": have["lessons-lib"], "notebooks": len(lessons)}
    return found, list(remarks(packages, have)), SAY["well"].format(**said)


def unusable(root):
    """What has to be mended before anything else can be looked at."""
    own = None if places.is_own(root) else places.own_python(root)
    other = SAY["other"].format(path=sys.executable, own=own), quoted(own or "", *DOCTOR)
    if sys.version_info < (3, 11):  # noqa: UP036 (an old Python runs this to hear it)
        mend = other[1] if own else places.anew(root, " PYTHON=python3.12")
        yield SAY["python"].format(old=PYTHON, path=sys.executable), mend
        return
    from lessons_kit.doctor import packages

    if "lessons-lib" not in packages.installed() or not places.library():
        text = SAY["uninstalled"].format(path=sys.executable)
        yield other if own else (text, places.install(root))
    if not importlib.util.find_spec("pip"):
        yield SAY["pip"].format(path=sys.executable), places.install(root)
    if own and packages.checked("torch")[0]:
        yield other


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
