"""All checks, in the order in which one would mend: Python, packages, places, kernel."""

import os
import shutil
import sys
from argparse import ArgumentParser
from importlib.util import find_spec

from lessons_kit.doctor import env, kernel

MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", MAC)
DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidia0", "/dev/dxg")
PY = "Python {}.{}.{}".format(*sys.version_info)


def report(about, arguments):
    """Print faults or, where there are none, remarks  →  exit status."""
    ArgumentParser(usage=about).parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")
    root, here = env.course(os.getcwd()), os.getcwd()
    lessons = env.notebooks(root, here)
    faults = next(filter(None, map(list, stages(root, here, lessons))), [])
    found, head = faults or list(remarks(root)), "All that the lessons need is here. To know: "
    if found:
        print(f"{'To mend: ' if faults else head}{len(found)}")
    for number, (text, command) in enumerate(found, 1):
        print(f"{number}. {text}\n   mend it with:  {command}")
    if not faults:
        print(f"All is well: {PY}, library {env.version('lessons_lib')}, {len(lessons)} notebooks.")
    return int(bool(faults))


def stages(root, here, lessons):
    """Faults by stage; a stage is looked at where those before it have none."""
    yield unusable(root)
    yield env.packages(root, "dev" if env.is_own(root) else "torch")
    yield env.odd(root, here)
    yield from map(env.hidden, sorted({here, *map(os.path.dirname, lessons)}))
    if not root and not lessons:
        text = f"{here} is not in the course: no _toc.yml here or above, and no notebook."
        yield [(text, env.inside(env.course(__file__), "make lab"))]
    yield kernel.faults(root, os.path.dirname([*lessons, f"{here}/"][0]), lessons)


def unusable(root):
    """What has to be mended before anything else can be looked at."""
    this, own = sys.executable, env.own_python(root)
    ask = env.quoted(own or "", "-m", "lessons_kit.doctor")
    other = f"{this} is not the Python of the course, which is in {own}.", ask
    if sys.version_info < (3, 11):  # noqa: UP036 (an old Python runs this to hear it)
        mend = ask if own else env.anew(root, " PYTHON=python3.12")
        yield f"{PY} ({this}) is too old: Python 3.11 or newer is needed.", mend
    elif not env.found("lessons_lib") or not find_spec("lessons_lib"):
        yield (other if own else (f"lessons_lib is not installed for {this}.", env.install(root)))
    elif env.orphan():
        mend = env.quoted("rm", "-r", sys.prefix) + env.AND + env.anew(root)
        yield f"The programs in {sys.prefix} begin with {env.orphan()}, which is gone.", mend
    elif not find_spec("pip"):
        yield f"{this} has no pip.", env.install(root)
    elif own and not all(got for _, got in env.unmet("torch").values()):
        yield other


def remarks(root):
    """What costs something and stops no lesson."""
    yield from env.cuda(any(map(os.path.exists, DRIVERS)) or shutil.which("nvidia-smi"))
    browsers = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else BROWSERS
    if env.found("playwright") and not any(map(shutil.which, browsers)):
        yield "`make test` needs Chromium, and none was found.", env.inside(root, "make chromium")
    if os.name != "nt" and sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        yield f"The encoding here is {sys.stdout.encoding}, not UTF-8.", "export PYTHONUTF8=1"
