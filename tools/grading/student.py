"""The process of one hand-in: it runs the cells and calls the learner's functions, and knows
neither a reference nor a verdict.

It reads ``job`` beside it and writes messages: "cell" before a cell runs, "error" where one stops,
"check" for a check, then one "value", "raised" or "fault" for each call, "suspicious" at once for
what was refused, "end".  Numbers, texts, arrays, tuples, lists and dicts are sent as they are, of
anything else the name of its type: the judge refuses that as it would refuse the original.
"""

import inspect
import os
import pickle
import sys
import types
import warnings
from pathlib import Path

import msgpack
import numpy as np

HERE = Path(__file__).parent
JOB = pickle.loads((HERE / "job").read_bytes())
TOLD = os.fdopen(os.dup(1), "wb")
OWN = tuple(
    os.path.join(os.path.realpath(p), "") for p in (HERE.parent, sys.prefix, sys.base_prefix)
)
REFUSED = ("os.kill", "os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.system",
           "subprocess.", "pty.")  # fmt: skip
LARGEST = 10**6  # entries of an array that is sent; of a larger one only the shape


def pack(value):
    return msgpack.packb(value, default=apart, strict_types=True, unicode_errors="surrogatepass")


def apart(value):
    """What msgpack does not know, as a dict of one entry."""
    if isinstance(value, np.ndarray | np.generic):
        known = value.dtype.kind in "biufc" and value.size <= LARGEST
        data = np.asarray(value).tobytes() if known else None
        scalar = isinstance(value, np.generic)
        return {"\0array": [value.dtype.str, list(value.shape), data, scalar]}
    if type(value) is tuple:
        return {"\0tuple": list(value)}
    if type(value) is int:  # of more than 64 bits
        return {"\0int": hex(value)}
    kind, grad = type(value), bool(getattr(value, "requires_grad", False))
    return {"\0object": [kind.__name__, str(kind.__module__), grad]}


def send(**message):
    TOLD.write(pack(message))
    TOLD.flush()


def check(id, function):
    """What a cell calls: send what the function makes of each case, up to the first failure."""
    send(check=str(id), callable=callable(function), value=function)
    for arguments in pickle.loads(JOB["cases"].get(id, pickle.dumps([]))):
        try:
            reply = called(function, arguments)
            pack(reply)
        except BaseException as error:
            reply = {"raised": said(error)}
        send(**reply)
        if "value" not in reply:
            return


def called(function, arguments):
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        return {"fault": ["signature", {"expected": len(arguments), "error": str(error)}]}
    except ValueError:  # some functions written in C do not tell
        pass
    before = list(map(pack, arguments))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value = function(*arguments)
    for number, (old, new) in enumerate(zip(before, arguments, strict=True), 1):
        if old != pack(new):
            return {"fault": ["changed", {"number": number}]}
    drawn = [one.bit_generator.state for one in arguments if isinstance(one, np.random.Generator)]
    return {"value": value, "drawn": drawn}


def said(error):
    """The kind and the words of an exception, which may fail to say them."""
    try:
        return type(error).__name__, str(error)[:2000]
    except BaseException:
        return "an error", "(no message)"


def foreign(path):
    """Is it in a folder that no hand-in may open?"""
    path = os.path.join(os.path.realpath(os.fsdecode(path)), "")
    return path.startswith(JOB["forbidden"]) and not path.startswith(OWN)


def audit(event, arguments):
    """An audit hook, which cannot be removed: tell, and refuse."""
    path, bad = arguments[0] if arguments else None, event.startswith(REFUSED)
    if event.startswith(("open", "os.", "shutil.")) and isinstance(path, str | bytes | os.PathLike):
        bad = bad or foreign(path)
    if bad:
        send(suspicious=f"tried {event} {path!r}"[:200])
        raise PermissionError(f"{event} is refused while hand-ins are graded")


def limit():
    """Processor time, memory and file size; where the system has no such limits, none."""
    try:
        from resource import RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_FSIZE, setrlimit
    except ImportError:
        return
    setrlimit(RLIMIT_CPU, (JOB["seconds"], JOB["seconds"] + 1))
    for which, most in ((RLIMIT_AS, JOB["memory"]), (RLIMIT_FSIZE, 10**8), (RLIMIT_CORE, 0)):
        setrlimit(which, (most, most))


def shell():
    """IPython without a terminal, as in JupyterLab; shell commands are read and not run."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.text import SList
    from traitlets.config import Config

    class Shell(InteractiveShell):
        system = system_raw = system_piped = lambda self, command: None
        getoutput = lambda self, command, **options: SList()  # noqa: E731
        showtraceback = showsyntaxerror = enable_gui = lambda self, *more, **options: None

    made = Shell.instance(config=Config(HistoryManager={"enabled": False}))
    made.set_hook("show_in_pager", lambda *more, **options: None)
    return made


def main():
    """Run the job's cells, one after the other, ``check`` and ``solution`` in reach."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        os.dup2(os.open(os.devnull, mode), number)
    sys.path[:] = [str(HERE), *(p for p in sys.path if not foreign(p)), os.getcwd()]
    import lessons_kit

    stub, ipython = types.ModuleType("lessons_kit.exercises"), shell()
    stub.check, stub.solution, stub.__path__ = check, lambda id: None, []
    lessons_kit.exercises = sys.modules[stub.__name__] = stub
    ipython.user_ns.update(check=check, solution=stub.solution)
    limit()
    sys.addaudithook(audit)
    for number, source in JOB["cells"].items():
        send(cell=number)
        result = ipython.run_cell(source, store_history=False)
        if error := result.error_before_exec or result.error_in_exec:
            send(error=": ".join(said(error)))
    send(end=True)


main()
