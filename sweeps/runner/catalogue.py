"""Finds the sweeps: every module of the package ``sweeps`` has a tuple SWEEPS."""

import pkgutil
from importlib import import_module

import sweeps as package


def modules():
    found = pkgutil.iter_modules(package.__path__)
    return [each.name for each in found if not each.ispkg and each.name != "__main__"]


def sweeps(names=()):
    """The sweeps of these names, or all: "cures" is all of its file, "cures-crowded" one of them.

    Raises ValueError for an unknown name.
    """
    for name in names or modules():
        module = name.partition("-")[0]
        if module not in modules():
            raise ValueError(f"no sweep named {name!r}: choose from {', '.join(modules())}")
        all_of_it = import_module(f"sweeps.{module}").SWEEPS
        some = [sweep for sweep in all_of_it if name in (module, sweep.name)]
        if not some:
            known = ", ".join(sweep.name for sweep in all_of_it)
            raise ValueError(f"no sweep named {name!r}: {module} has {known}")
        yield from some
