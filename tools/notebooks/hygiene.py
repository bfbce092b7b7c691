"""What a committed lesson looks like: `faults(path)` lists, in words, all that is wrong with one.

Nothing is executed here; that the outputs are true is the business of `nbval_strict`.
"""

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import nbformat.warnings
import yaml

from tools.environment import METADATA, ROOT

LINES, BYTES = 25, 2_000_000
TAGS = {
    "raises-exception",
    "figure-from-training",
    "hide-input",
    "hide-output",
    "hide-cell",
    "remove-input",
}
CELL_KEYS = {"tags", "mystnb", "question"}
INVALID = (nbformat.ValidationError, json.JSONDecodeError, nbformat.reader.NotJSONError)
VOLATILE = {
    "an object's address": re.compile(r"\bat 0x[0-9a-fA-F]{6,}|\bobject at\b"),
    "a path of this machine": re.compile(r"/(?:home|root|tmp|Users|work|private)/\w|[A-Z]:\\Users"),
    "a progress rate": re.compile(r"\d\s?(?:it/s|s/it)\b"),
    "a wall time": re.compile(r"Wall time|CPU times|\b\d+(?:\.\d+)? ?(?:ms|µs|ns) ±"),
    "a progress bar": re.compile(r"\d+%\|"),
}


def faults(path):
    """List of sentences, empty for a clean notebook."""
    raw = path.read_text(encoding="utf-8")
    try:
        with warnings.catch_warnings():  # a missing id is a fault, not something to repair
            warnings.simplefilter("error", nbformat.warnings.MissingIDFieldWarning)
            nb = nbformat.reads(raw, as_version=nbformat.NO_CONVERT)
            nbformat.validate(nb)
    except (*INVALID, nbformat.warnings.MissingIDFieldWarning) as error:
        return [f"not a valid notebook: {str(error).splitlines()[0]}"]
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    found = list(notebook_faults(nb, code))
    for n, cell in enumerate(code, 1):
        checks = (cell_faults(cell), output_faults(cell))
        found += [f"code cell {n}: {fault}" for check in checks for fault in check]
    return found


def notebook_faults(nb, code):
    if (nb.nbformat, nb.nbformat_minor) != (4, 5):
        yield f"nbformat {nb.nbformat}.{nb.nbformat_minor} instead of 4.5"
    if nb.metadata != METADATA:
        yield "metadata is not the exact set that `make notebooks` writes"
    if not code:
        yield "no code cell"
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"execution counts {counts} instead of 1 … {len(code)}: run `make notebooks`"
    size = sum(len(json.dumps(cell.outputs)) for cell in code)
    if size > BYTES:
        yield f"outputs of {size / 1e6:.1f} MB, limit {BYTES / 1e6:.0f} MB"


def cell_faults(cell):
    lines = cell.source.count("\n") + 1
    if not cell.source.strip():
        yield "empty"
    if lines > LINES:
        yield f"{lines} lines, limit {LINES}"
    unknown = set(cell.metadata) - CELL_KEYS
    if unknown:
        yield f"cell metadata {sorted(unknown)}"
    tags = cell.metadata.get("tags", [])
    if set(tags) - TAGS:
        yield f"tags {sorted(set(tags) - TAGS)} are not among {sorted(TAGS)}"
    tagged = "raises-exception" in tags
    raised = any(out.output_type == "error" for out in cell.outputs)
    if tagged != raised:
        yield f"tagged raises-exception: {tagged}, stored error: {raised}"


def output_faults(cell):
    for out in cell.outputs:
        if out.get("name") == "stderr":
            yield f"stderr: {(out.text.strip() or 'blank').splitlines()[-1]}"
        data = out.get("data", {})
        if any(mime.startswith("image/") for mime in data):
            if not cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").strip():
                yield "a figure without alt text (cell metadata mystnb.image.alt)"
        html = data.get("text/html", "")
        if "<svg" in html and not re.search(r"aria-label=|<title", html):
            yield "a drawing without aria-label or <title>"
        text = readable(out)
        for name, pattern in VOLATILE.items():
            hit = pattern.search(text)
            if hit:
                yield f"{name} in the output: {hit.group()!r}"


def readable(out):
    """The text of an output; for an error its message (a traceback is not compared nor shown)."""
    data = [v for k, v in out.get("data", {}).items() if k.startswith("text/")]
    return "\n".join([out.get("text", ""), out.get("evalue", ""), *data])


def lessons(root=ROOT):
    """The entries of _toc.yml that are notebooks, in reading order."""
    return [entry for entry in toc_entries(root) if (root / f"{entry}.ipynb").is_file()]


def toc_entries(root=ROOT):
    """Files named in _toc.yml, as paths without their suffix, in reading order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))

    def walk(node):
        if isinstance(node, list):
            return [entry for item in node for entry in walk(item)]
        own = [node[key] for key in ("root", "file") if key in node]
        return own + [
            e for key in ("parts", "chapters", "sections") for e in walk(node.get(key, []))
        ]

    return walk(toc)


def toc_faults(root=ROOT):
    """Every lesson is in _toc.yml, every entry of it exists, none twice."""
    entries = toc_entries(root)
    yield from (f"{e} is in _toc.yml twice" for e in set(entries) if entries.count(e) > 1)
    for entry in entries:
        if not any((root / f"{entry}{suffix}").is_file() for suffix in (".md", ".ipynb")):
            yield f"{entry} is in _toc.yml, but there is no such file"
    tracked = ["git", "ls-files", "--", "book/*/*.ipynb"]  # what is not committed is a reader's
    run = subprocess.run(tracked, cwd=root, capture_output=True, encoding="utf-8")
    lost = [name for name in run.stdout.splitlines() if name.removesuffix(".ipynb") not in entries]
    yield from (f"{name} is not in _toc.yml: list it, or take it out of git" for name in lost)


if __name__ == "__main__":
    found = [f"{name}: {fault}" for name in sys.argv[1:] for fault in faults(Path(name))]
    sys.exit("\n".join(found) or 0)
