"""Where the course lives: one setting, or the environment of the workflow that publishes it.

Read in this order; the first that is given wins:
    COURSE_REPOSITORY, COURSE_BRANCH, COURSE_BASE_URL, COURSE_JUPYTERHUB   environment
    GITHUB_* or CI_* of the running workflow, only where COURSE_PUBLISH=1 (`make publish`)
    repository.url, repository.branch, html.baseurl, launch_buttons.jupyterhub_url in _config.yml
No URL: no repository, and the pages show no button that would need one.
"""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import yaml

LAUNCH = "launch"  # the branch with the notebooks that Colab opens, written by `make launch`
COLAB = "https://colab.research.google.com"
BINDER = "https://mybinder.org"
HOSTS = {"github": "github", "gitlab": "gitlab", "codeberg": "gitea", "gitea": "gitea"}
HTTPS = re.compile(r"https?://[\w.:-]+(?:/[\w.~-]+){2,}")
SAY = {
    "url": "the repository URL {url!r} (from {source}) is not of the form "
    "https://host/owner/name: set COURSE_REPOSITORY or repository.url in _config.yml to such a URL",
    "host": "nothing is known of the host of {url!r}: name the software that runs there in "
    "_config.yml, repository.provider: github, gitlab or gitea",
    "lost": "no repository to publish for: set COURSE_REPOSITORY=https://host/owner/name "
    "(a workflow of GitHub or GitLab sets GITHUB_REPOSITORY or CI_PROJECT_URL itself)",
}


class Unclear(ValueError):
    """The settings contradict each other or lack something; the message says how to mend them."""


class Repository(NamedTuple):
    """A public repository and the addresses that follow from it."""

    url: str  # https://host/owner/name
    provider: str  # github, gitlab or gitea
    branch: str = "main"
    commit: str = ""  # of the build, where known
    base_url: str = ""  # where the pages are published, with a slash at the end
    hub: str = ""  # a JupyterHub with nbgitpuller

    @property
    def owner_name(self):
        return self.url.split("/", 3)[3]

    def pip(self):
        """What pip installs the library from, as old as the pages."""
        return f"git+{self.url}@{self.commit or self.branch}"

    def edit(self, path):
        form = {"github": "edit/{}/{}", "gitlab": "-/edit/{}/{}", "gitea": "_edit/{}/{}"}
        return f"{self.url}/{form[self.provider].format(quote(self.branch), quote(path))}"

    def erratum(self, page):
        """A new issue that names the page; on GitHub in the erratum form."""
        if self.provider == "gitlab":
            return f"{self.url}/-/issues/new?" + urlencode({"issue[title]": f"Erratum: {page}"})
        fields = {"title": f"Erratum: {page}"}
        if self.provider == "github":
            where = f"{self.base_url}{page}.html" if self.base_url else page
            fields = {"template": "erratum.yml", **fields, "place": where}
        return f"{self.url}/issues/new?{urlencode(fields)}"

    def binder(self, path):
        short = {"github": "gh", "gitlab": "gl"}.get(self.provider, "git")
        name = self.owner_name if short == "gh" else quote(self.owner_name, safe="")
        if short == "git" or self.url.split("/")[2] not in ("github.com", "gitlab.com"):
            short, name = "git", quote(self.url, safe="")
        where = f"{BINDER}/v2/{short}/{name}/{quote(self.branch, safe='')}"
        return f"{where}?{urlencode({'urlpath': f'lab/tree/{path}'})}"

    def colab(self, path):
        """None where Colab cannot read the host."""
        if not self.url.startswith("https://github.com/"):
            return None
        return f"{COLAB}/github/{self.owner_name}/blob/{LAUNCH}/{quote(path)}"

    def jupyterhub(self, path):
        """None where no hub is configured."""
        if not self.hub:
            return None
        folder = self.url.rsplit("/", 1)[1]
        fields = {"repo": self.url, "branch": self.branch, "urlpath": f"lab/tree/{folder}/{path}"}
        return f"{self.hub}/hub/user-redirect/git-pull?{urlencode(fields)}"


def read(config, environ):
    """Path of _config.yml, mapping of the environment  →  Repository, or None.  Raises Unclear."""
    given = from_config(Path(config))
    publish = bool(environ.get("COURSE_PUBLISH"))
    if publish:
        given |= from_workflow(environ)
    own = {
        key: environ.get(f"COURSE_{name}", "").strip()
        for key, name in zip(
            ("url", "branch", "base_url", "hub"),
            ("REPOSITORY", "BRANCH", "BASE_URL", "JUPYTERHUB"),
            strict=True,
        )
    }
    given |= {key: value for key, value in own.items() if value}
    if own["url"]:
        given["source"] = "COURSE_REPOSITORY"
    if not given.get("url"):
        if publish:
            raise Unclear(SAY["lost"])
        return None
    return settle(given, publish)


def from_config(path):
    """The settings in _config.yml that are filled in."""
    book = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    where, html = book.get("repository") or {}, book.get("html") or {}
    given = {
        "url": where.get("url"),
        "branch": where.get("branch"),
        "provider": where.get("provider"),
        "base_url": html.get("baseurl"),
        "hub": (book.get("launch_buttons") or {}).get("jupyterhub_url"),
    }
    return {k: str(v).strip() for k, v in given.items() if v} | {"source": "_config.yml"}


def from_workflow(environ):
    """The repository whose workflow is running; a fork's workflow names the fork."""
    e = environ.get
    github = {
        "url": f"{e('GITHUB_SERVER_URL', 'https://github.com')}/{e('GITHUB_REPOSITORY')}",
        "branch": e("GITHUB_REF_NAME"),
        "commit": e("GITHUB_SHA"),
        "provider": "github",
        "base_url": "",  # that of the repository it was forked from is not this one's
        "source": "GITHUB_REPOSITORY",
    }
    gitlab = {
        "url": e("CI_PROJECT_URL"),
        "branch": e("CI_COMMIT_REF_NAME"),
        "commit": e("CI_COMMIT_SHA"),
        "provider": "gitlab",
        "base_url": e("CI_PAGES_URL", ""),
        "source": "CI_PROJECT_URL",
    }
    found = github if e("GITHUB_REPOSITORY") else gitlab if e("CI_PROJECT_URL") else {}
    return {key: value for key, value in found.items() if value is not None}


def settle(given, publish):
    """The settings, checked and completed."""
    url = re.sub(r"(?:\.git)?/*$", "", given["url"])
    if not HTTPS.fullmatch(url):
        raise Unclear(SAY["url"].format(url=given["url"], source=given["source"]))
    provider = given.get("provider") if given["source"] != "COURSE_REPOSITORY" else None
    guess = (kind for part, kind in HOSTS.items() if part in url.split("/")[2])
    provider = provider or next(guess, given.get("provider"))
    if provider not in HOSTS.values():
        raise Unclear(SAY["host"].format(url=url))
    base = given.get("base_url") or (pages_url(url) if publish else "")
    return Repository(
        url=url,
        provider=provider,
        branch=given.get("branch") or "main",
        commit=given.get("commit", "") if given["source"] != "COURSE_REPOSITORY" else "",
        base_url=f"{base.rstrip('/')}/" if base else "",
        hub=given.get("hub", "").rstrip("/"),
    )


def pages_url(url):
    """Where GitHub publishes the pages of a repository; empty for other hosts."""
    host, owner, name = url.split("/", 4)[2:5]
    if host != "github.com":
        return ""
    site = f"https://{owner.lower()}.github.io"
    return site if name.lower() == f"{owner.lower()}.github.io" else f"{site}/{name}"
