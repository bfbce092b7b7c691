"""The files of an engine, below the pages: CPython for WASI, or a folder with Pyodide.

An engine is found by its choice, the value of RUN in `make book RUN=…`: nothing for the first, the
path of a folder for the second. Of both: ``size`` in bytes, before the pages are written, and
``write``, which says what the script of the pages must know.
"""

import base64
import hashlib
import json
import shutil
from pathlib import Path

from tools.site.run import python

HERE = Path(__file__).parent
PACKED, DISK = "python.bin", "python.js"  # the same twice: from the disk a page loads only scripts
PYODIDE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
SAY = {
    "lacks": "RUN={folder} has no {name}: it must hold a release of Pyodide, with NumPy's wheel.",
    "differs": "RUN={folder}: {name} is not the file of which {lock} has the hash.",
}


def text(name):
    return (HERE / name).read_text(encoding="utf-8")


def files_of_pyodide(folder):
    """The files that a page needs.  Raises python.Missing for one that lacks or is another."""
    if not (folder / LOCK).is_file():
        raise python.Missing(SAY["lacks"].format(folder=folder, name=LOCK))
    numpy = json.loads((folder / LOCK).read_text(encoding="utf-8"))["packages"]["numpy"]
    for name in (*PYODIDE, numpy["file_name"]):
        if not (folder / name).is_file():
            raise python.Missing(SAY["lacks"].format(folder=folder, name=name))
    data = (folder / numpy["file_name"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != numpy["sha256"]:
        raise python.Missing(
            SAY["differs"].format(folder=folder, name=numpy["file_name"], lock=LOCK)
        )
    return [folder / name for name in (*PYODIDE, numpy["file_name"], LOCK)]


def size(choice):
    """Bytes that a reader loads.  Raises python.Missing where the files cannot be had."""
    if choice:
        return sum(path.stat().st_size for path in files_of_pyodide(Path(choice)))
    return (python.stored() / "python.zst").stat().st_size


def write(choice, out):
    """Write the engine's files into the folder  →  what the script must know (dict)."""
    return pyodide(Path(choice), out) if choice else wasi(out)


def wasi(out):
    stored = python.stored()
    data = (stored / "python.zst").read_bytes()
    version = hashlib.sha256(data).hexdigest()[:8]
    (out / PACKED).write_bytes(data)
    disk = f'COURSE_RUN.fromDisk("{base64.b64encode(data).decode()}")'
    (out / DISK).write_text(disk, encoding="ascii")
    licences = [(stored / "LICENSES.txt").read_bytes(), text("vendor/LICENSES.txt").encode()]
    (out / "LICENSES.txt").write_bytes(b"\n\n".join(licences))
    return {
        **json.loads((stored / "lengths.json").read_text(encoding="utf-8")),
        "worker": "\n".join(map(text, ("vendor/vendor.min.js", "wasi.js", "worker.js"))),
        "python": f"{PACKED}?v={version}",
        "disk": f"{DISK}?v={version}",
    }


def pyodide(folder, out):
    files = files_of_pyodide(folder)
    (out / "pyodide").mkdir(exist_ok=True)
    for path in files:
        shutil.copyfile(path, out / "pyodide" / path.name)
    return {
        "frames": [size(folder)],
        "worker": "\n".join(map(text, ("pyodide.js", "worker.js"))),
        "python": "pyodide/",
    }
