"""What a run depends on: a hash of all code of ours that it reaches, and the versions it uses.

The sources are read, not run.  From the function of a sweep the hash follows every name to its
definition, through imports, into every function, class and constant of a module that is not
installed.  Comments, docstrings, layout and the file in which a definition lies do not count.
Of a table such as ``MODELS = {"RNN": …, "LSTM": …}`` only the entries named by the settings count,
so a new model leaves the rows of the others fresh.
"""

import ast
import copy
import hashlib
import sys
from functools import lru_cache
from importlib import metadata, util

NUMERICAL = ("numpy", "torch")  # packages whose version may change a number
NO_CONTENT = {"ctx", "kind", "type_comment", "type_params"}


@lru_cache
def parsed(name):
    """Module name → top-level definitions, imported names; None for a module that is not ours."""
    try:
        spec = None if name.split(".")[0] in sys.stdlib_module_names else util.find_spec(name)
    except ModuleNotFoundError:
        return None
    if not spec or not spec.has_location or "site-packages" in spec.origin:
        return None
    with open(spec.origin, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    package = name if spec.submodule_search_locations else spec.parent
    return definitions(tree), imported(tree, package)


def definitions(tree):
    """Each name that is defined at the top of a module → the statements that define it."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n.id for target in targets for n in ast.walk(target) if type(n) is ast.Name]
        else:
            continue
        for name in names:
            found.setdefault(name, []).append(node)
    return found


def imported(tree, package):
    """Each imported name → (module, None) or (module, name in it)."""
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]
                bound[alias.asname or root] = (alias.name if alias.asname else root), None
        elif isinstance(node, ast.ImportFrom):
            base = util.resolve_name("." * node.level + (node.module or ""), package)
            bound |= {alias.asname or alias.name: (base, alias.name) for alias in node.names}
    return bound


def resolve(module, parts, outside):
    """What the dotted name ``parts`` means in a module of ours  →  (module, name), or None.

    (module, None) stands for a whole module; a package that is not ours is added to ``outside``.
    """
    defined, bound = parsed(module)
    if parts[0] in defined:
        return module, parts[0]
    if parts[0] not in bound:
        return None
    target, name = bound[parts[0]]
    rest = [part for part in (name, *parts[1:]) if part]
    while parsed(target):
        if not rest:
            return target, None
        if any(rest[0] in names for names in parsed(target)):
            return resolve(target, rest, outside)
        target, *rest = f"{target}.{rest[0]}", *rest[1:]
    outside.add(target.split(".")[0])
    return None


def dotted(node):
    """Every name that a syntax tree uses, each with its attributes as far as they are plain."""
    parts = []
    inner = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield [inner.id, *reversed(parts)]
    else:
        for child in ast.iter_child_nodes(node):
            yield from dotted(child)


class Named(ast.NodeTransformer):
    """Keeps, of each dict with a key among ``words``, those entries and the ones without a name."""

    def __init__(self, words):
        self.words = words

    def visit_Dict(self, node):
        self.generic_visit(node)
        pairs = list(zip(node.keys, node.values, strict=True))
        if not any(getattr(key, "value", None) in self.words for key, _ in pairs):
            return node
        kept = [(k, v) for k, v in pairs if type(k) is not ast.Constant or k.value in self.words]
        return ast.Dict([k for k, _ in kept], [v for _, v in kept])


def dump(node):
    """A syntax tree as text that is the same in every version of Python, without docstrings."""
    if isinstance(node, list):
        texts = [dump(part) for part in node if not is_text(part)]
        return f"[{', '.join(texts)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [f"{k}={dump(v)}" for k, v in ast.iter_fields(node)
              if k not in NO_CONTENT and v is not None and v != []]  # fmt: skip
    return f"{type(node).__name__}({', '.join(fields)})"


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@lru_cache
def _reached(module, name, words):
    """Texts of all definitions that (module, name) reaches, names of foreign packages."""
    texts, outside, seen, todo = set(), set(), set(), [(module, name)]
    while todo:
        place = todo.pop()
        if place is None or place in seen:
            continue
        seen.add(place)
        module, name = place
        if name is None:
            todo += [resolve(module, [each], outside) for names in parsed(module) for each in names]
            continue
        for node in parsed(module)[0].get(name, ()):
            kept = Named(words).visit(copy.deepcopy(node))
            texts.add(dump(kept))
            todo += [resolve(module, parts, outside) for parts in dotted(kept)]
    return texts, outside


def key(run, settings, data=None):
    """What must be the same for a stored row to count: (hash of the code, versions), two texts.

    run: a function at the top of a module; data: text that it reads from a file, or None.
    """
    words = frozenset(value for value in settings.values() if isinstance(value, str))
    texts, outside = _reached(run.__module__, run.__name__, words)
    digest = hashlib.sha256("\n".join([*sorted(texts), data or ""]).encode()).hexdigest()
    used = [name for name in NUMERICAL if name in outside]
    return digest[:10], " ".join(f"{name} {metadata.version(name).split('+')[0]}" for name in used)
