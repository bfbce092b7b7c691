"""An exercise in a real JupyterLab, as a new learner meets it: greeted, hinted, right."""

import json
import os
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

from tools.environment import ROOT

LESSON = ROOT / "book" / "5_attention" / "masks_and_gradients.ipynb"
NAME = "masked_softmax"
# What the learner types in the place of `raise NotImplementedError`: the sums run over the queries.
WRONG = [
    "scores = np.where(mask, scores, -1e30)",
    "e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask",
    "total = e.sum(axis=-2, keepdims=True)",
    "return e / np.where(total == 0, 1, total)",
]
RIGHT = "total = e.sum(axis=-1, keepdims=True)"
PATIENCE = 60_000  # ms, for each single step; what is waited for is a sight, never a time


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the lesson  →  the address to open."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "lesson.ipynb").write_text(exercises_only(), encoding="utf-8")
    env = os.environ | {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in KINDS}
    env |= {"JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"), "HOME": str(tmp_path)}
    env["PYTHONPATH"] = str(ROOT / "src")
    config = tmp_path / "CONFIG" / "labconfig"
    config.mkdir(parents=True)
    # it would ask whether to fetch news, in a corner of the page
    news = {"@jupyterlab/apputils-extension:announcements": True}
    (config / "page_config.json").write_text(
        json.dumps({"disabledExtensions": news}), encoding="utf-8"
    )
    spare = {"jupyter_lsp": False, "jupyter_server_terminals": False}  # half of the start-up time
    server = {"ServerApp": {"jpserver_extensions": spare}}
    (tmp_path / "CONFIG" / "jupyter_server_config.json").write_text(
        json.dumps(server), encoding="utf-8"
    )
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += [f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=learner"]
    with open(tmp_path / "log", "w+", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
        try:
            yield address(server, tmp_path) + "lab/tree/lesson.ipynb?token=learner"
        finally:
            server.terminate()
            end(server)


def end(server):
    """Let it shut its kernels down; it may hang over one that has just begun."""
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


KINDS = ("CONFIG", "DATA", "RUNTIME")


def exercises_only():
    """The lesson from its Exercises on, as the student has it."""
    notebook = json.loads(LESSON.read_text(encoding="utf-8"))
    heads = ["".join(cell["source"]).startswith("## Exercises") for cell in notebook["cells"]]
    notebook["cells"] = notebook["cells"][heads.index(True) :]
    return json.dumps(notebook)


def address(server, folder):
    """The server's own note of where it is, as soon as it has written it."""
    note, end = folder / "RUNTIME" / f"jpserver-{server.pid}.json", time.monotonic() + 120
    while not note.is_file() or not note.read_text(encoding="utf-8").endswith("}"):
        log = (folder / "log").read_text(encoding="utf-8")
        assert server.poll() is None, f"JupyterLab ended at once:\n{log}"
        assert time.monotonic() < end, f"JupyterLab did not start:\n{log}"
        time.sleep(0.05)
    return json.loads(note.read_text(encoding="utf-8"))["url"]


def test_a_learner_is_greeted_then_hinted_then_right(lab, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(lab)
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    imports, exercise = cells.nth(0), cells.nth(1)
    lines = exercise.locator(".cm-line")
    said = exercise.locator(".jp-OutputArea-output").last
    expect(lines.filter(has_text="raise NotImplementedError")).to_be_visible()
    expect(said).to_contain_text("not attempted yet")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Python 3 (ipykernel) | Idle")

    imports.locator(".cm-content").click()
    expect(imports.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(imports.locator(".jp-InputPrompt")).to_have_text("[1]:")

    replace(page, lines.filter(has_text="raise NotImplementedError"), WRONG)
    page.keyboard.press("Shift+Enter")
    expect(exercise.locator(".jp-InputPrompt")).to_have_text("[2]:")
    expect(said).to_contain_text("✗ attention.masked_softmax")
    expect(said).to_contain_text("shared out over the queries. Each row must sum to 1.")

    replace(page, lines.filter(has_text="axis=-2"), [RIGHT])
    page.keyboard.press("Shift+Enter")
    expect(exercise.locator(".jp-InputPrompt")).to_have_text("[3]:")
    expect(said).to_contain_text("✓ attention.masked_softmax: right, on ")
    page.close()


def replace(page, line, texts):
    """Click behind a line, select it up to its indent, and type others; Enter keeps the indent."""
    line.click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    for number, text in enumerate(texts):
        page.keyboard.press("Enter") if number else None
        page.keyboard.type(text)
