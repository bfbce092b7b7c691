"""Every committed lesson is clean, listed, and checked cell by cell."""

import re
import subprocess

import nbformat
import pytest

from tools.environment import ROOT, notebooks
from tools.notebooks import hygiene

LESSONS = notebooks()
NAMES = [path.relative_to(ROOT).as_posix() for path in LESSONS]


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_is_clean(path):
    faults = hygiene.faults(path)
    assert not faults, "\n".join(faults)


def test_the_table_of_contents_and_the_disk_agree():
    assert LESSONS, "no lesson under book/"
    assert not list(hygiene.toc_faults())


def test_a_notebook_that_the_contents_do_not_list_is_no_lesson(tmp_path):
    """A reader's copy, with answers, enters no edition that is handed out and no test."""
    for name in ("loop", "loop_copy", "loop-Copy1"):
        (tmp_path / "book" / "1_rnn" / f"{name}.ipynb").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / "1_rnn" / f"{name}.ipynb").touch()
    toc = "root: book/index\nparts:\n- chapters:\n  - file: book/1_rnn/loop\n  - file: book/gone\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    assert notebooks(tmp_path) == [tmp_path / "book" / "1_rnn" / "loop.ipynb"]


def test_make_has_the_same_lessons():
    run = subprocess.run(
        ["make", "--silent", "--eval", "names: ; @echo $(NOTEBOOKS)", "names"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert run.stdout.split() == NAMES


def test_every_code_cell_is_collected(request):
    """No cell escapes: as many tests per notebook as code cells on disk."""
    collected = request.session.items
    for path in {item.path for item in collected if item.path.suffix == ".ipynb"}:
        nb = nbformat.read(path, as_version=4)
        cells = sum(cell.cell_type == "code" for cell in nb.cells)
        assert sum(item.path == path for item in collected) == cells, path


def test_the_chapters_are_in_their_order():
    numbers = [int(n) for e in hygiene.toc_entries() for n in re.findall(r"book/(\d+)_", e)]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_says_what_it_is_for_and_what_came_out(path):
    """Objectives and time at the top; what was seen and the sources at the end."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for word in ("You will build", "You will learn", "You need", "Time"):
        assert f"**{word}**" in cells[0].source, word
    heads = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert heads[-2:] == ["What we have seen", "Sources"]
    assert "{cite}" in text.rpartition("## Sources")[2]
    assert "**Predict first.**" in text
    assert re.search(r"\b(?:assert|claim)\b", "\n".join(cell.source for cell in cells))


FOLDED = re.compile(r"<details>\s*<summary>Answer</summary>\s*\S.*?</details>", flags=re.DOTALL)


def unanswered(source):
    """The questions of a Markdown cell that have no folded answer before the next question."""
    _, *questions = source.split("**Predict first.**")
    return [question for question in questions if not FOLDED.search(question)]


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_lets_the_reader_predict_at_least_twice_and_folds_each_answer(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert sum(source.count("**Predict first.**") for source in prose) >= 2
    open_ends = [question.strip()[:60] for source in prose for question in unanswered(source)]
    assert not open_ends, f"no folded answer in the same cell: {open_ends}"


@pytest.mark.parametrize("after", ["", "The answer is 2.", "<details>\n<summary>More</summary>"])
def test_a_question_without_a_folded_answer_is_found(after):
    answer = "<details>\n<summary>Answer</summary>\n\nTwo.\n\n</details>"
    good = f"**Predict first.** How many?\n\n{answer}"
    assert (
        not unanswered(good) and len(unanswered(f"**Predict first.** When? {after}\n{good}")) == 1
    )


def test_every_source_with_an_id_is_a_link():
    """An id in a note would be text that nobody can follow."""
    sources = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    page = (ROOT / "_build" / "html" / "book" / "bibliography.html").read_text(encoding="utf-8")
    wanted = [f"https://doi.org/{id}" for id in re.findall(r"\bdoi=\{(.+?)\}", sources)]
    wanted += [f"https://arxiv.org/abs/{id}" for id in re.findall(r"eprint=\{(.+?)\}", sources)]
    assert "arXiv:" not in sources and len(wanted) > 40
    assert not [url for url in wanted if f'href="{url}"' not in page]
