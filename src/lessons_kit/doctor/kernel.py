"""Does a kernel start, from which interpreter, and what does it import?"""

import json
import os
import re
import subprocess
import sys

from lessons_kit.doctor import places
from lessons_kit.doctor.words import SAY, inside, move, pip

# PyTorch's own index; the packages it names are in the CPU build, too
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
ERROR = re.compile(r"(?m)^(?:\w+\.)*(\w+Error\b.*|\w+: .*)")
START = """
import os, sys
from jupyter_client.manager import run_kernel
from jupyter_core.paths import jupyter_runtime_dir
try:
    os.makedirs(jupyter_runtime_dir(), exist_ok=True)
except OSError as error:
    sys.exit("FolderError: %s" % error)
with run_kernel(kernel_name="python3") as client, open(sys.argv[1], encoding="utf-8") as look:
    client.execute_interactive(look.read())
"""
SPECS = "from jupyter_client.kernelspecapp import ListKernelSpecs as L; L.launch_instance()"


def jupyter(*arguments, **options):
    """Run a program with Jupyter  →  what it prints as JSON, or None; and its first error."""
    run = subprocess.run([sys.executable, "-P", "-c", *arguments], capture_output=True,
                         encoding="utf-8", errors="replace", **options)  # fmt: skip
    found = re.search(r"(?ms)^\{.*\}$", run.stdout)
    return found and json.loads(found.group()), (ERROR.findall(run.stderr) or ["no message"])[0]


def faults(root, here, lessons, have):
    """Of the kernel that runs these notebooks: look.py is executed in it, beside the first."""
    look = os.path.join(os.path.dirname(__file__), "look.py")
    env, beside = dict(os.environ, LESSONS=json.dumps(lessons)), (lessons or [here + "/"])[0]
    said, error = jupyter(START, look, env=env, cwd=os.path.dirname(beside))
    if not said or not places.same(said["prefix"], sys.prefix):
        yield other(said, error)
    elif said["broken"]:
        name, error = said["broken"]
        version, _, build = have[name].partition("+")
        index = ["--index-url", CPU_INDEX] if build == "cpu" else []
        again = [*index, "--force-reinstall", "--no-deps", name + "==" + version]
        yield SAY["broken"].format(name=name, error=error), pip("install", *again)
    else:
        yield from library(root, said["library"], said["lacking"])


def other(said, error):
    """The kernel does not start, or is of another Python."""
    specs, unknown = jupyter(SPECS, "--json")
    spec = (specs or {"kernelspecs": {}})["kernelspecs"].get("python3")
    if error.startswith("FolderError"):
        mend = "export HOME=FOLDER-YOU-MAY-WRITE-TO"
    elif spec and not spec["resource_dir"].startswith(sys.prefix):
        mend = move(spec["resource_dir"], spec["resource_dir"] + "_other")
    else:
        mend = pip("install", "--force-reinstall", "ipykernel")
    path, python = (
        (spec["resource_dir"], spec["spec"]["argv"][0]) if spec else ("Jupyter", "nothing")
    )
    text = SAY["kernel"] if said else SAY["dead"]
    return text.format(path=path, python=said["executable"] if said else python, error=error), mend


def library(root, folder, lacking):
    """It is loaded from elsewhere, or is older than the notebooks."""
    source = places.course(folder)
    mine = bool(source) and places.same(folder, os.path.join(source, "src", "lessons_lib"))
    packed = os.path.basename(os.path.dirname(folder)) in ("site-packages", "dist-packages")
    if root and not packed and not (mine and places.same(source, root)):
        mend = places.anew(root) if places.is_own(root) else places.install(root)
        yield SAY["elsewhere"].format(path=folder), mend
    if lacking:
        (what, notebook), *more = lacking
        what += SAY["more"].format(count=len(more)) if more else ""
        mend = inside(source, "git pull") if mine else places.install(root)
        yield SAY["older"].format(path=folder, notebook=notebook, what=what), mend
