"""Does a kernel start, from which interpreter, and what does it import?"""

import json
import re
import subprocess
import sys
from pathlib import Path

from lessons_kit.doctor import env

# a KeyError is how Jupyter's settings come to compute a default: what failed there follows it
ERROR = re.compile(r"(?m)^(?:\w+\.)*(?!KeyError)(\w+Error\b.*|\w+: .*)")
# `jupyter run`; ten seconds do not always suffice to load torch
RUN = "from jupyter_client import runapp; runapp.OUTPUT_TIMEOUT = 600; runapp.main()"


def jupyter(*arguments, **options):
    """Run a program of Jupyter  →  what it prints as JSON, or {}; and its first error."""
    run = subprocess.run([sys.executable, "-P", *arguments], capture_output=True,
                         encoding="utf-8", errors="replace", **options)  # fmt: skip
    said = re.search(r"(?ms)^\{.*\}$", run.stdout)
    return json.loads(said[0]) if said else {}, (ERROR.findall(run.stderr) or ["no message"])[0]


def faults(root, here, lessons):
    """Of the kernel that runs these notebooks, started here."""
    look = Path(__file__).with_name("look.py").read_text(encoding="utf-8")
    look += f"print(json.dumps(look({json.dumps(lessons)})))"
    found, error = jupyter("-c", RUN, "--kernel=python3", input=look, cwd=here)
    if not found or not env.same(found["prefix"], sys.prefix):
        yield other(found, error)
    elif "broken" in found:
        name, error = found["broken"]
        version, _, build = env.version(name).partition("+")
        index = env.CPU_INDEX if build == "cpu" else ()
        mend = env.pip("install", *index, "--force-reinstall", "--no-deps", f"{name}=={version}")
        yield f"{name} is installed, but it cannot be loaded: {error}", mend
    else:
        yield from library(root, found["library"], found["lacking"])


def other(found, error):
    """The kernel does not start, or is of another Python."""
    specs = jupyter("-m", "jupyter_client.kernelspecapp", "list", "--json")[0]
    spec = specs.get("kernelspecs", {}).get("python3")
    path, python = (spec["resource_dir"], spec["spec"]["argv"][0]) if spec else ("Jupyter", "no")
    mend = env.pip("install", "--force-reinstall", "ipykernel")
    if "[Errno" in error and repr(python) not in error:
        mend = "export HOME=FOLDER-YOU-MAY-WRITE-TO"
    elif spec and not path.startswith(sys.prefix):
        mend = env.quoted(env.MOVE, path, path + "_other")
    what, end = ("run in another Python", ".") if found else ("do not start", f": {error}")
    python = found.get("executable", python)
    return f"Notebooks {what}: the kernel in {path} starts {python}{end}", mend


def library(root, folder, lacking):
    """It is loaded from elsewhere, or is older than the notebooks."""
    home, above = env.course(folder), Path(folder).parent.name
    own = above in ("site-packages", "dist-packages") or env.same(folder, f"{root}/src/lessons_lib")
    if root and not own:
        mend = env.anew(root) if env.is_own(root) else env.install(root)
        yield f"lessons_lib is loaded from {folder}, which belongs to another folder.", mend
    for what, notebook in lacking[:1]:  # the first tells enough
        text = f"The library in {folder} is older than the notebooks: {notebook} needs {what}."
        yield text, env.inside(home, "git pull") if home and above == "src" else env.install(root)
