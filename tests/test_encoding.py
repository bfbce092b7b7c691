"""Text is read and written in UTF-8, whatever the reader's locale says."""

import ast

import pytest

from tools.environment import ROOT

FILES = [
    path
    for room in ("src", "tools", "sweeps", "benchmarks", "tests")
    for path in sorted((ROOT / room).rglob("*.py"))
]


def unsaid(source):
    """Lines of the calls that read or write text and leave the encoding to the locale."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        said = any(keyword.arg in ("encoding", None) for keyword in node.keywords)
        positional = {"read_text": 1, "write_text": 2}.get(name)
        if positional and not said and len(node.args) < positional:
            yield node.lineno
        elif name == "open" and isinstance(node.func, ast.Name) and not said:
            mode = node.args[1] if len(node.args) > 1 else ast.Constant("r")
            if isinstance(mode, ast.Constant) and "b" not in mode.value:
                yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_file_is_opened_with_its_encoding(path):
    lines = list(unsaid(path.read_text(encoding="utf-8")))
    assert not lines, f"{path.name}, lines {lines}: say encoding='utf-8'"


def test_a_file_without_an_encoding_is_found_and_one_in_bytes_is_not():
    bad = ["p.read_text()", "p.write_text(s)", "open(p)", "open(p, 'w')"]
    good = ["p.read_text('utf-8')", "p.write_text(s, encoding='utf-8')", "open(p, 'rb')"]
    assert [list(unsaid(line)) for line in bad] == [[1]] * 4
    assert [list(unsaid(line)) for line in good] == [[]] * 3
