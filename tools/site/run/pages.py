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
from tools.site import bundle, search
from tools.site.page import rule
from tools.site.run import engines, python
from tools.site.run.engines import HERE, text

FOLDER = "_static/run"  # in the pages
NONE = "0"  # the value of RUN for pages without it
USED = """
import sys, lessons_kit.exercises
for name, module in sys.modules.items():
    if name.startswith("lessons_"):
        print(name, module.__file__, sep="\t")
"""
NAMED = re.compile(rf'({FOLDER}/run\.js)(?:\?v=\w+)?"')
CHECK = re.compile(r'^check\("([\w.]+)", \w+\)\s*\Z', flags=re.M)
OFFER = """<div class="try pst-js-only" data-exercise="{id}">
<button type="button">Solve it here</button>
<small>It loads Python, {size}, once. What you write stays in this browser.</small>
</div>"""
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
    files = [("judge.py", (HERE / "judge.py").read_bytes())]
    for line in subprocess.check_output([sys.executable, "-c", USED], encoding="utf-8").split("\n"):
        name, _, path = line.partition("\t")
        if name:
            end = "/__init__.py" if path.endswith("__init__.py") else ".py"
            files.append((name.replace(".", "/") + end, Path(path).read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        return pack(Path(folder) / "course.zip", "course", files).read_bytes()


def write(out, choice):
    """Write all that a click loads, below the built pages."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    given = engines.write(choice, folder)
    given |= {"style": text("run.css"), "course": base64.b64encode(course()).decode()}
    script = f"window.COURSE_RUN = {json.dumps(given)};\n{text('page.js')}"
    (folder / "run.js").write_text(script, encoding="utf-8")
    stamp(out, hashlib.sha256(script.encode()).hexdigest()[:8])


def stamp(out, digest):
    """Every page names the script with its digest: a browser keeps no old one."""
    for path in bundle.built(out):
        old = path.read_text(encoding="utf-8")
        new = NAMED.sub(rf'\1?v={digest}"', old)
        if new != old:
            path.write_text(new, encoding="utf-8")


def find(app, config):
    """What RUN says. A page that was built for another choice is built again."""
    config.course_run = os.environ.get("COURSE_RUN", "")


def fetch(app):
    if app.builder.name == "html" and app.config.course_run != NONE:
        try:
            app.course_run_size = f"{engines.size(app.config.course_run) / 1e6:.0f} MB"
        except python.Missing as missing:
            raise ExtensionError(str(missing)) from None


def of_page(app, pagename, templatename, context, doctree):
    if app.builder.name == "html" and app.config.course_run != NONE:
        src = context["pathto"](f"{FOLDER}/run.js", 1)
        context["course_run"] = {"size": app.course_run_size, "src": src}


def setup(app):
    app.add_config_value("course_run", "", "html")
    app.connect("config-inited", find)
    app.connect("builder-inited", fetch)
    app.connect("html-page-context", of_page)
