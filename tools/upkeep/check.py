"""`make check`: the tests of what changed and the changed lessons, in a minute or so.

    python -m tools.upkeep.check [SINCE]

Changed is what differs from the commit where this branch left SINCE (origin/main, or else main),
committed or not, and what is new. A test belongs to a module that it imports, and to any other
file that it names. A changed page is looked at. `make test` runs everything.
"""

import ast
import functools
import subprocess
import sys

from tools.environment import ROOT, notebooks

LESSONS = set(notebooks())
MAIN = ("origin/main", "main")
CODE = ("src/", "tools/", "sweeps/", "benchmarks/")
SITE = ("tools/site/", "book/_static/", "_config.yml")
OF_A_LESSON = ("book", "claim_rules", "claims", "figures", "teaching")
LONG = "tests/test_pages.py"  # every page at two widths; here only those that changed
LINKS = f"{LONG}::test_links_inside_the_book_arrive"
LOOK = f"{LONG}::test_a_page_is_whole_offline_in_the_light_and_in_the_dark[{{}}-{{}}.html]"
EXAMPLES = ["book/index", "book/1_rnn/loop_with_state"]  # for a change of all pages
PYTEST = """-m pytest -q -n logical --maxprocesses 8 --dist loadscope --no-loadscope-reorder
    --nbval --nbval-current-env --nbval-cell-timeout 120""".split()


def git(*arguments):
    """The lines that git says, none where it fails."""
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8")
    return run.stdout.splitlines() if run.returncode == 0 else []


def changed(since=None):
    """Paths from the root of all files that changed and are still there."""
    bases = [git("merge-base", "HEAD", name) for name in ([since] if since else MAIN)]
    if since and not bases[0]:
        sys.exit(f"SINCE={since}: git knows no such commit; expected a branch or a commit, as main")
    base = next((found[0] for found in bases if found), "HEAD")
    names = git("diff", "--name-only", base) + git("ls-files", "--others", "--exclude-standard")
    return sorted({name for name in names if (ROOT / name).is_file()})


def is_lesson(name):
    return ROOT / name in LESSONS


@functools.cache
def imports(source):
    """Every dotted name that a program imports, or imports from."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return found


def belongs(source, name):
    """Is the program of a test, ``source``, a test of this file?"""
    if not (name.endswith(".py") and name.startswith(CODE)):
        return name.rpartition("/")[2] in source
    module = name.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    module = module.replace("/", ".")
    return any(module == one or ("." in one and module.startswith(f"{one}."))
               for one in imports(source))  # fmt: skip


def tests(names):
    """Files of tests for the changed files, all but the long one unless it changed itself."""
    found = {f"tests/test_{part}.py" for part in OF_A_LESSON if any(map(is_lesson, names))}
    others = [name for name in names if not is_lesson(name)]
    for path in (ROOT / "tests").glob("test_*.py"):
        source, own = path.read_text(encoding="utf-8"), f"tests/{path.name}"
        if own in names or (own != LONG and any(belongs(source, name) for name in others)):
            found.add(own)
    return sorted(found)


def pages(names):
    """Pages that changed; a few where all did."""
    found = [name.rpartition(".")[0] for name in names
             if is_lesson(name) or (name.startswith("book/") and name.endswith(".md"))]  # fmt: skip
    return found or (EXAMPLES if any(name.startswith(SITE) for name in names) else [])


def main(since=None):
    names = changed(since)
    files, lessons, shown = tests(names), list(filter(is_lesson, names)), pages(names)
    print(f"Changed: {len(names)} files. Checked: {len(files)} files of tests, {len(lessons)} "
          f"lessons, {len(shown)} pages. `make test` runs everything.", flush=True)  # fmt: skip
    looks = [LOOK.format(width, page) for page in shown for width in (390, 1280)]
    looks = [LINKS, *looks] if shown and LONG not in files else []
    if chosen := [*files, *looks, *lessons]:
        sys.exit(subprocess.run([sys.executable, *PYTEST, *chosen], cwd=ROOT).returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
