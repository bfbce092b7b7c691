"""The two commands under every Python that is found here: `make test-pythons`.

    python3 -m tools.upkeep.pythons                    all from 3.11 on
    python3 -m tools.upkeep.pythons /usr/bin/python3   these

For each one, in an environment of its own (.venv-3.12.1): the book from nothing, the book again,
the tests of the library, three lessons against their stored outputs. A table of the times at the
end; status 1 where something failed or did not end. Standard library only.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 11)
PLACES = (".pyenv/versions/*/bin", ".local/share/uv/python/*/bin", ".asdf/installs/python/*/bin")
NAME = re.compile(r"python3(\.\d+)?")
LESSONS = "1_rnn/loop_with_state 3_lstm/four_steps 5_attention/soft_lookup"
STEPS = {
    "make book": ["book"],
    "again": ["book"],
    "library": ["test-library"],
    "three lessons": [
        "test-lessons",
        "ONLY=" + " ".join(f"book/{name}.ipynb" for name in LESSONS.split()),
    ],
}
LIMIT = 3600  # seconds after which a step counts as one that never ends


def promised(pyproject=ROOT / "pyproject.toml"):
    """["3.11", "3.12", …]: the Pythons that pyproject.toml names in its classifiers."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    found = (re.fullmatch(r".* :: Python :: (3\.\d+)", line) for line in project["classifiers"])
    return [match[1] for match in found if match]


def version(python):
    """Path of an interpreter  →  (3, 12, 1), or None where it does not run."""
    code = "import sys; print(*sys.version_info[:3])"
    try:
        run = subprocess.run([python, "-c", code], capture_output=True, encoding="utf-8")
    except OSError:
        return None
    return tuple(map(int, run.stdout.split())) if run.returncode == 0 else None


def found(home, path):
    """{version: path} of the interpreters on the PATH and where pyenv, uv and asdf keep theirs."""
    folders = [Path(folder) for folder in path.split(os.pathsep) if folder]
    folders += [folder for place in PLACES for folder in sorted(home.glob(place))]
    versions = {}
    for folder in filter(Path.is_dir, folders):
        for python in sorted(p for p in folder.iterdir() if NAME.fullmatch(p.name)):
            versions.setdefault(version(python), str(python))
    return {v: versions[v] for v in sorted(v for v in versions if v and v >= OLDEST)}


def step(venv, python, target, log):
    """Run one target  →  what the table says of it: seconds, or that it failed."""
    command = ["make", "--no-print-directory", f"VENV={venv}", f"PYTHON={python}", *target]
    log.write(f"\n$ {' '.join(command)}\n")
    log.flush()
    start = time.monotonic()
    run = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        return f"{time.monotonic() - start:.0f} s" if run.wait(LIMIT) == 0 else "failed"
    except subprocess.TimeoutExpired:
        return f"never ended ({LIMIT} s)"
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGTERM)
            run.wait()


def row(name, python):
    """All steps under one Python, the first in a new environment  →  cells of the table."""
    venv = ROOT / f".venv-{name}"
    shutil.rmtree(venv, ignore_errors=True)
    with open(ROOT / f".venv-{name}.log", "w", encoding="utf-8") as log:
        cells = [step(venv.name, python, target, log) for target in STEPS.values()]
    return [name, *cells]


def main(arguments):
    chosen = {version(python): python for python in arguments}
    chosen = chosen or found(Path.home(), os.environ.get("PATH", ""))
    if not chosen or None in chosen:
        sys.exit(f"no Python from 3.11 on: {', '.join(arguments) or 'none on the PATH'}")
    print("| Python | " + " | ".join(STEPS) + " |\n" + "|---" * (len(STEPS) + 1) + "|", flush=True)
    bad = []
    for number, python in chosen.items():
        cells = row(".".join(map(str, number)), python)
        print("| " + " | ".join(cells) + " |", flush=True)
        bad += [cells[0]] if not all(cell.endswith(" s") for cell in cells[1:]) else []
    if bad:
        sys.exit("\n".join(f"Python {name}: what it said is in .venv-{name}.log" for name in bad))


if __name__ == "__main__":
    main(sys.argv[1:])
