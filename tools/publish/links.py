"""Follow every link of the book that leads to the web: `make links`.

Sphinx's own link check does it; here its findings become one line for each broken link, with the
page and the line it stands on, and the exit status. A link that moved, wants a login or turns
robots away is no fault of the book.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.environment import ROOT

BUILD = "from jupyter_book.cli.main import main; main()"
BROKEN = {"broken", "timeout"}
REFUSED = ("401", "403", "429")  # a publisher that turns robots away: the page is there
OUTSIDE = ("http://", "https://")


def check(root):
    """Run the check on the book in ``root``  →  its findings, one dict for each link."""
    out = Path("_build") / "links"  # not among the pages, which are published
    shutil.rmtree(root / out, ignore_errors=True)
    command = [sys.executable, "-c", BUILD, "build", ".", "-q",
               "--builder", "linkcheck", "--path-output", str(out)]  # fmt: skip
    run = subprocess.run(command, cwd=root, env=os.environ | {"NO_COLOR": "1"},
                         capture_output=True, text=True)  # fmt: skip
    found = next((root / out).rglob("output.json"), None)
    if not found:
        sys.exit(f"the link check did not run:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    lines = found.read_text(encoding="utf-8").splitlines()
    return [item for item in map(json.loads, lines) if item["uri"].startswith(OUTSIDE)]


def sentences(findings):
    """One line for each link that leads nowhere."""
    for item in sorted(findings, key=lambda item: (item["filename"], item["lineno"])):
        if item["status"] in BROKEN and not item["info"].startswith(REFUSED):
            yield f"{item['filename']}, {place(item['lineno'])}: {item['uri']}\n    {item['info']}"


def place(line):
    """Of a notebook MyST-NB numbers the lines of cell 1 from 10,000, of cell 2 from 20,000 on."""
    cell, line = divmod(line, 10_000)
    return f"cell {cell}, line {line}" if cell else f"line {line}"


def main(root=ROOT):
    findings = check(Path(root))
    broken = list(sentences(findings))
    print("\n".join([*broken, f"{len(findings)} links to the web, {len(broken)} broken."]))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
