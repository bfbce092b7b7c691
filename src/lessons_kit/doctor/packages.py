"""Is every package here, and in a version that fits?"""

import os
import re
from importlib import metadata

from lessons_kit.doctor.kernel import CPU_INDEX
from lessons_kit.doctor.words import AND, SAY, pip

CUDA = re.compile(r"nvidia-|triton$|cuda-")


def installed():
    """Version by name; of two copies the one that Python finds first."""
    found = {}
    for one in metadata.distributions():
        found.setdefault((one.metadata["Name"] or "").lower().replace("_", "-"), one.version)
    return found


def checked(extras):
    """All that the library needs  →  {name: missing}, {name: (version, what fits)}."""
    from pip._vendor.packaging.requirements import Requirement

    missing, unfit, seen = {}, {}, set()
    ask = [Requirement(f"lessons_lib[{extras}]")]
    for need in ask:  # it grows
        spec = f"{need.name}{need.specifier}"
        try:
            found = metadata.distribution(need.name)
        except metadata.PackageNotFoundError:
            missing.setdefault(need.name, spec)
            continue
        if not need.specifier.contains(found.version, prereleases=True):
            unfit.setdefault(need.name, (found.version, spec))
        asked = [{"extra": extra} for extra in need.extras or [""]]
        others = map(Requirement, [] if str(need) in seen else found.requires or [])
        ask += [o for o in others if not o.marker or any(map(o.marker.evaluate, asked))]
        seen.add(str(need))
    return missing, unfit


def faults(root, missing, unfit):
    """(text, command) for what is lacking, in one command, and for versions that do not fit."""
    pins = os.path.join(root or "", "constraints.txt")
    pinned = ["-c", pins] if root and os.path.isfile(pins) else []
    if missing:
        mend = pip("install", *pinned, *missing.values())
        yield SAY["missing"].format(names=", ".join(missing.values())), mend
    for name, (got, spec) in unfit.items():
        mend = pip("install", "--upgrade", *pinned, spec)
        yield SAY["version"].format(name=name, got=got, spec=spec), mend


def cuda(have, driver):
    """torch with CUDA on a machine that cannot use it."""
    extra = sorted(name for name in have if CUDA.match(name))
    version, _, build = have.get("torch", "").partition("+")
    if version and not driver and (build.startswith("cu") or (extra and not build)):
        install = pip("install", "torch==" + version, "--index-url", CPU_INDEX)
        mend = pip("uninstall", "-y", "torch", *extra) + AND + install
        yield SAY["cuda"].format(version=have["torch"]), mend
