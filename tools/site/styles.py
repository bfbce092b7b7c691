"""Style sheets: read with their imports, and without the rules that can match nothing."""

import posixpath
import re

import tinycss2

# Rules that hold rules.
NESTED = ("media", "supports", "layer", "container")


def sheet(static, path):
    """The text of a style sheet with its imports in place and its links seen from _static."""
    css = (static / path).read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/|@charset [^;]*;", "", css, flags=re.S)
    folder = posixpath.dirname(path)

    def moved(match):
        link = match[1].strip("'\" ")
        if re.match(r"[a-z]+:|#|/", link):
            return match[0]
        return f'url("{posixpath.normpath(posixpath.join(folder, link))}")'

    def imported(match):
        return sheet(static, posixpath.normpath(posixpath.join(folder, match[1])))

    css = re.sub(r"url\((\"[^\"]*\"|'[^']*'|[^)\"']*)\)", moved, css)
    return re.sub(r"@import [\"']([^\"']+)[\"'];", imported, css)


def purge(css, known):
    """The rules that can match something."""
    return rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), known)


def rules(nodes, known):
    kept = []
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [s for s in split(node.prelude) if needed(s) <= known]
            if selectors and text_of(node.content):
                head = ",".join(text_of(s) for s in selectors)
                kept.append(f"{head}{{{text_of(node.content)}}}")
        elif node.type == "at-rule" and node.lower_at_keyword in NESTED and node.content:
            inner = tinycss2.parse_rule_list(node.content, True, True)
            body = rules(inner, known)
            if body:
                kept.append(f"@{node.at_keyword} {text_of(node.prelude)}{{{body}}}")
        elif node.type == "at-rule":
            kept.append(node.serialize())
        elif node.type == "error":
            raise ValueError(f"style sheet, line {node.source_line}: {node.message}")
    return "\n".join(kept)


def text_of(tokens):
    return re.sub(r"\s+", " ", tinycss2.serialize(tokens)).strip()


def split(prelude):
    """The selectors of a list: `a, b:is(c, d)` are two."""
    parts = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def needed(selector):
    """Classes and ids without which a selector matches nothing; `:not(…)` asks for none."""
    names = {token.value for token in selector if token.type == "hash"}
    for dot, name in zip(selector, selector[1:], strict=False):
        if dot.type == "literal" and dot.value == "." and name.type == "ident":
            names.add(name.value)
    return names
