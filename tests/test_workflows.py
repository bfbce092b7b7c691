"""Workflows, Binder and the dev container: thin, and made of commands that run here too."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from tools.environment import ROOT
from tools.upkeep import pythons

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TRIVIAL = re.compile(r"git push --force origin launch|gh (?:issue|release) create .+")
ACTION = re.compile(r"actions/[\w-]+@v\d+")
USERS = ("push", "pull_request", "schedule", "workflow_dispatch")


def load(path):
    """YAML 1.1 reads the key `on` as true."""
    flow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return flow | {"on": flow.pop(True)}


def steps(path):
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


def targets():
    """The targets that `make` lists."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*##", text, flags=re.MULTILINE))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_each_step_is_a_make_target_or_one_plain_command(path):
    for step in steps(path):
        if "uses" in step:
            assert ACTION.fullmatch(step["uses"]), step["uses"]
            continue
        words = step["run"].split()
        target = words[0] == "make" and words[1] in targets()
        assert target or TRIVIAL.fullmatch(step["run"]), step["run"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_each_job_has_a_limit_and_the_rights_it_needs_only(path):
    flow = load(path)
    assert set(flow["on"]) <= set(USERS)
    assert flow["permissions"]["contents"] in ("read", "write")
    assert all(job["timeout-minutes"] <= 90 for job in flow["jobs"].values())
    reports = any("gh issue" in step.get("run", "") for step in steps(path))
    assert ("issues" in flow["permissions"]) == reports


def test_every_push_runs_the_tests_on_three_systems():
    flow = load(ROOT / ".github" / "workflows" / "ci.yml")
    assert {"push", "pull_request"} <= set(flow["on"])
    runs = {name: [s.get("run") for s in job["steps"]] for name, job in flow["jobs"].items()}
    assert "make test" in runs["everything"]
    systems = flow["jobs"]["library"]["strategy"]["matrix"]["os"]
    assert {system.split("-")[0] for system in systems} == {"macos", "windows"}


def test_every_push_tries_the_oldest_patch_and_every_python_that_is_promised():
    flow = load(ROOT / ".github" / "workflows" / "ci.yml")
    oldest, *rest = flow["jobs"]["pythons"]["strategy"]["matrix"]["python"]
    assert [oldest.removesuffix(".0"), *rest] == pythons.promised() and oldest.endswith(".0")
    runs = [step.get("run") for step in flow["jobs"]["pythons"]["steps"]]
    assert {"make book", "make test-library"} <= set(runs)
    assert flow["jobs"]["pythons"]["env"]["PYTHON"] == "python"


def test_a_failure_on_the_newest_versions_opens_an_issue_and_blocks_nothing():
    flow = load(ROOT / ".github" / "workflows" / "newest.yml")
    assert not {"push", "pull_request"} & set(flow["on"]) and flow["on"]["schedule"]
    (last,) = [s for s in flow["jobs"]["newest"]["steps"] if "gh issue create" in s.get("run", "")]
    assert last["if"] == "failure()"


def test_claims_are_tried_every_week_and_on_other_cpus_before_a_release():
    weekly = [step.get("run") for step in steps(ROOT / ".github" / "workflows" / "claims.yml")]
    assert {"make falsify", "make test-twice", "make test-portable"} <= set(weekly)
    flow = load(ROOT / ".github" / "workflows" / "publish.yml")
    release = [step.get("run", "") for step in flow["jobs"]["release"]["steps"]]
    assert "make test-portable" in release, "no release without other CPUs"
    created = [n for n, run in enumerate(release) if "gh release" in run]
    assert created and release.index("make test-portable") < created[0], release


def test_publishing_may_write_and_what_talks_to_the_host_has_a_token():
    flows = {path.stem: load(path) for path in WORKFLOWS}
    assert flows["publish"]["permissions"]["contents"] == "write"  # the branch `launch`, releases
    assert "github.ref" in flows["publish"]["concurrency"]["group"]  # a push cancels no release
    for path in WORKFLOWS:
        for step in (step for step in steps(path) if step.get("run", "").startswith("gh ")):
            assert "GH_TOKEN" in load(path)["env"], path
            assert "release" in step["run"] or step["if"] == "failure()", step


def test_a_job_that_reports_stops_its_test_before_it_is_stopped_itself():
    for path in WORKFLOWS:
        for job in load(path)["jobs"].values():
            if any(step.get("if") == "failure()" for step in job["steps"]):
                limits = [s["timeout-minutes"] for s in job["steps"] if "make" in s.get("run", "")]
                assert limits and sum(limits) < job["timeout-minutes"]


def test_the_publishing_workflow_names_no_repository():
    """A fork's own name comes from the environment."""
    text = (ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8")
    assert not re.search(r"github\.com/|github\.io", text)


def test_make_publish_builds_for_the_workflow_and_make_book_does_not():
    """Read from make itself: which of the two hands the switch to its commands."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("COURSE_")}

    def switch(target):
        text = (ROOT / "Makefile").read_text(encoding="utf-8")
        recipe = f"{target}: show\nshow:\n\t@echo COURSE_PUBLISH=$$COURSE_PUBLISH\n"
        lines = [line for line in text.splitlines() if "COURSE_PUBLISH" in line]
        run = subprocess.run(["make", "--no-print-directory", "-f", "-", target],
                             input="\n".join(lines) + "\n" + recipe, env=outside,
                             capture_output=True, text=True, check=True)  # fmt: skip
        return run.stdout.strip()

    assert switch("publish") == "COURSE_PUBLISH=1"
    assert switch("book") == "COURSE_PUBLISH="


def test_binder_installs_this_library_and_the_versions_of_the_course():
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    assert "-e .[torch]" in asked and "-c ../constraints.txt" in asked
    assert any(line.endswith("/whl/cpu") for line in asked)
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    text = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8")
    assert re.fullmatch(r"python-3\.1[1-9]\n", text)


def test_what_binder_runs_at_the_end_runs_here():
    script = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    (program,) = re.findall(r"<<'CHECK'\n(.*?)^CHECK", script, flags=re.MULTILINE | re.DOTALL)
    program = program.replace("torch.version.cuda is None", "True")  # here any build will do
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_the_dev_container_ends_with_the_command_of_the_readme():
    path = ROOT / ".devcontainer" / "devcontainer.json"
    container = json.loads(path.read_text(encoding="utf-8"))
    assert container["postCreateCommand"] == "make book"
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].endswith("/.venv/bin/python")
    assert {"image", "name"} <= set(container)
