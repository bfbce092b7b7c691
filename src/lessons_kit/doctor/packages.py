"""Is every package here, in a version that fits, and does it load?"""

import os
import re
import subprocess
import sys
from importlib import metadata

from lessons_kit.doctor.words import AND, SAY, pip

COMPILED = ("numpy", "matplotlib", "torch")  # present does not yet mean that they load
SIGNS = (">=", "<=", "==", "!=", "<", ">")
# PyTorch's own index; the packages it names are in the CPU build, too
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA = re.compile(r"nvidia-|triton$|cuda-")


def release(version):
    """ "2.13.0+cpu"  →  (2, 13): zeros at the end do not count."""
    numbers = [int(n) for n in re.match(r"[\d.]*", version).group().split(".") if n]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def fits(version, specs):
    """Does a version satisfy ``>=1.0.4,<2``?  What is no comparison here is satisfied."""
    got = release(version)
    for spec in specs.split(","):
        sign = next((sign for sign in SIGNS if spec.startswith(sign)), None)
        if sign is None or "*" in spec:
            continue
        need = release(spec[len(sign) :])
        good = {">=": got >= need, "<=": got <= need, "==": got == need, "!=": got != need,
                "<": got < need, ">": got > need}  # fmt: skip
        if not good[sign]:
            return False
    return True


def normal(name):
    """The name of a distribution as comparisons need it: ``Typing_Extensions`` is
    ``typing-extensions``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line):
    """One line of a package's needs  →  (name, specs, the condition after the semicolon)."""
    text, _, marker = line.partition(";")
    name, specs = re.match(r"\s*([\w.-]+)(?:\[[^]]*\])?\s*\(?([^)]*)", text).groups()
    return name, specs.replace(" ", ""), marker


def needed(everything):
    """(name, specs) of the packages: all extras, or only what the lessons import."""
    found = []
    for line in metadata.requires("lessons_lib") or []:
        name, specs, marker = requirement(line)
        extra = re.search(r"extra\s*==\s*['\"](\w+)", marker)
        group = extra.group(1) if extra else "torch"
        # the scores of the pages are a tool of their own: `make lighthouse` installs what it needs
        if name != "lessons_lib" and group != "lighthouse" and (everything or group == "torch"):
            found.append((name, specs))
    return found


def installed():
    """Version by normalised name; of two copies the one that Python finds first."""
    found = {}
    for one in metadata.distributions():
        name = one.metadata["Name"]
        if name:
            found.setdefault(normal(name), one.version)
    return found


def missing(have, need):
    return [name + specs for name, specs in need if normal(name) not in have]


def indirect(have, need):
    """Names that an installed package asks for, and so on down, and that are not there.

    What is wanted under a condition only (a system, an extra) is not looked at.
    """
    direct = {normal(name) for name, _ in need}
    seen, ask = set(), list(direct)
    while ask:
        name = ask.pop()
        if name not in seen and name in have:
            asked = map(requirement, metadata.requires(name) or [])
            ask += [normal(other) for other, _, marker in asked if not marker]
        seen.add(name)
    return sorted(seen - set(have) - direct)


def faults(root, have, need, lacking):
    """(text, command) for what is lacking, in one command, and for versions that do not fit."""
    pins = os.path.join(root or "", "constraints.txt")
    pinned = ["-c", pins] if root and os.path.isfile(pins) else []
    if lacking:
        yield SAY["missing"].format(names=", ".join(lacking)), pip("install", *pinned, *lacking)
    for name, specs in need:
        got = have.get(normal(name))
        if got and not fits(got, specs):
            text = SAY["version"].format(name=name, got=got, spec=name + specs)
            yield text, pip("install", "--upgrade", *pinned, name + specs)


def broken(have):
    """The first compiled package that is installed and does not load; the others may need it."""
    for name in [name for name in COMPILED if name in have]:
        # without this folder: what hides a package here is another check's business
        code = "import sys; sys.path[:1] = []; import " + name
        run = subprocess.run([sys.executable, "-c", code], capture_output=True,
                             encoding="utf-8", errors="replace")  # fmt: skip
        if run.returncode:
            error = (run.stderr.strip() or "no message").splitlines()[-1]
            version, _, build = have[name].partition("+")
            index = ["--index-url", CPU_INDEX] if build == "cpu" else []
            again = [*index, "--force-reinstall", "--no-deps", name + "==" + version]
            yield SAY["broken"].format(name=name, error=error), pip("install", *again)
            return


def cuda(have, driver):
    """torch with CUDA on a machine that cannot use it."""
    extra = sorted(name for name in have if CUDA.match(name))
    build = have.get("torch", "").partition("+")[2]
    if driver or not (build.startswith("cu") or (build == "" and extra and "torch" in have)):
        return
    version = have["torch"].partition("+")[0]
    remove = pip("uninstall", "-y", "torch", *extra)
    install = pip("install", "torch==" + version, "--index-url", CPU_INDEX)
    yield SAY["cuda"].format(version=have["torch"]), remove + AND + install
