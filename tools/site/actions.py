"""Sphinx extension: run, download and mend the page you read, where the repository is known.

Without a repository (see tools/publish/repository.py) no page shows any of it. The buttons are
links with words: nothing to load for them, nothing to unfold, and they work without a script.
"""

import html
import os
import shutil
from pathlib import Path

from sphinx.errors import ConfigError

from tools.editions import colab
from tools.editions.archive import STEM
from tools.publish import repository

NOTEBOOKS = "_sources"  # below the pages, so that a copy on a disk has them too
# What `make publish` lays beside the pages, and the pages that offer it.
OFFLINE = ("Offline edition", f"{STEM}.zip")
STUDENT = ("Student notebooks", "student.zip")
OFFERED = {"book/index": (OFFLINE, STUDENT), "book/teaching": (STUDENT,)}


def find(app, config):
    """The repository, as a configuration value: a page built for another one is built again."""
    try:
        found = repository.read(Path(app.confdir) / "_config.yml", os.environ)
    except repository.Unclear as error:
        raise ConfigError(str(error)) from None
    config.course_repository = found._asdict() if found else {}
    config.course_published = bool(os.environ.get("COURSE_PUBLISH"))
    if found:
        config.html_baseurl = found.base_url
        source = f'<a href="{html.escape(found.url)}">Source of the course</a>'
        options = config.html_theme_options
        options["extra_footer"] = f"{options.get('extra_footer', '')} {source}".strip()


def store(app, error):
    """The notebooks that the pages offer, all of them: a page that did not change is not built.

    Those of an earlier build may name another repository.
    """
    if error:
        return
    shutil.rmtree(Path(app.outdir) / NOTEBOOKS, ignore_errors=True)
    if not app.config.course_repository:
        return
    install = repository.Repository(**app.config.course_repository).pip()
    for source in map(Path, map(app.env.doc2path, sorted(app.env.found_docs))):
        if source.suffix == ".ipynb":
            path = source.relative_to(app.srcdir)
            colab.write(source, Path(app.outdir) / NOTEBOOKS / path, install)


def of_page(app, pagename, templatename, context, doctree):
    """The links of a page, as a value for its template."""
    if doctree is None or not app.config.course_repository:
        return
    found = repository.Repository(**app.config.course_repository)
    source = Path(app.env.doc2path(pagename))
    path = source.relative_to(app.srcdir).as_posix()
    links = [("Suggest an edit", found.edit(path)), ("Report an error", found.erratum(pagename))]
    if app.config.course_published and found.base_url:
        # The whole address: the same page, opened from the disk, has no such file beside it.
        files = OFFERED.get(pagename, ())
        links = [*((words, found.base_url + name) for words, name in files), *links]
    if source.suffix == ".ipynb":
        links = [
            ("Run in Colab", found.colab(path)),
            ("Run in Binder", found.binder(path)),
            ("Run in JupyterHub", found.jupyterhub(path)),
            ("Download", context["pathto"](f"{NOTEBOOKS}/{path}", 1)),
            *links,
        ]
    context["page_actions"] = [(words, url) for words, url in links if url]


def setup(app):
    app.add_config_value("course_repository", {}, "html")
    app.add_config_value("course_published", False, "html")
    app.connect("config-inited", find)
    app.connect("html-page-context", of_page)
    app.connect("build-finished", store)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
