"""An exercise asks for something that its lesson does not show: at most one a lesson retypes it."""

import ast
import re
from difflib import SequenceMatcher

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
    found = [ast.dump(renamed.visit(value(s))) for s in ast.parse(ast.unparse(statements)).body]
    return re.findall(r"\w+", " ".join(found))


def bodies(tree):
    """Every list of statements in a tree: of the cell, of functions, loops and branches."""
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            yield [s for s in node.body if not is_docstring(s)]


def is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def retyped(reference, sources):
    """Whether the body of a function stands, up to names or nearly, in one of the sources."""
    body = [s for s in ast.parse(reference).body[0].body if not is_docstring(s)]
    wanted, n = shape(body), len(body)
    for statements in (part for source in sources for part in bodies(ast.parse(source))):
        for i in range(len(statements) - n + 1):
            match = SequenceMatcher(None, wanted, shape(statements[i : i + n]), False)
            if match.quick_ratio() > ALIKE and match.ratio() > ALIKE:
                return True
    return False


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
