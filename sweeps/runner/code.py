"""What a run depends on: a hash of all code of ours that it reaches, and the versions it uses.

From the function of a sweep the hash follows every name to what it stands for: functions, classes,
constants, tables.  Comments, docstrings, layout and the file a definition lies in do not count.
Of a table such as ``MODELS = {"RNN": …, "LSTM": …}`` only the entries named by the settings count,
so a new model leaves the rows of the others fresh.
"""

import ast
import hashlib
import inspect
import sys
import textwrap
from functools import cache, cached_property, partial
from importlib import metadata

import numpy as np

NUMERICAL = ("numpy", "torch")  # packages whose version may change a number
NO_CONTENT = {"ctx", "kind", "type_comment", "type_params"}
PLAIN = (int, float, complex, str, bytes, bool, type(None), range, np.generic)


class Reached:
    """Texts of all that a function reaches, and the packages of others among it."""

    def __init__(self, words):
        self.words, self.texts, self.packages, self.seen = words, set(), set(), {}

    def add(self, thing):
        """Follow a function, class, module, container or value  →  a text that stands for it."""
        thing = inspect.unwrap(thing) if inspect.isfunction(thing) else thing
        if isinstance(thing, PLAIN):
            return repr(thing)
        if isinstance(thing, list | tuple):
            return f"({', '.join(map(self.add, thing))})"
        if isinstance(thing, set | frozenset):
            return str(sorted(map(self.add, thing)))
        if isinstance(thing, partial):
            return self.add((thing.func, thing.args, thing.keywords))
        if id(thing) not in self.seen:
            self.seen[id(thing)] = thing, ""  # keeps it alive, so that its id stays its own
            self.seen[id(thing)] = thing, self.follow(thing)
        return self.seen[id(thing)][1]

    def follow(self, thing):
        if isinstance(thing, np.ndarray):
            return repr(thing.tolist())
        if isinstance(thing, dict):
            named = self.words & {key for key in thing if isinstance(key, str)}
            kept = [key for key in thing if key in named or not named]
            return f"{{{', '.join(f'{key!r}: {self.add(thing[key])}' for key in kept)}}}"
        if not is_ours(thing):
            self.packages.add(package_of(thing))
            return package_of(thing)
        if inspect.ismodule(thing):
            return self.add({k: v for k, v in vars(thing).items() if not k.startswith("__")})
        if inspect.isfunction(thing) or inspect.isclass(thing):
            return self.definition(thing)
        own = {name: value for name, value in getattr(thing, "__dict__", {}).items()
               if not isinstance(getattr(type(thing), name, None), cached_property)}  # fmt: skip
        return self.add((type(thing), own))

    def definition(self, thing):
        """The source around a function or class, what it closes over, what its names mean."""
        scope = vars(sys.modules[thing.__module__])
        outer = scope.get(thing.__qualname__.split(".")[0], thing)
        tree = ast.parse(textwrap.dedent(inspect.getsource(outer)))
        self.texts.add(dump(tree))
        for name, *attributes in dotted(tree):
            value = scope.get(name, scope)
            while inspect.ismodule(value) and attributes and is_ours(value):
                value = getattr(value, attributes.pop(0))
            if value is not scope:
                self.texts.add(f"{name} is {self.add(value)}")
        closure = [cell.cell_contents for cell in getattr(thing, "__closure__", None) or ()]
        return f"{thing.__qualname__}{self.add(closure)}"


def package_of(thing):
    named = thing.__name__ if inspect.ismodule(thing) else getattr(thing, "__module__", None)
    return (named or type(thing).__module__).split(".")[0]


def is_ours(thing):
    """Whether it comes from a file that is neither installed nor part of Python."""
    package = package_of(thing)
    module = sys.modules.get(package)
    path = [*getattr(module, "__path__", ()), getattr(module, "__file__", None) or ""][0]
    return bool(path) and package not in sys.stdlib_module_names and "site-packages" not in path


def dotted(node):
    """Every name that a syntax tree uses, each with its attributes as far as they are plain."""
    parts, inner = [], node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield [inner.id, *reversed(parts)]
    else:
        for child in ast.iter_child_nodes(node):
            yield from dotted(child)


def dump(node):
    """A syntax tree as text that is the same in every version of Python, without docstrings."""
    if isinstance(node, list):
        kept = [n for n in node if not (type(n) is ast.Expr and type(n.value) is ast.Constant)]
        return f"[{', '.join(map(dump, kept))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [f"{k}={dump(v)}" for k, v in ast.iter_fields(node)
              if k not in NO_CONTENT and v is not None and v != []]  # fmt: skip
    return f"{type(node).__name__}({', '.join(fields)})"


def key(run, settings, data=None):
    """What must be the same for a stored row to count: (hash of the code, versions), two texts.

    run: a function at the top of a module; data: text that it reads from a file, or None.
    """
    return keyed(run, frozenset(v for v in settings.values() if isinstance(v, str)), data)


@cache
def keyed(run, words, data):
    reached = Reached(words)
    reached.add(run)
    text = "\n".join([*sorted(reached.texts), data or ""])
    used = [name for name in NUMERICAL if name in reached.packages]
    versions = " ".join(f"{name} {metadata.version(name).split('+')[0]}" for name in used)
    return hashlib.sha256(text.encode()).hexdigest()[:10], versions
