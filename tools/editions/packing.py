"""One way to write an archive: the same files give the same bytes on every day and machine."""

import zipfile

from tools.environment import PACKAGES, ROOT

DATE = (1980, 1, 1, 0, 0, 0)  # the oldest that a zip can tell
MODE = 0o644 << 16


def pack(path, top, files):
    """Write ``files``, pairs of name and bytes, below the folder ``top`` into the zip ``path``."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in sorted(files):
            entry = zipfile.ZipInfo(f"{top}/{name}", DATE)
            entry.create_system, entry.external_attr = 3, MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return path


def tree(folder, name, skipped=()):
    """(name below ``name``, bytes) of every file in ``folder``, without compiled code."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not {"__pycache__", *skipped}.intersection(parts):
            yield "/".join((name, *parts)), path.read_bytes()


def library(name):
    """(name below ``name``, bytes) of every file of the packages that the lessons import."""
    for package in PACKAGES:
        yield from tree(ROOT / "src" / package, f"{name}/{package}")
