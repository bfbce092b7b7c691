"""An exercise asks for something that its lesson does not show: at most one a lesson retypes it."""

import ast
import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache

import pytest

from lessons_kit import exercises
from tools import editions
from tools.environment import ROOT, notebooks

LESSONS = [path.relative_to(ROOT).as_posix() for path in notebooks()]
ALIKE = 0.8  # copies in other words came to .84 and more, other formulas to .79 and less


class Renamed(ast.NodeTransformer):
    """Names in the order in which they occur: a copy under other names looks the same."""

    def __init__(self):
        self.names = {}

    def visit_Name(self, node):
        return ast.Name(self.names.setdefault(node.id, f"v{len(self.names)}"), ast.Load())

    def visit_arg(self, node):
        return ast.arg(self.names.setdefault(node.arg, f"v{len(self.names)}"))


def value(statement):
    """What a statement computes: `return e`, `x = e` and `e` are the same."""
    plain = isinstance(statement, ast.Return | ast.Expr | ast.Assign)
    return statement.value if plain and statement.value else statement


def shape(statements):
    renamed = Renamed()
    found = [renamed.visit(value(s)) for s in ast.parse(ast.unparse(statements)).body]
    return [word for statement in found for word in words(statement)]


def words(tree):
    return re.findall(r"\w+", ast.dump(tree))


def kinds(statement):
    """The words of a renamed statement's shape, without order and all names as one (Counter)."""
    return counted(words(value(statement)))


def counted(words):
    return Counter(re.sub(r"^v\d+$", "v", word) for word in words)


@cache
def bodies(source):
    """Every list of statements: of the cell, of functions, loops and branches, with their kinds."""
    trees = ast.parse(source), Renamed().visit(ast.parse(source))
    own, renamed = ([n.body for n in ast.walk(t) if has_body(n)] for t in trees)
    pairs = [zip(*both, strict=True) for both in zip(own, renamed, strict=True)]
    return [[(s, kinds(r)) for s, r in body if not is_docstring(s)] for body in pairs]


def has_body(node):
    return isinstance(getattr(node, "body", None), list)


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def retyped(reference, sources):
    """Whether the body of a function stands, up to names or nearly, in one of the sources."""
    body = [s for s in ast.parse(reference).body[0].body if not is_docstring(s)]
    wanted, n = shape(body), len(body)
    counts = counted(wanted)
    for statements in (part for source in sources for part in bodies(source)):
        for i in range(len(statements) - n + 1):
            window, seen = zip(*statements[i : i + n], strict=True)
            seen = sum(seen, Counter())
            bound = 2 * (counts & seen).total() / (counts.total() + seen.total())
            if bound > ALIKE and alike(wanted, shape(list(window))):
                return True
    return False


def alike(one, other):
    """Whether so many words stand in both, in the same order."""
    match = SequenceMatcher(None, one, other, False)
    return match.quick_ratio() > ALIKE and match.ratio() > ALIKE


def shown(notebook):
    """The code that a reader sees: neither exercises nor solutions."""
    own = [cell for cell, _ in editions.exercise_cells(notebook)]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell not in own and "solution(" not in cell["source"]:
            yield "\n".join(x for x in cell["source"].splitlines() if x[:1] not in "%!")


@pytest.mark.parametrize("name", LESSONS)
def test_at_most_one_exercise_of_a_lesson_stands_in_it_already(name):
    notebook = editions.read(ROOT / name)
    sources = list(shown(notebook))
    ids = [id for _, id in editions.exercise_cells(notebook)]
    copies = [id for id in ids if retyped(exercises.find(id).source, sources)]
    assert len(copies) <= 1, f"{copies} stand in {name}: ask for something it does not show"


def test_a_copy_under_other_names_is_found_and_another_formula_is_not():
    reference = 'def step(x, h):\n    """Doc."""\n    a = x @ W + h @ U\n    return np.tanh(a)'
    copy = "for x_t in xs:\n    z = x_t @ W_x + state @ W_h\n    state = np.tanh(z)"
    assert retyped(reference, [copy])
    other = (
        "for t in range(T):\n    norm = np.sqrt((g[t] ** 2).sum())\n    g[t] *= min(1, c / norm)"
    )
    assert not retyped(reference, [other])
