"""A fork works untouched: where the repository is known the pages point at it, else at nothing."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from nbformat import v4

from tools.editions.archive import STEM
from tools.environment import METADATA, ROOT
from tools.publish import repository

CONFIG = ROOT / "_config.yml"
LESSON = "book/1_rnn/lesson"
BUILD = "from jupyter_book.cli.main import main; main()"
OUTSIDE = ("COURSE_", "GITHUB_", "CI_")
WORKFLOW = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "Ada/memory",
    "GITHUB_REF_NAME": "spring",
    "GITHUB_SHA": "c0ffee0",
    "COURSE_PUBLISH": "1",
}


class Row(HTMLParser):
    """The links of one page: below the title by their words, and the canonical address."""

    def __init__(self, path):
        super().__init__()
        self.links, self.canonical, self.inside, self.href = {}, None, False, None
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.inside |= tag == "nav" and given.get("class") == "page-actions"
        self.href = given["href"] if self.inside and tag == "a" else None
        if given.get("rel") == "canonical":
            self.canonical = given["href"]

    def handle_data(self, data):
        if self.href:
            self.links[data], self.href = self.href, None

    def handle_endtag(self, tag):
        self.inside &= tag != "nav"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two pages with the configuration of the course; build(…) → its folder of pages."""
    root = tmp_path_factory.mktemp("fork")
    (root / "tools").symlink_to(ROOT / "tools")
    shutil.copy(CONFIG, root)
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "references.bib").write_text("", encoding="utf-8")
    (root / "book" / "index.md").write_text("# A book\n\nIts first page.\n", encoding="utf-8")
    (root / "_toc.yml").write_text(
        f"format: jb-book\nroot: book/index\nchapters:\n  - file: {LESSON}\n", encoding="utf-8"
    )
    nb = v4.new_notebook(metadata=METADATA)
    nb.cells = [v4.new_markdown_cell("# A lesson\n\nOne sum."), v4.new_code_cell("1 + 1")]
    (root / LESSON).parent.mkdir()
    nbformat.write(nb, root / f"{LESSON}.ipynb")

    def build(**environ):
        outside = {k: v for k, v in os.environ.items() if not k.startswith(OUTSIDE)}
        command = [sys.executable, "-c", BUILD, "build", ".", "-W", "-n", "--keep-going"]
        given = outside | environ | {"NO_COLOR": "1", "COURSE_RUN": "0"}  # no Python in the pages
        run = subprocess.run(command, cwd=root, env=given,
                             capture_output=True, text=True)  # fmt: skip
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
        return root / "_build" / "html"

    return build


def test_the_pages_follow_the_repository_they_are_built_for(book):
    """Built in one folder: twice for a workflow, then for a setting, then for nobody."""
    for _ in range(2):  # the second time no page is written, and each still has its notebook
        site = book(**WORKFLOW)
    lesson, index = Row(site / f"{LESSON}.html"), Row(site / "book/index.html")
    blob = "Ada/memory/blob/launch/book/1_rnn/lesson.ipynb"
    assert lesson.links["Run in Colab"] == f"https://colab.research.google.com/github/{blob}"
    assert lesson.links["Run in Binder"] == (
        "https://mybinder.org/v2/gh/Ada/memory/spring?urlpath=lab%2Ftree%2Fbook%2F1_rnn%2Flesson.ipynb"
    )
    assert lesson.links["Suggest an edit"] == (
        "https://github.com/Ada/memory/edit/spring/book/1_rnn/lesson.ipynb"
    )
    asked = parse_qs(urlsplit(lesson.links["Report an error"]).query)
    assert asked["place"] == [f"https://ada.github.io/memory/{LESSON}.html"]
    assert lesson.canonical == f"https://ada.github.io/memory/{LESSON}.html"
    assert "Run in JupyterHub" not in lesson.links
    files = {"Offline edition": f"{STEM}.zip", "Student notebooks": "student.zip"}
    assert set(index.links) == {*files, "Suggest an edit", "Report an error", "中文"}
    for words, name in files.items():
        assert index.links[words] == f"https://ada.github.io/memory/{name}"
    assert not set(files) & set(lesson.links)
    copy = (site / LESSON).parent / lesson.links["Download"]
    assert "git+https://github.com/Ada/memory@c0ffee0" in copy.read_text(encoding="utf-8")

    site = book(COURSE_REPOSITORY="https://gitlab.com/uni/group/course.git",
                COURSE_JUPYTERHUB="https://hub.uni.example/")  # fmt: skip
    lesson = Row(site / f"{LESSON}.html")
    assert set(Row(site / "book/index.html").links) == {"Suggest an edit", "Report an error"}
    assert "memory" not in lesson.text and lesson.canonical is None
    assert "Run in Colab" not in lesson.links  # it opens notebooks from GitHub only
    assert "/v2/gl/uni%2Fgroup%2Fcourse/main?" in lesson.links["Run in Binder"]
    hub = urlsplit(lesson.links["Run in JupyterHub"])
    assert hub.netloc + hub.path == "hub.uni.example/hub/user-redirect/git-pull"
    assert parse_qs(hub.query)["repo"] == ["https://gitlab.com/uni/group/course"]
    assert parse_qs(hub.query)["urlpath"] == ["lab/tree/course/book/1_rnn/lesson.ipynb"]
    edit = "https://gitlab.com/uni/group/course/-/edit/main/book/1_rnn/lesson.ipynb"
    assert lesson.links["Suggest an edit"] == edit

    site = book(**{k: v for k, v in WORKFLOW.items() if k != "COURSE_PUBLISH"})
    lesson = Row(site / f"{LESSON}.html")
    assert lesson.links == {} and lesson.canonical is None
    assert not re.search(r"mybinder|colab\.|gitlab|github\.com|uni/group", lesson.text)
    assert not (site / "_sources").exists()


def test_the_published_fork_beats_the_setting_it_inherited(tmp_path):
    """A fork carries the _config.yml of the course it was forked from."""
    config = tmp_path / "_config.yml"
    config.write_text(
        "repository: {url: https://github.com/first/course, branch: main}\n"
        "html: {baseurl: https://course.example}\n",
        encoding="utf-8",
    )
    assert repository.read(config, {}).url == "https://github.com/first/course"
    assert repository.read(config, {}).base_url == "https://course.example/"
    fork = repository.read(config, WORKFLOW)
    assert (fork.url, fork.branch) == ("https://github.com/Ada/memory", "spring")
    assert fork.base_url == "https://ada.github.io/memory/"
    own = repository.read(config, WORKFLOW | {"COURSE_BASE_URL": "https://ada.example/course"})
    assert own.base_url == "https://ada.example/course/"


def test_a_site_named_like_its_owner_is_published_at_the_root():
    assert repository.pages_url("https://github.com/Ada/ada.github.io") == "https://ada.github.io"


def test_a_workflow_of_gitlab_is_read_too():
    found = repository.read(CONFIG, {
        "COURSE_PUBLISH": "1", "CI_PROJECT_URL": "https://git.uni.example/a/course",
        "CI_COMMIT_REF_NAME": "main", "CI_PAGES_URL": "https://a.pages.uni.example/course",
    })  # fmt: skip
    assert found.provider == "gitlab"
    assert found.base_url == "https://a.pages.uni.example/course/"
    assert "/v2/git/https%3A%2F%2Fgit.uni.example%2Fa%2Fcourse/main" in found.binder("x.ipynb")


def test_the_committed_setting_names_no_repository():
    """So a clone built at home shows no button, and a fork carries nobody's address."""
    assert repository.read(CONFIG, {}) is None


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"COURSE_REPOSITORY": "git@github.com:Ada/memory.git"}, "https://host/owner/name"),
        ({"COURSE_REPOSITORY": 'https://github.com/Ada/me"mory'}, "COURSE_REPOSITORY"),
        ({"COURSE_REPOSITORY": "https://git.example/Ada/memory"}, "repository.provider"),
        ({"COURSE_PUBLISH": "1"}, "no repository to publish for"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_is_expected(environ, says):
    with pytest.raises(repository.Unclear, match=re.escape(says)):
        repository.read(CONFIG, environ)


def test_an_error_names_the_setting_it_comes_from(tmp_path):
    config = tmp_path / "_config.yml"
    config.write_text("repository: {url: github.com/first/course}\n", encoding="utf-8")
    with pytest.raises(repository.Unclear, match="from _config.yml"):
        repository.read(config, {})
