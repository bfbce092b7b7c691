"""The figures of each chapter as slides: `python -m tools.editions.slides --to FOLDER`

A page a chapter, made of the built book: a figure a slide, under the title of its lesson and the
heading it stands below.  Arrow keys turn the slides, the browser prints them.
"""

import argparse
import shutil
from html import escape
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

from tools.environment import ROOT

FIGURES = "article .cell_output img, article svg.lesson-svg"
FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
html {{ scroll-snap-type: y mandatory; font: 1.3rem/1.4 system-ui, sans-serif; }}
body {{ margin: 0; }}
section {{ height: 100vh; box-sizing: border-box; padding: 4vh 5vw; scroll-snap-align: start;
  display: flex; flex-flow: column; align-items: center; break-after: page; }}
h1, h2 {{ margin: 0; font-size: 1rem; }} h2 {{ font-size: 1.8rem; }}
img, svg {{ flex: 1; min-height: 0; width: 100%; object-fit: contain; margin-top: 3vh; }}
@page {{ size: 32cm 18cm; margin: 0; }}
</style></head><body>
{slides}
<script>addEventListener("keydown", (key) => {{
  const step = {{ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }}[key.key];
  if (step) {{ key.preventDefault(); scrollBy(0, step * innerHeight); }}
}});</script>
</body></html>
"""


def slides(page, to):
    """The figures of a built page, each as a slide; pictures are copied beside the deck."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    title = soup.select_one("article h1").get_text().rstrip("#")
    for figure in soup.select(FIGURES):
        heading = figure.find_previous("h2").get_text().rstrip("#")
        if figure.name == "img":
            source = (page.parent / figure["src"]).resolve()
            shutil.copy(source, to)
            shown = f'<img src="{source.name}" alt="{escape(figure.get("alt", ""))}">'
        else:
            shown = str(figure)
        yield f"<section><h1>{escape(title)}</h1><h2>{escape(heading)}</h2>{shown}</section>"


def decks(site, to):
    """Write a deck a chapter  →  {name of the file: how many slides}."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    made = {}
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]:
        pages = [site / f"{chapter['file']}.html" for chapter in part["chapters"]]
        shown = [slide for page in pages for slide in slides(page, to)]
        if shown:
            name = f"{pages[0].parent.name}.html"
            text = FRAME.format(title=escape(part["caption"]), slides="\n".join(shown))
            (to / name).write_text(text, encoding="utf-8")
            made[name] = len(shown)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, required=True)
    to = parser.parse_args().to
    for name, count in decks(ROOT / "_build" / "html", to).items():
        print(f"{to / name}: {count} slides")


if __name__ == "__main__":
    main()
