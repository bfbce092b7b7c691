"""The process of a hand-in, seen from outside: what it gets, how long it may run, what it told."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import cloudpickle
import matplotlib.font_manager

from lessons_kit import exercises
from lessons_kit.exercises import judge
from tools.editions import packing
from tools.environment import ROOT, THREADS

MEMORY = 4 * 2**30  # bytes of address space


def snapshot(folders):
    """(files, job) that every process gets, read before any hand-in runs: the library without
    its references, and the calls of each exercise; no hand-in may open ``folders``."""
    files = {name[1:]: data for name, data in packing.library("")}
    files = {n: data for n, data in files.items() if not n.startswith("lessons_kit/exercises/")}
    files["student.py"] = Path(__file__).with_name("student.py").read_bytes()
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist*"):  # slow to make, by a program
        files[f"matplotlib/{fonts.name}"] = fonts.read_bytes()
    cloudpickle.register_pickle_by_value(exercises)  # arguments that are functions
    cases = {i: cloudpickle.dumps(sum(judge.rounds(e), [])) for i, e in exercises.ALL.items()}
    forbidden = tuple(os.path.join(os.path.realpath(f), "") for f in (ROOT / "src", *folders))
    return files, {"cases": cases, "forbidden": forbidden, "memory": MEMORY}


def run(files, job):
    """A process with a library that nobody else uses  →  what it told (bytes), why no more."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, late = Path(name), 6 * job["seconds"]
        (folder / "home").mkdir()
        for name, data in (files | {"job": cloudpickle.dumps(job)}).items():
            (folder / "library" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "library" / name).write_bytes(data)
        env = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        env |= dict.fromkeys(("HOME", "IPYTHONDIR", "TMPDIR"), str(folder / "home"))
        env |= dict.fromkeys((*THREADS, "LESSONS_QUIET"), "1")
        env |= {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(folder / "library" / "matplotlib")}
        command = [sys.executable, "-I", "-B", "-X", "utf8", folder / "library" / "student.py"]
        with open(folder / "told", "w+b") as told:
            one = subprocess.Popen(
                command, cwd=folder / "home", env=env, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.DEVNULL)  # fmt: skip
            status = ended(one, late)
            told.seek(0)
            spent = status in (None, -getattr(signal, "SIGXCPU", 0))
            return told.read(), (
                f"stopped after {job['seconds']} s of processor time or {late} s in all" if spent
                else f"it ended its own process (exit status {status})"
            )  # fmt: skip


def ended(process, seconds):
    """Wait for it, then end what it has started  →  its exit status, None if it was not done."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(OSError, AttributeError):  # ended, or no groups here
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
