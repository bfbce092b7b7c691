"""A live element as HTML: drawing, data and script in one piece, which needs no other file."""

import json
import re
from html import escape
from importlib import resources

from lessons_kit.diagrams import scene
from lessons_kit.plots import PALETTE

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


def _component(tag):
    """The script that defines ``tag`` once on a page, and starts the elements that are there."""
    base = _script("base.js")
    style = "".join(line.strip() for line in _read("lab.css").splitlines())
    for name, value, empty in (
        ("WORDS", words(), "{}"),
        ("STYLE", style, '""'),
        ("PEN", _pen(), "{}"),
    ):
        base = base.replace(f"/*{name}*/{empty}", compact(value))
    own = _script(tag.replace("-", "_") + ".js")
    return (
        f"(() => {{\nif (!window.lessonLab) window.lessonLab = (() => {{\n{base}\n"
        f'return lessonLab;\n}})();\nif (!customElements.get("{tag}")) (lessonLab => {{\n{own}\n'
        f"}})(window.lessonLab);\n"
        f'document.querySelectorAll("{tag}").forEach(lab => lab.start());\n}})();'
    )


def element(tag, data, drawing, *, title="", name=None, lang=None):
    """The whole element (str), the same for the same input.

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
        f'<script type="application/json">{compact(data)}</script></{tag}>\n'
        f"<script>{_component(tag)}</script>"
    )
