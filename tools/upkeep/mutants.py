"""All single changes of a function's syntax tree: wrong answers that nobody had to think of.

`mutants(source)` yields (what was changed, new source) for each. The docstring is left alone.
"""

import ast
import copy

SWAPS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.Eq: (ast.NotEq,),
}


def mutants(source):
    """Yields (description, source) with one node changed, in the order of the tree."""
    tree = ast.parse(source)
    function = tree.body[0]
    function.body = function.body[1:]  # the docstring says nothing to the interpreter
    names = _names(function)
    nodes = [node for part in function.body for node in ast.walk(part)]
    for place, node in enumerate(nodes):
        for label, change in _changes(node, names):
            twin = copy.deepcopy(tree)
            target = [n for part in twin.body[0].body for n in ast.walk(part)][place]
            try:
                if not change(target, twin.body[0]):
                    continue
                ast.fix_missing_locations(twin)
                changed = ast.unparse(twin)
            except (AttributeError, ValueError, KeyError):
                continue
            yield f"line {node.lineno}: {label}", changed


def _names(function):
    """Names of the arguments and of what is assigned."""
    arguments = [argument.arg for argument in function.args.args]
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and
              isinstance(n.ctx, ast.Store)]  # fmt: skip
    return list(dict.fromkeys(arguments + stored))


def _changes(node, names):
    """(label, change(node, function) → True if made) for every mutation of one node."""
    yield from _operators(node)
    yield from _values(node, names)
    if isinstance(node, ast.IfExp):
        yield "always the first", _become("body")
        yield "always the second", _become("orelse")
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield "first two swapped", _swap_first
        yield "last two swapped", _swap_last
    if isinstance(node, ast.AugAssign):
        yield "+= → =", _plain_assignment


def _operators(node):
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for other in SWAPS.get(type(node.op), ()):
            yield f"{type(node.op).__name__} → {other.__name__}", _set("op", other())
    if isinstance(node, ast.BinOp):
        for side in ("left", "right"):
            yield f"only the {side} side", _become(side)
    if isinstance(node, ast.Compare):
        for other in SWAPS.get(type(node.ops[0]), ()):
            yield f"{type(node.ops[0]).__name__} → {other.__name__}", _set("ops", [other()])
    if isinstance(node, ast.UnaryOp):
        yield "sign or not dropped", _become("operand")


def _values(node, names):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in dict.fromkeys((node.value + 1, node.value - 1, -node.value)):
            if value != node.value:
                yield f"{node.value} → {value}", _set("value", value)
    if isinstance(node, ast.Call) and node.args and not node.keywords:
        yield f"{ast.unparse(node.func)}(…) → its first argument", _become_first_argument
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield ".T dropped", _become("value")
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in names:
            if other != node.id:
                yield f"{node.id} → {other}", _set("id", other)


def _set(field, value):
    def change(node, function):
        setattr(node, field, value)
        return True

    return change


def _become(field):
    return lambda node, function: _replace(function, node, getattr(node, field))


def _become_first_argument(node, function):
    return _replace(function, node, node.args[0])


def _swap_first(node, function):
    node.elts[0], node.elts[1] = node.elts[1], node.elts[0]
    return True


def _swap_last(node, function):
    if len(node.elts) < 3:
        return False
    node.elts[-1], node.elts[-2] = node.elts[-2], node.elts[-1]
    return True


def _plain_assignment(node, function):
    return _replace(function, node, ast.Assign([node.target], node.value))


def _replace(function, old, new):
    """Put ``new`` where ``old`` hangs in the tree."""
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return True
            if isinstance(value, list) and any(item is old for item in value):
                value[:] = [new if item is old else item for item in value]
                return True
    return False
