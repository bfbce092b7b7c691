"""What a page has before a click, and the files that a click loads (a part of tools/site)."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bs4 import BeautifulSoup, Comment
from sphinx.errors import ExtensionError

from tools.editions.packing import pack
from tools.environment import ROOT
from tools.site import bundle, search
from tools.site.page import rule
from tools.site.run import python

HERE = Path(__file__).parent
FOLDER = "_static/run"  # in the pages
PYTHON, DISK = "python.bin", "python.js"  # the same twice: from the disk a page loads only scripts
ENGINE = ("vendor/vendor.min.js", "wasi.js", "worker.js")
USED = (
    "import sys, lessons_kit.exercises\n"
    "print(*(m.__file__ for name, m in sys.modules.items() if name.startswith('lessons_')))"
)


NAMED = re.compile(rf'({FOLDER}/run\.js)(?:\?v=\w+)?"')
CHECK = re.compile(r'^check\("([\w.]+)", \w+\)\s*\Z', flags=re.M)
OFFER = (
    '<div class="try pst-js-only" data-exercise="{id}"><button type="button">Solve it here</button> '
    "<small>It loads Python, {size}, once. What you write stays in this browser.</small></div>"
)
BEGIN = '<script data-src="{src}">{script}</script>'


def part(html, **words):
    return BeautifulSoup(html.format(**words), "html.parser")


@rule("section#exercises div.cell")
def solved_here(cell, page):
    """An exercise can be solved in the page; the button says what a click loads."""
    leaves = cell.select_one(".cell_input") and cell.select_one(".cell_input").find_all(string=True)
    code = "".join(search.read(t, page.leaves) for t in leaves or () if isinstance(t, Comment))
    if page.context.get("course_run") and (found := CHECK.search(code)):
        cell.append(part(OFFER, id=found[1], size=page.context["course_run"]["size"]))


@rule("article:has(.try)")
def begun_by_a_click(article, page):
    """Where there is such a button, the few lines that load the rest when it is pressed."""
    article.append(part(BEGIN, src=page.context["course_run"]["src"], script=text("begin.js")))


def course():
    """The modules that the judge imports, and the judge  →  a zip, as bytes."""
    found = subprocess.check_output([sys.executable, "-c", USED], encoding="utf-8").split()
    modules = [Path(path).relative_to(ROOT / "src") for path in found]
    files = [(path.as_posix(), (ROOT / "src" / path).read_bytes()) for path in modules]
    files.append(("judge.py", (HERE / "judge.py").read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        return pack(Path(folder) / "course.zip", "course", files).read_bytes()


def text(name):
    return (HERE / name).read_text(encoding="utf-8")


def script(packed, lengths):
    """What the first click loads: all but Python itself."""
    version = hashlib.sha256(packed).hexdigest()[:8]
    given = {
        **lengths,
        "worker": "\n".join(map(text, ENGINE)),
        "style": text("run.css"),
        "course": base64.b64encode(course()).decode(),
        "python": f"{PYTHON}?v={version}",
        "disk": f"{DISK}?v={version}",
    }
    return f"window.COURSE_RUN = {json.dumps(given)};\n{text('page.js')}"


def write(out):
    """Write all that a click loads, below the built pages."""
    stored, folder = python.stored(), out / FOLDER
    packed = (stored / "python.zst").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PYTHON).write_bytes(packed)
    disk = f'COURSE_RUN.fromDisk("{base64.b64encode(packed).decode()}")'
    (folder / DISK).write_text(disk, encoding="ascii")
    licences = [(stored / "LICENSES.txt").read_bytes(), text("vendor/LICENSES.txt").encode()]
    (folder / "LICENSES.txt").write_bytes(b"\n\n".join(licences))
    loaded = script(packed, json.loads((stored / "lengths.json").read_text(encoding="utf-8")))
    (folder / "run.js").write_text(loaded, encoding="utf-8")
    stamp(out, hashlib.sha256(loaded.encode()).hexdigest()[:8])


def stamp(out, digest):
    """Every page names the script with its digest: a browser keeps no old one."""
    for path in bundle.built(out):
        old = path.read_text(encoding="utf-8")
        new = NAMED.sub(rf'\1?v={digest}"', old)
        if new != old:
            path.write_text(new, encoding="utf-8")


def find(app, config):
    """`make book RUN=0`: pages without it. A page built for the other choice is built again."""
    config.course_run = os.environ.get("COURSE_RUN") != "0"


def fetch(app):
    if app.builder.name == "html" and app.config.course_run:
        try:
            python.stored()
        except python.Missing as missing:
            raise ExtensionError(str(missing)) from None


def of_page(app, pagename, templatename, context, doctree):
    if doctree is not None and app.config.course_run:
        size = (python.stored() / "python.zst").stat().st_size
        src = context["pathto"](f"{FOLDER}/run.js", 1)
        context["course_run"] = {"size": f"{size / 1e6:.0f} MB", "src": src}


def setup(app):
    app.add_config_value("course_run", True, "html")
    app.connect("config-inited", find)
    app.connect("builder-inited", fetch)
    app.connect("html-page-context", of_page)
