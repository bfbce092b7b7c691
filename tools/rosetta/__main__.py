"""Run every library, compare with the stored rows, store what was found.

    python -m tools.rosetta       in an environment with the extra ``rosetta``: see `make rosetta`

It ends with 1 where a library's form is not the stored one: the page must say so.
"""

import json
import sys
from importlib.metadata import version

from tools.environment import ROOT
from tools.rosetta import judge

STORED = ROOT / "src" / "lessons_lib" / "data" / "rosetta.json"
FREE = ("version", "out", "back")  # may change without a change of the page


def found():
    """All rows: {"gru": […], "lstm": […]}, one dict for each library and form."""
    from tools.rosetta import by_graph, by_jax, by_torch

    modules, tables = (by_torch, by_graph, by_jax), {}
    for table, question in (("GRUS", judge.gru_row), ("LSTMS", judge.lstm_row)):
        libraries = [one for module in modules for one in getattr(module, table)]
        tables[table.lower()[:-1]] = [
            {"library": one.name, "call": one.call, "version": release(one.package)} | question(one)
            for one in libraries
        ]
    return tables


def release(package):
    """The installed version, without what a build adds to it (2.13.0+cpu)."""
    return version(package).partition("+")[0]


def forms(tables):
    """What the page says of each row, without versions and errors."""
    return {
        (kind, row["library"], row["call"]): {k: v for k, v in row.items() if k not in FREE}
        for kind, rows in tables.items() for row in rows
    }  # fmt: skip


def changed(before, now):
    """One sentence for each row that is new, gone or another."""
    before, now = forms(before), forms(now)
    return [
        f"{' '.join(key)}: stored {before.get(key)}, found {now.get(key)}"
        for key in dict.fromkeys([*before, *now]) if before.get(key) != now.get(key)
    ]  # fmt: skip


def main():
    now = found()
    before = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    STORED.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    for kind, rows in now.items():
        for row in rows:
            print(kind, *(f"{key} {value}" for key, value in row.items()), sep="  ")
    other = changed(before, now)
    print(*other, sep="\n", file=sys.stderr)
    return int(bool(other))


if __name__ == "__main__":
    sys.exit(main())
