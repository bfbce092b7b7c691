"""What a repository needs around its lessons: forms, hooks, citation, changelog, licences."""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.environment import ROOT, notebooks

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TOP = {"name", "description", "body", "title", "labels", "assignees", "projects"}
FIELDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [p for p in FORMS if p.stem != "config"], ids=lambda p: p.stem)
def test_an_issue_form_is_one(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form) <= TOP
    ids = [field.get("id") for field in form["body"]]
    assert len(ids) == len(set(ids)) and all(re.fullmatch(r"[\w-]+", id) for id in ids)
    for field in form["body"]:
        assert field["type"] in FIELDS and field["attributes"]["label"]
        assert set(field) <= {"type", "id", "attributes", "validations"}
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_there_is_a_form_for_an_erratum_and_one_for_an_idea():
    assert {"erratum", "lesson_idea"} <= {path.stem for path in FORMS}


def test_the_hooks_are_few_local_and_whole():
    (repo,) = HOOKS
    assert repo["repo"] == "local" and 1 <= len(repo["hooks"]) <= 6
    for hook in repo["hooks"]:
        assert {"id", "name", "entry", "language"} <= set(hook) and hook["language"] == "system"


def files(hook):
    """What pre-commit would hand over: for notebooks two of them, else two sources."""
    kinds = hook.get("types", []) + hook.get("types_or", [])
    some = notebooks()[:2] if "jupyter" in kinds else []
    return some + (
        [] if kinds == ["jupyter"] else [Path(__file__), ROOT / "tools" / "environment.py"]
    )


@pytest.mark.parametrize("hook", HOOKS[0]["hooks"], ids=lambda hook: hook["id"])
def test_a_hook_passes_on_what_is_committed(hook):
    tool = command(hook) + [str(path) for path in files(hook)]
    run = subprocess.run(tool, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, f"the hook {hook['id']}: {run.stdout}{run.stderr}"


@pytest.mark.parametrize("hook", HOOKS[0]["hooks"], ids=lambda hook: hook["id"])
def test_a_hook_stops_what_is_wrong(hook, tmp_path):
    bad = tmp_path / ("bad.ipynb" if "jupyter" in hook.get("types", []) else "bad.py")
    slip = "re" + "cieve"
    source = f"import os\nx = {{ 'a':1 }} # {slip}\n"
    other = 'def gru_step():\n    raise NotImplementedError\n\n\ncheck("gru.step", gru_step)'
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": other}
    notebook = {"cells": [cell], "metadata": {}}
    bad.write_text(source if bad.suffix == ".py" else json.dumps(notebook), encoding="utf-8")
    run = subprocess.run([*command(hook), str(bad)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0, f"the hook {hook['id']} lets pass: {bad.read_text('utf-8')}"
    assert "Traceback" not in run.stderr


def command(hook):
    """The entry, in the environment of these tests."""
    program, *rest = shlex.split(hook["entry"])
    assert program.startswith(".venv/bin/"), "the pinned tools, and no others"
    return [str(Path(sys.executable).parent / program.removeprefix(".venv/bin/")), *rest]


def test_the_continuous_integration_repeats_every_hook():
    make, tests = (
        read("Makefile"),
        "".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").glob("*.py")),
    )
    for tool in ("ruff check", "ruff format", "codespell"):
        assert re.search(rf"^\t@?\$\(BIN\)/{tool}", make, flags=re.M)
    assert "hygiene.faults(path)" in tests and 'main(["sync", "--check"' in tests


def test_the_citation_file_says_what_a_citation_needs():
    cff = yaml.safe_load(read("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(cff)
    assert cff["cff-version"] == "1.2.0" and cff["type"] in {"software", "dataset"}
    assert all(set(author) & {"name", "family-names"} for author in cff["authors"])
    assert cff["version"] == tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert set(cff["license"]) == {"MIT", "CC-BY-4.0"} and all(map(str.strip, cff["keywords"]))


def test_the_changelog_goes_by_term_and_its_first_term_is_this_release():
    terms = re.findall(r"^## (.+)$", read("CHANGELOG.md"), flags=re.M)
    assert all(
        re.fullmatch(r".*\bterm\b.*: release \d+\.\d+\.\d+", term, re.I) for term in terms
    ), terms
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert terms[0].endswith(f"release {version}")
    lists = re.findall(r"^\*\*(.+)\*\*$", read("CHANGELOG.md"), flags=re.M)
    assert lists and set(lists) <= {"Lessons", "Exercises", "Tools", "Errata"}


def test_the_licences_are_explained_in_one_paragraph():
    text = read("README.md").partition("## Licences\n\n")[2].partition("\n\n")[0].strip()
    assert text.count("\n") == 0
    assert all(
        word in text for word in ("MIT", "LICENSE", "CC BY 4.0", "LICENSE-TEXT", "exercises")
    )


def test_make_alone_prints_ten_commands_and_the_way_to_the_others():
    run = subprocess.run(
        ["make", "-s"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    shown = [line.split()[1] for line in run.stdout.splitlines()]
    assert len(shown) == 11 and "help-all" in shown
    assert {"book", "lab", "test", "doctor"} < set(shown)


def test_contributing_is_one_page_with_five_commands():
    text = read("CONTRIBUTING.md")
    words = [word for word in text.split() if re.search(r"\w", word)]  # bars of tables are none
    assert len(words) <= 1100, "longer than a page and a half of print"
    table = text.partition("## Five commands")[2].partition("\n\n`make`")[0]
    assert len(re.findall(r"^\| `make ", table, flags=re.M)) == 5
    for head in (
        "Anatomy of a lesson",
        "Add a lesson",
        "Add an exercise",
        "Add a figure",
        "Derived files",
    ):
        assert f"## {head}" in text


def opaque(source):
    """Lines of a test whose failure would say `assert 2 == 0` or StopIteration, and no more."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare) and not node.msg:
            sides = [node.test.left, *node.test.comparators]
            if any(isinstance(side, ast.Attribute) and side.attr == "returncode" for side in sides):
                yield node.lineno
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        if called == "next" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            yield node.lineno


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("*.py")), ids=lambda path: path.name)
def test_a_red_test_says_what_it_saw(path):
    lines = list(opaque(path.read_text(encoding="utf-8")))
    assert not lines, (
        f"{path.name}, lines {lines}: after a status give what the program said, as in "
        "`assert run.returncode == 0, run.stdout + run.stderr`; in the place of "
        "`next(x for x in …)` take a list, and say what is missing where it is empty"
    )


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("assert run.returncode == 0", [1]),
        ("x = 1\nassert 0 != run.returncode", [2]),
        ("assert run.returncode == 0, run.stderr", []),
        ("x = next(a for a in b)", [1]),
        ("x = next((a for a in b), None)", []),
    ],
)
def test_an_opaque_red_is_found(source, lines):
    assert list(opaque(source)) == lines
