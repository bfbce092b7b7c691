"""One hand-in: its cells run in a process of their own, and its exercises are judged here."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lessons_kit import exercises
from lessons_kit.exercises import judge
from tools.grading.process import run, snapshot
from tools.grading.replies import messages, replay

LARGEST, RUNS = 5 * 10**7, 10  # bytes of a notebook; processes for one hand-in
CHECK = re.compile(r"""\bcheck\(\s*["']([^"'\n]+)["']""")
START = re.compile(r"from lessons_kit\.exercises|\bcheck\(")
LOOK_AT = re.compile(
    r"_getframe|currentframe|\bf_(?:back|locals|globals)\b|\btb_frame\b|\bget_(?:referrers|objects)\b"
    r"|__(?:globals|closure|code|subclasses|builtins|dict)__|\bctypes\b|\b_exit\b|\bsys\.modules\b"
    r"|\bsetattr\(|\bimport_module\b|__import__|\b(?:def check\b|check *=[^=])|✓"
    r"|\b(?:np|numpy|builtins|lessons_\w+)(?:\.\w+)+ *=[^=]"
    r"|\bexercises\.(?!(?:check|solution)\()\w+"
    r"|(?:from|import) +lessons_kit\.exercises(?! import +(?:check|solution)\b(?!\.))[^\n]*"
)


@dataclass
class HandIn:
    """What is known of one notebook."""

    checks: list = field(default_factory=list)  # (id, function or value, replies)
    verdicts: dict = field(default_factory=dict)  # id → [(passed, message)]
    faults: dict = field(default_factory=dict)  # id → why its cell gave no verdict
    suspicious: dict = field(default_factory=dict)  # texts, in order, each once
    trouble: str = ""  # why there is nothing to judge


def cells_of(path, hand_in):
    """{number: source} of the code cells from *Exercises* on.  Raises ValueError: no notebook."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no notebook: expected a file of less than 50 MB")
    data = path.read_bytes()
    try:
        try:
            notebook = json.loads(data)
        except UnicodeDecodeError:
            notebook = json.loads(data.decode("latin-1"))
            hand_in.suspicious["the file is not UTF-8: read as Latin-1"] = True
        cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"no notebook: {type(error).__name__}: {error}") from None
    start = next((n for n, source in enumerate(cells) if START.search(source)), None)
    if start is None:
        raise ValueError("no exercise in it")
    return dict(enumerate(cells[start:], start + 1))


def untouched(message):
    """Is this what the judge says of an answer that nobody began?"""
    return message == judge.SAY["greeting"]


def side_by_side(paths, folders, seconds):
    """Run and judge notebooks, as many at once as there are cores; none may open ``folders``."""
    files, job = snapshot(folders)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda path: graded(path, files, job | {"seconds": seconds}), paths))


def graded(path, files, job):
    """Run and judge one notebook  →  HandIn.  Never raises: the others want their marks."""
    hand_in = HandIn()
    try:
        cells = cells_of(path, hand_in)
        for number, source in cells.items():
            if found := [match[0].strip() for match in LOOK_AT.finditer(source)]:
                hand_in.suspicious[f"code cell {number}: {', '.join(dict.fromkeys(found))}"] = True
        for _ in range(RUNS):
            hand_in.checks.clear()
            fatal = follow(hand_in, cells, files, job)
            if fatal is None:
                break
            del cells[fatal]  # the learner's other answers are judged without it
        for id, answer, replies in hand_in.checks:
            verdict = exercises.evaluate(id, answer[0] if answer else replay(replies))
            hand_in.verdicts.setdefault(id, []).append(verdict)
    except Exception as error:
        hand_in.trouble = str(error)
    return hand_in


def follow(hand_in, cells, files, job):
    """Take down what a new process tells  →  number of the cell that ended it, or None."""
    number = None
    told, reason = run(files, job | {"cells": cells})
    try:
        for message in map(dict, messages(told)):
            if "end" in message:
                return None
            number = message.get("cell", number)
            take_down(hand_in, message, cells[number])
    except Exception as error:  # whatever it sent, it is this hand-in's alone
        reason = f"its process sent what no judge asked for ({type(error).__name__})"
    if number not in cells:
        raise ValueError(f"its process did not start: {reason}")
    hand_in.faults |= dict.fromkeys(CHECK.findall(cells[number]), reason)
    return number


def take_down(hand_in, message, source):
    """One message of the cell ``source``."""
    if "suspicious" in message:
        hand_in.suspicious[str(message["suspicious"])] = True
    elif message.get("check") in exercises.ALL:
        answer = None if message["callable"] else [message["value"]]
        hand_in.checks.append((message["check"], answer, []))
    elif "check" in message:
        hand_in.suspicious[f"checks {message['check']!r}, which is no exercise"] = True
    elif "error" in message:
        for id in set(CHECK.findall(source)) - {id for id, _, _ in hand_in.checks}:
            hand_in.faults[id] = f"its cell stops before the check: {message['error']}"
    elif "cell" not in message:
        hand_in.checks[-1][2].append(message)
