"""Give a loaded module the code of an edited source, wherever its functions have gone already."""

import importlib
import types
from pathlib import Path


def edit_module(name, old, new):
    """Exchange ``old`` for ``new`` in the source of module ``name`` and load what changed.

    Functions and methods keep their identity and change their code: those who imported them by
    name have the change too.  Other names of the module are set anew.
    """
    module = importlib.import_module(name)
    source = Path(module.__file__).read_text(encoding="utf-8").replace(old, new, 1)
    scratch = types.ModuleType(name)
    scratch.__dict__.update(__file__=module.__file__, __package__=module.__package__)
    exec(compile(source, module.__file__, "exec"), scratch.__dict__)
    graft(module.__dict__, scratch.__dict__, lambda key, value: setattr(module, key, value))


def graft(old, new, put):
    """old, new: the names of a module or a class; put(name, value): set a name that is no code."""
    for name, fresh in new.items():
        stale = old.get(name)
        if isinstance(fresh, type) and isinstance(stale, type) and fresh is not stale:
            graft(vars(stale), vars(fresh), lambda key, value, at=stale: setattr(at, key, value))
        elif code := function(stale):
            replace_code(code, function(fresh))
        elif not name.startswith("__") and not isinstance(fresh, types.ModuleType | type):
            put(name, fresh)


def function(value):
    """The function behind a method, a property or a cache; None for what is no code."""
    value = getattr(value, "__func__", getattr(value, "fget", value))
    while hasattr(value, "__wrapped__"):
        getattr(value, "cache_clear", lambda: None)()
        value = value.__wrapped__
    return value if isinstance(value, types.FunctionType) else None


def replace_code(stale, fresh):
    if fresh is not None and stale is not fresh:
        stale.__code__ = fresh.__code__
        stale.__defaults__, stale.__kwdefaults__ = fresh.__defaults__, fresh.__kwdefaults__
