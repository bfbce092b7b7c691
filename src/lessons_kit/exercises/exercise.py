"""What an exercise is: one reference function and the mistakes people make in it.

A mistake is a small edit of the reference's source with the hint it deserves.  It serves three
times: an answer that behaves like it gets its hint, readers without a kernel find it under
"common slips", and the tests use it as a wrong answer that must be rejected.  The starter, the
notebook cell and the shown solution all derive from the reference: there is one source.
"""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

TODO = "raise NotImplementedError"


@dataclass(frozen=True)
class Mistake:
    """An edit of the reference's source, ``old`` → ``new``, and the hint for whoever made it.

    ``old`` must occur exactly once in the reference's code (below its docstring).
    """

    old: str
    new: str
    hint: str


@dataclass(frozen=True)
class Exercise:
    """One reference function with its cases and its typical mistakes.

    id: "chapter.name"; reference: the function, its docstring saying the shapes; cases: function
    of no arguments → list of tuples of arguments, new ones at each call; returns: a name for each
    value it returns; mistakes: tuple of Mistake.
    phrasings: tuple of Mistake that are not listed: other ways to make a slip, with its hint.
    observe(result, *arguments) → what is compared in the place of the result, for tasks that have
    more than one right answer; it may raise for a result it cannot use.
    Raises ValueError where a mistake's ``old`` does not occur exactly once.
    """

    id: str
    reference: Callable
    cases: Callable
    returns: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    observe: Callable | None = None
    phrasings: tuple[Mistake, ...] = ()

    def __post_init__(self):
        for mistake in self.mistakes + self.phrasings:
            if self.body.count(mistake.old) != 1:
                raise ValueError(
                    f"{self.id}: {mistake.old!r} occurs {self.body.count(mistake.old)} times in "
                    "the reference, expected once: quote more of its line"
                )

    @property
    def name(self):
        """Name of the function that the learner writes."""
        return self.reference.__name__

    @cached_property
    def source(self):
        """The reference as text, as the solution shows it."""
        return textwrap.dedent(inspect.getsource(self.reference)).strip()

    @cached_property
    def _cut(self):
        """Number of lines up to the end of the docstring."""
        return ast.parse(self.source).body[0].body[0].end_lineno

    @property
    def head(self):
        """Signature and docstring."""
        return "\n".join(self.source.splitlines()[: self._cut])

    @property
    def body(self):
        """The code below the docstring."""
        return "\n".join(self.source.splitlines()[self._cut :])

    @property
    def starter(self):
        """What the learner finds: signature, docstring, ``raise NotImplementedError``."""
        return f"{self.head}\n    {TODO}"

    def build(self, source):
        """The function that ``source`` defines, with the reference's imports at hand."""
        namespace = dict(self.reference.__globals__)
        exec(compile(source, f"<{self.id}>", "exec"), namespace)
        return namespace[self.name]

    def with_mistakes(self, *mistakes):
        """The reference with these edits made, as a function; None where they do not combine."""
        body = self.body
        for mistake in mistakes:
            if body.count(mistake.old) != 1:
                return None
            body = body.replace(mistake.old, mistake.new)
        return self.build(f"{self.head}\n{body}")

    @cached_property
    def wrong(self):
        """(hints, function) of every mistake and phrasing, then of every pair of mistakes."""
        groups = [(m,) for m in self.mistakes + self.phrasings]
        groups += itertools.combinations(self.mistakes, 2)
        built = [(group, self._built(group)) for group in groups]
        return tuple((tuple(m.hint for m in group), f) for group, f in built if f)

    def _built(self, group):
        try:
            return self.with_mistakes(*group)
        except SyntaxError:  # two edits of one line
            return None
