"""What a lesson's claims look like: `faults(path)` lists, in words, all that is wrong with them.

Nothing runs here.  That a claim holds is the business of its lesson, that it can fail of
`make falsify`.
"""

import ast
import re
from decimal import Decimal

from tools.environment import ROOT
from tools.notebooks.compare import N
from tools.notebooks.falsifiers import calls
from tools.notebooks.in_process import code_cells, python

LENGTH, MOST = 60, 25
VERDICT = re.compile(r"\b(?:True|False)\s*$|[✓✗]", flags=re.MULTILINE)
PROMISED = re.compile(rf"({N}) ± ({N})(?: times)?(?: \(({N}) to ({N}),)?")
FORMS = "below|above|at least|between|within|falling|rising"
HELD = re.compile(rf"(?:({N}) )?({FORMS}) ?({N})?(?: and ({N}))?\)$")


def is_lesson(path):
    """Is it a lesson of the book, and no copy of one?"""
    return path.parent.parent == ROOT / "book"


def faults(path):
    """List of sentences, empty for a lesson whose claims are well made."""
    cells = code_cells(path)
    found, texts = [], []
    for n, cell in enumerate(cells, 1):
        tree = ast.parse(python(cell.source))
        checks = (asserts(tree), typed_verdicts(tree), shapes(cell), answers(cell), promises(cell))
        found += [f"code cell {n}: {fault}" for check in checks for fault in check]
        texts += [text for text, _ in calls(cell.source) if text]
    found += [f"two claims say {text!r}" for text in set(texts) if texts.count(text) > 1]
    if not 0 < len(texts) <= MOST:
        found.append(f"{len(texts)} claims; a lesson has some, at most {MOST}")
    return found


def outside_functions(tree):
    """Every node that runs with the cell: none that stands in a function's or a class's body."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def asserts(tree):
    for node in outside_functions(tree):
        if isinstance(node, ast.Assert):
            yield f"a bare assert, `{ast.unparse(node):.60}`: claim the number instead"


def typed_verdicts(tree):
    """A print of constants is the heading of numbers printed below it, or a typed verdict."""
    prints = [node for node in ast.walk(tree) if getattr(node, "func", None) and is_print(node)]
    measured = [node.lineno for node in prints if not constant(node)]
    for node in prints:
        words = "\n".join(part.value for part in ast.walk(node) if is_text(part))
        heading = any(line > node.lineno for line in measured)
        if VERDICT.search(words) or (constant(node) and not heading):
            yield f"a typed verdict, `{ast.unparse(node):.60}`: claim the number instead"


def is_print(call):
    return getattr(call.func, "id", None) == "print"


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def constant(call):
    """Does it show nothing that was computed?"""
    return not any(isinstance(part, ast.Name) for arg in call.args for part in ast.walk(arg))


def shapes(cell):
    """A claim stands in the open, in plain words, in a cell that does not draw."""
    claims = list(calls(cell.source))
    for text, top in claims:
        if text is None:
            yield "the text of a claim is a plain string, written out"
        elif len(text) > LENGTH or ": " in text:
            yield f"the claim {text!r}: {len(text)} letters of {LENGTH}, and no colon"
        if not top:
            yield f"{text!r} is claimed in a loop or a function: claim the array or the dict there"
    kinds = {mime for out in cell.outputs for mime in out.get("data", {}) if mime != "text/plain"}
    if claims and (kinds or re.search(r"\bplt\.", cell.source)):
        yield "draws and judges: put the claims into the next cell"


def answers(cell):
    for out in cell.outputs:
        if hit := re.search(r"(?m)^.*\b(?:True|False)$", out.get("text", "")):
            yield f"a verdict without its number in the output, {hit.group()!r:.60}"


def promises(cell):
    """Wherever a promised value ends up inside its tolerance, the claim must still hold."""
    text = "".join(out.get("text", "") for out in cell.outputs)
    for line in (line for line in text.splitlines() if line[:1] == "✓" and "±" in line):
        held = HELD.search(line)
        if held and not kept(PROMISED.findall(line), " times (" in line, *held.groups()):
            yield f"the promised tolerance reaches beyond the bound: {line:.80}"


def kept(promised, ratio, target, form, bound, high):
    """promised: (value, tolerance, low end, high end) of each, as text  →  bool."""
    found = [[Decimal(x or row[0]) for x in (row[2], row[3])] for row in promised]
    give = max(Decimal(row[1]) for row in promised)
    low, top = min(row[0] for row in found) - give, max(row[1] for row in found) + give
    if form in ("falling", "rising"):
        steps = [abs(b[0] - a[0]) for a, b in zip(found, found[1:], strict=False)]
        return all(step > 2 * give for step in steps)
    bound, high, target = Decimal(bound), Decimal(high or bound), Decimal(target or 0)
    inside = {
        "below": top < bound,
        "above": low > bound,
        "at least": low >= bound,
        "between": bound <= low and top <= high,
        "within": (1 / bound if ratio else target - bound) <= low and top <= target + bound,
    }
    return inside[form]
