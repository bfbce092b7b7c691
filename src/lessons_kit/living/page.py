"""A live element as HTML: a place with drawing and data, and the one script of all labs."""

import json
import os
import re
from html import escape
from importlib import resources

from lessons_kit.diagrams import scene
from lessons_kit.plots import PALETTE

TAGS = ("cell-lab", "attention-lab")
_NAME = re.compile(r"[A-Za-z][\w-]*")


def _read(name):
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def words():
    """language → what the labs say in it, name → text; an entry for each edition."""
    return json.loads(_read("labels.json"))


def labels(language="en"):
    """The words of one language.  Raises ValueError for one that the labs do not speak."""
    if language not in words():
        raise ValueError(f"the labs speak {', '.join(words())}, not {language!r}")
    return words()[language]


def compact(value):
    """JSON that can stand inside a <script> element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _script(name):
    """A script without its comments and indents."""
    lines = (line.strip() for line in _read(name).splitlines())
    return "\n".join(re.sub(r"\s// .*", "", line) for line in lines if line[:2] not in ("", "//"))


def _pen():
    """What a line's width and colour follow from, as in the drawings that stand still."""
    widths = {"thin": scene.THIN, "unit": scene.PER_UNIT, "full": scene.FULL, "head": scene.HEAD}
    return widths | {role: PALETTE[role] for role in ("gate", "positive", "negative")}


def script():
    """The one script of all labs (str): it defines the elements, and starts those that are there.

    The book serves it as a file (``tools/site``).
    """
    base = _script("base.js")
    style = "".join(line.strip() for line in _read("lab.css").splitlines())
    for name, value, empty in (
        ("WORDS", words(), "{}"),
        ("STYLE", style, '""'),
        ("PEN", _pen(), "{}"),
        ("LABS", list(TAGS), "[]"),
    ):
        base = base.replace(f"/*{name}*/{empty}", compact(value))
    own = "\n".join(f"{{\n{_script(tag.replace('-', '_') + '.js')}\n}}" for tag in TAGS)
    return (
        f"if (!window.lessonLab) {{\n{base}\nwindow.lessonLab = lessonLab;\n{own}\n}}\n"
        "document.querySelectorAll(window.lessonLab.LABS).forEach(lab => lab.start());\n"
    )


def element(tag, data, drawing, *, title="", name=None, lang=None):
    """A place for a lab: drawing and data (str), the same for the same input, and no script.

    data: what the script reads; drawing: a live <svg>, which stays where no script runs; name: the
    id that links on a page with two labs give.  Raises ValueError for a name that no link can
    hold, and for an unknown language.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise ValueError(f"the name of a lab is a letter, then letters, digits or -, not {name!r}")
    still = labels(lang or "en")["script"]  # for a slot that the live element lacks
    given = {"id": name, "lang": lang, "data-title": title, "data-lm-suppress-shortcuts": "true"}
    attributes = "".join(f' {key}="{escape(v, quote=True)}"' for key, v in given.items() if v)
    return (
        f'<{tag}{attributes}>\n{drawing}\n<p slot="still">{still}</p>\n'
        f'<script type="application/json">{compact(data)}</script></{tag}>'
    )


def shown(place):
    """A place for a lab as a notebook shows it (str): with the script, so that it lives there.

    Where outputs are stored (LESSONS_QUIET is set) the script stays out: a page of the book brings
    its own, and a change of the script changes no lesson.
    """
    return place if os.environ.get("LESSONS_QUIET") else f"{place}\n<script>{script()}</script>"
