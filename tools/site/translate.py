"""Catalogues of the translations: `make translate` renews them, `make book-zh` builds with them."""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from markdown_it import MarkdownIt

from tools.environment import ROOT
from tools.site import language
from tools.site.page import Page

LOCALE = ROOT / "locale"
DOMAIN = "course"  # of what stands around the text
FOUND = ROOT / "_build" / "gettext"
# What a translation keeps as it is: formulas, code and keys, the targets of links, tags, numbers.
KEPT = re.compile(
    r"\$\{[^}]*\}|\$[^$]+\$|`[^`<]+`|<[\w-]+>`|\]\([^)]*\)|</?\w[^<>]*>|\{[\w:-]*\}|\d+(?:[.,]\d+)*"
)
HAN = re.compile(r"[\u4e00-\u9fff]")


def folder(name):
    return LOCALE / name / "LC_MESSAGES"


def read(path):
    with path.open("rb") as file:
        return read_po(file)


def config(name):
    """Jupyter Book's configuration of the book in this language, as a string."""
    found = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    course = folder(name) / f"{DOMAIN}.po"
    known = {m.id: m.string for m in read(course) if m.string} if course.is_file() else {}
    settings = found["sphinx"]["config"]
    found["title"] = settings["project"] = known.get(found["title"], found["title"])
    found["author"] = known.get(found["author"], found["author"])
    found["sphinx"]["local_extensions"] = {"tools.site": str(ROOT)}
    settings |= {"language": name, "locale_dirs": ["locale"], "gettext_compact": False}
    settings |= {"gettext_uuid": False, "gettext_location": False}
    return yaml.safe_dump(found, allow_unicode=True)


def sphinx(path, settings, *options):
    """Run Jupyter Book with these settings, strictly, below the path; it stops if that fails."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "_config.yml").write_text(settings, encoding="utf-8")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ROOT, "-q", "-W", "-n"]
    command += ["--config", path / "_config.yml", "--toc", ROOT / "_toc.yml", "--keep-going"]
    command += ["--path-output", path, *options]
    env = os.environ | {"NO_COLOR": "1"}
    run = subprocess.run(command, env=env, capture_output=True, encoding="utf-8")
    if run.returncode:
        sys.exit(f"The book was not built:\n{run.stdout}{run.stderr}")


def build(name):
    """Build the pages in a language  →  their folder."""
    path = ROOT / "_build" / name
    sphinx(path, config(name))
    return path / "_build" / "html"


def extract():
    """Run Sphinx's gettext over the book  →  page → catalogue of its messages."""
    sphinx(FOUND, config("en"), "--all", "--builder", "custom", "--custom-builder", "gettext")
    base = FOUND / "_build" / "gettext"
    found = {p.relative_to(base).with_suffix("").as_posix(): read(p) for p in base.rglob("*.pot")}
    for catalogue in found.values():
        for message in [message.id for message in catalogue if not worded(message.id)]:
            catalogue.delete(message)
    return found | {DOMAIN: around()}


def around():
    """The phrases around the text of all built pages, in their drawings and scripts."""
    found = Catalog()
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    for phrase in (settings["title"], settings["author"], *(p["caption"] for p in toc["parts"])):
        found.add(language.key(phrase))
    html = ROOT / "_build" / "html"
    static = html / "_static"
    for path in sorted(html.rglob("*.html")):
        page = Page(path.read_text(encoding="utf-8"), {}, {})
        for phrase in [phrase for phrase, _ in language.phrases(page)] + language.labels(page):
            found.add(language.key(phrase))
    frame = ROOT / "book" / "_static" / "course.js"  # our part of frame.js
    for path in (frame, *(static / name for name in language.SCRIPTS[1:])):
        for said in language.sentences(path.read_text(encoding="utf-8")):
            found.add(said)
    return found


def digest(page):
    """Of what is to translate on a page: the prose of a lesson, all of another page."""
    path = ROOT / f"{page}.ipynb"
    if not path.is_file():
        said = [path.with_suffix(".md").read_text(encoding="utf-8")]
    else:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        said = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        said += [c["metadata"].get("mystnb", {}).get("image", {}).get("alt", "") for c in cells]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:12]


def known(name):
    """Page → the digest of its English when its catalogue was last brought up to date."""
    path = LOCALE / name / "sources.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def worded(message):
    """Whether there is anything to translate: displayed formulas have nothing."""
    shown = "\n" in message or message.startswith(" ")
    return not shown and bool(re.search(r"[A-Za-z]{2}", KEPT.sub(" ", message)))


def faults(english, other, terms):
    """What is wrong with a translation, in words; terms: English → the renderings allowed."""
    found = []
    kept, new = Counter(KEPT.findall(english)), Counter(KEPT.findall(other))
    if kept != new:
        lost, more = (sorted(part.elements()) for part in (kept - new, new - kept))
        found.append(f"lost {lost}, new {more}")
    left, right = KEPT.sub(" ", english), KEPT.sub("", other)
    if left.count("**") != right.count("**"):
        found.append(f"{left.count('**')} times ** in English, {right.count('**')} times here")
    if "*" in re.sub("<[^>]*>", "", MarkdownIt().renderInline(KEPT.sub("x", other))):
        found.append("a * that marks nothing: beside Chinese punctuation it needs a space")
    left = left.lower()
    for term in sorted(terms, key=len, reverse=True):
        left, uses = re.subn(rf"\b{re.escape(term.lower())}(?:s|es)?\b", " ", left)
        if uses and not any(rendering in right for rendering in terms[term]):
            found.append(f"{term!r} without {' or '.join(terms[term])}")
    return found


def terms(name):
    """The table of terms of a language: English → the renderings allowed."""
    lines = (LOCALE / name / "terms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {english: said.split("|") for english, said in (line.split("\t") for line in lines)}


def update(name, found):
    """The catalogues of a language as the book is now  →  page → (all, new, fuzzy, unused)."""
    counts = {}
    for page, template in sorted(found.items()):
        path = folder(name) / f"{page}.po"
        catalogue = read(path) if path.is_file() else Catalog()
        catalogue.locale = name
        catalogue.update(template)
        messages = [m for m in catalogue if m.id]
        new = sum(not m.string for m in messages)
        fuzzy = sum(m.fuzzy for m in messages)
        counts[page] = len(messages), new, fuzzy, len(catalogue.obsolete)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, omit_header=True, ignore_obsolete=True)
    digests = {page: digest(page) for page in sorted(found) if page != DOMAIN}
    text = json.dumps(digests, indent=1) + "\n"
    (LOCALE / name / "sources.json").write_text(text, encoding="utf-8")
    for path in folder(name).rglob("*.po"):
        if path.relative_to(folder(name)).with_suffix("").as_posix() not in found:
            path.unlink()
    return counts


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="make translate", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["build", "update"], default="update")
    parser.add_argument("language", nargs="?", default="zh_CN")
    options = parser.parse_args(arguments)
    if options.what == "build":
        print(
            f"The book in {options.language} is built. Open: {build(options.language)}/index.html"
        )
        return
    counts = update(options.language, extract())
    for page, (every, new, fuzzy, unused) in counts.items():
        if new or fuzzy or unused:
            print(f"{page}: {every} messages, {new} new, {fuzzy} changed, {unused} unused")
    every, new, fuzzy, _ = map(sum, zip(*counts.values(), strict=True))
    print(f"{options.language}: {every - new - fuzzy} of {every} messages translated")


if __name__ == "__main__":
    main()
