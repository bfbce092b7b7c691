"""What the outputs of a notebook say otherwise than before, in sentences."""

import re

from tools.notebooks import compare

NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?")
PICTURES = ("image/svg+xml", "image/png")


def printed(outputs):
    """The lines that a cell printed, without its pictures."""
    texts = [out.get("text", out.get("evalue", "")) for out in outputs]
    for out in outputs:
        data = out.get("data", {})
        html = "" if "<svg" in data.get("text/html", "") else data.get("text/html", "")
        texts.append(re.sub(r"<[^>]*>", " ", html) if html else data.get("text/plain", ""))
    return [line for text in texts for line in text.splitlines() if line.strip()]


def pictures(outputs):
    return [
        out["data"][kind] for out in outputs for kind in PICTURES if kind in out.get("data", {})
    ]


def line_changes(old, new):
    """One sentence for a line whose numbers changed; two lines where its words did."""
    if old == new:
        return []
    if NUMBER.split(old) != NUMBER.split(new):
        return [f"- {old.strip()}", f"+ {new.strip()}"]
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    changed = ", ".join(f"{a} → {b}" for a, b in pairs if a != b)
    return [f"{changed}   in: {new.strip()}"]


def cell_changes(old, new, exact=True):
    """What the outputs of one cell print otherwise than before, as sentences."""
    before, after = printed(old), printed(new)
    if len(before) == len(after):
        found = [s for pair in zip(before, after, strict=True) for s in line_changes(*pair)]
    else:
        found = [f"- {line.strip()}" for line in before if line not in after]
        found += [f"+ {line.strip()}" for line in after if line not in before]
    shown = [[o for o in outs if pictures([o])] for outs in (old, new)]
    if shown[0] and compare.differences(*shown, exact):
        found.append("a figure looks different")
    return found


def outputs(nb):
    """(outputs, are its figures compared exactly?) of every code cell."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    exact = ["figure-from-training" not in cell.metadata.get("tags", []) for cell in code]
    return [(cell.outputs, same) for cell, same in zip(code, exact, strict=True)]


def between(old, new):
    """What `outputs` gave, before and after  →  [(number of the code cell, its changes)]."""
    pairs = enumerate(zip(old, new, strict=True), 1)
    found = [(n, cell_changes(a, b, exact)) for n, ((a, exact), (b, _)) in pairs]
    return [(n, sentences) for n, sentences in found if sentences]
