"""The questions of the lessons for a learning platform: `python -m tools.editions.quiz --to FILE`

Each **Predict first.** becomes an essay question in Moodle's GIFT, which Canvas and others import
too: with the text that stands above it, and its answer as the feedback.  A category a chapter.
"""

import argparse
import re
from pathlib import Path

import yaml

from tools import editions
from tools.editions.part import LINK, REFERENCE
from tools.environment import ROOT

ASKED = re.compile(
    r"(?P<text>.*\*\*Predict first\.\*\*.*?)<details>\s*<summary>Answer</summary>"
    r"\s*(?P<answer>.*?)</details>",
    re.DOTALL,
)
FORMULA = re.compile(r"(?<![\\$])\$([^$]+)\$(?!\$)")
SIGNS = re.compile(r"[\\~=#{}:]")  # each means something in GIFT


def plain(text):
    """Words of the lesson as the platform shows them: no links, no roles, formulas for MathJax."""
    text = re.sub(r"^\([\w-]+\)=\n", "", text.strip(), flags=re.MULTILINE)
    text = REFERENCE.sub(r"\1", LINK.sub(r"\1", text))
    text = re.sub(r" ?\{cite(?::t)?\}`[^`]*`", "", text)
    text = FORMULA.sub(r"\\\\(\1\\\\)", text)  # Markdown takes one of two backslashes
    return SIGNS.sub(lambda sign: "\\" + sign[0], text).strip()


def questions(notebook):
    """(heading, text, answer) of every question of a lesson."""
    for cell in notebook["cells"]:
        asked = ASKED.match(cell["source"]) if cell["cell_type"] == "markdown" else None
        if asked:
            heading = re.findall(r"(?m)^#+ (.+)$", asked["text"])
            yield (heading or [""])[-1], asked["text"], asked["answer"]


def gift(root=ROOT):
    """The text of the file."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = []
    for part in toc["parts"]:
        paths = [root / f"{chapter['file']}.ipynb" for chapter in part["chapters"]]
        for path in filter(Path.is_file, paths):
            notebook = editions.read(path)
            title = notebook["cells"][0]["source"].splitlines()[0].removeprefix("# ")
            parts.append(f"$CATEGORY: Memory in sequences/{part['caption']}/{title}")
            parts += [
                f"::{plain(heading or title)}::[markdown]{plain(text)} {{####{plain(answer)}}}"
                for heading, text, answer in questions(notebook)
            ]
    # an empty line ends a question
    return "\n\n".join(re.sub(r"\n\s*\n", r"\\n\\n", one) for one in parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, required=True)
    to = parser.parse_args().to
    text = gift()
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text, encoding="utf-8")
    print(f"{to}: {text.count('{####')} questions")


if __name__ == "__main__":
    main()
