"""constraints.txt installs on every Python that pyproject.toml promises."""

import tomllib
from importlib import metadata

import pytest
from packaging.specifiers import SpecifierSet

from tools.environment import ROOT
from tools.upkeep import pythons, upgrade

PINS = upgrade.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
PATCHES = range(40)  # more than a Python has ever had


def excluded(requires):
    """Requires-Python of a package  →  the promised Pythons that it refuses, oldest first."""
    asked = SpecifierSet(requires or "")
    every = (f"{minor}.{patch}" for minor in pythons.promised() for patch in PATCHES)
    return [version for version in every if not asked.contains(version)]


def pinned():
    """(name, version) of the pins that are installed here in the pinned version."""
    for name, version in PINS.values():
        try:
            if metadata.version(name).partition("+")[0] == version:
                yield name, version
        except metadata.PackageNotFoundError:
            continue


def test_the_reading_of_requires_python_finds_a_patch_in_the_middle():
    assert excluded(">=3.11,!=3.14.1") == ["3.14.1"]
    assert excluded(">=3.11.5") == [f"3.11.{patch}" for patch in range(5)]
    assert not excluded(None)


@pytest.mark.parametrize(("name", "version"), list(pinned()), ids=lambda one: str(one))
def test_a_pin_admits_every_python_that_is_promised(name, version):
    requires = metadata.metadata(name).get("Requires-Python")
    bad = excluded(requires)
    assert not bad, (
        f"constraints.txt: {name}=={version} excludes Python {', '.join(bad[:5])} (it asks for "
        f"{requires}): pin an older release that admits them"
    )


def test_the_promise_of_the_pythons_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={pythons.promised()[0]}"
    assert pythons.promised()[0] == "{}.{}".format(*pythons.OLDEST)
