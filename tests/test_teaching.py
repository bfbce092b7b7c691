"""The page for teachers is true: its times, its map, its schedules, its exercises."""

import re
import zipfile
from xml.etree import ElementTree

import pytest

from tools import editions
from tools.editions import packing, student_zip
from tools.environment import ROOT, notebooks
from tools.notebooks import hygiene
from tools.upkeep import maps, measure, prerequisites, teaching

PAGE = teaching.PAGE.read_text(encoding="utf-8")
COURSE = teaching.lessons()
IDS = {id: entry for entry, one in COURSE.items() for id in one.exercises}


def test_the_page_follows_from_the_lessons():
    assert teaching.filled(PAGE) == PAGE, "run: make teaching"


def test_a_page_whose_marks_are_lost_is_refused_by_the_name_of_the_part():
    with pytest.raises(ValueError, match="part 'weeks'"):
        teaching.filled(PAGE.replace("<!-- weeks: written", "<!-- weeks written"))


def test_every_lesson_of_the_contents_is_in_the_table_with_its_own_time():
    assert list(COURSE) == [e for e in hygiene.toc_entries() if (ROOT / f"{e}.ipynb").is_file()]
    for entry, one in COURSE.items():
        first = editions.read(ROOT / f"{entry}.ipynb")["cells"][0]["source"]
        assert f"about {one.minutes} minutes, {one.kind}." in first
        assert f"| {one.number} | {one.link} | {one.minutes} | {one.kind} |" in PAGE


def test_the_stated_time_of_a_lesson_is_its_measured_length():
    for entry, one in COURSE.items():
        counted = measure.length(editions.read(ROOT / f"{entry}.ipynb"))
        assert one.minutes == counted.minutes, f"{entry}: {counted}; run: make teaching"


def lesson_of(*cells):
    line = "# Build it\n\n- **Time** about 5 minutes, core."
    cells = [("markdown", line, []), *cells]
    keys = "cell_type", "source", "metadata"
    return {"cells": [dict(zip(keys, (k, s, {"tags": t}), strict=True)) for k, s, t in cells]}


def test_words_visible_code_exercises_and_questions_are_counted_and_formulas_are_not():
    notebook = lesson_of(
        ("markdown", "Two words $x_t W$ and `code` [link](a/b.ipynb).\n\n$$\na b c\n$$", []),
        ("markdown", "**Predict first.** How many?", []),
        ("code", "a = 1\n\nb = 2", []),
        ("code", "plot(a)", ["hide-input"]),
        ("code", 'def f():\n    ...\n\n\ncheck("rnn.step", f)', []),
    )
    assert measure.length(notebook) == (6 + 4 + 4, 2, 1, 1)
    assert measure.Length(1800, 80, 3, 2).minutes == 40  # 10 + 10 + 15 + 2, rounded up


def test_a_wrong_time_is_corrected_and_a_missing_kind_is_refused_by_the_name_of_the_lesson():
    long = lesson_of(("markdown", "word " * 2000, []))
    assert "- **Time** about 15 minutes, core." in measure.restated(long)
    with pytest.raises(ValueError, match="Build it: its first cell has no line"):
        measure.stated("# Build it\n\n- **Time** about 5 minutes.")


def test_the_maps_of_the_course_give_the_lessons_own_times():
    for page in ("README.md", "book/index.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for entry, one in COURSE.items():
            link = entry.removeprefix("book/") + ".ipynb)"
            lines = [line for line in text.splitlines() if link in line and line[0] == "|"]
            assert lines, f"{page} has no row for {entry}: run `make teaching`"
            row = lines[0]
            kind = "core, " if one.kind == "core" else ""
            assert row.endswith(f"| {kind}{one.minutes} min |"), f"{page}: {row}"
        assert maps.mapped(text, COURSE) == text, "run: make teaching"


def minutes(text):
    found = re.fullmatch(r"(\d+) h (\d\d) min", text)
    return int(found[1]) * 60 + int(found[2])


def section(name):
    """The rows of a generated table, cell by cell, and the text below it."""
    text = PAGE.partition(f"<!-- {name}: written by make teaching -->")[2]
    lines = text.partition(f"<!-- end of {name} -->")[0].strip().splitlines()
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in lines
        if line[:1] == "|"
    ]
    return rows[2:], " ".join(line for line in lines if line[:1] != "|").strip()


def linked(cell):
    return [f"book/{path}" for path in re.findall(r"\]\((\S+?)\.ipynb\)", cell)]


def test_the_day_runs_through_the_first_lesson_of_each_chapter_and_its_clock_is_right():
    rows, _ = section("day")
    assert [entry for row in rows for entry in linked(row[1])] == [
        entry for entry, one in COURSE.items() if one.number.endswith(".1")
    ]
    clock = [int(row[0].split(":")[0]) * 60 + int(row[0].split(":")[1]) for row in rows]
    assert [b - a for a, b in zip(clock, clock[1:], strict=False)] == [int(r[2]) for r in rows[:-1]]
    assert clock[-1] <= 17 * 60 and rows[-1][1].startswith("end")
    for row in rows:
        for entry in linked(row[1]):
            assert int(row[2]) == COURSE[entry].minutes


def test_the_four_weeks_add_up_and_no_lesson_comes_before_what_it_needs():
    rows, text = section("weeks")
    seen, total = [], 0
    for row in rows:
        entries, ids = linked(row[1]), re.findall(r"`([\w.]+)`", row[2])
        assert minutes(row[3]) == sum(COURSE[e].minutes for e in entries) + len(ids) * 20
        for entry in entries:
            assert set(COURSE[entry].needs) <= set(seen), f"{entry} comes too early"
            seen.append(entry)
        assert {IDS[id] for id in ids} <= set(seen), "an exercise before its lesson"
        total += minutes(row[3])
    assert len(rows) == 4 and text == f"Together {teaching.hours(total)}."


def test_the_module_teaches_the_core_in_order_and_names_every_other_lesson_for_reading():
    rows, text = section("half-semester")
    core = [entry for entry, one in COURSE.items() if one.kind == "core"]
    assert [entry for row in rows for entry in linked(row[1])] == core
    assert [e for row in rows for e in linked(row[4])] == [e for e in COURSE if e not in core]
    for row in rows:
        inside = [COURSE[entry] for entry in linked(row[1])]
        assert int(row[2]) == sum(one.minutes for one in inside) <= 100
        count = sum(len(one.exercises) for one in inside)
        assert row[3] == (teaching.hours(20 * count) if count else "–")
    assert len(rows) <= 16, "more than eight weeks is no half-semester"
    assert (
        teaching.hours(sum(int(row[2]) for row in rows)) in text and f"{len(rows)} sessions" in text
    )


def test_every_need_is_a_link_of_the_lesson_to_an_earlier_one():
    order = list(COURSE)
    for entry, one in COURSE.items():
        late = [need for need in one.needs if order.index(need) >= order.index(entry)]
        assert not late, f"{entry} needs a lesson that comes after it in _toc.yml"
    assert (
        "book/1_rnn/loop_with_state" in COURSE["book/2_long_term_dependencies/sky_and_france"].needs
    )
    assert not any("two_gates" in n for n in COURSE["book/3_lstm/start_remembering"].needs), (
        "pointer"
    )


def test_the_map_draws_the_direct_needs_and_says_them():
    needs = prerequisites.direct(COURSE)
    text = prerequisites.figure(COURSE)
    assert "\n\n" not in text, "a blank line would end the block for Markdown"
    svg = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    assert len(list(svg.iter("path"))) == sum(map(len, needs.values()))
    titles = [element.text for element in svg.iter("text")]
    assert len(titles) == len(COURSE) and max(map(len, titles)) <= 50, "wider than the drawing"
    label = svg.get("aria-label")
    for entry, links in needs.items():
        said = f"{COURSE[entry].number} needs {', '.join(COURSE[n].number for n in links)}"
        assert not links or f"{said};" in label or f"{said}." in label


def test_what_follows_from_the_arcs_is_what_the_lessons_say():
    needs = prerequisites.direct(COURSE)

    def reached(entry, of):
        return set(of[entry]).union(*(reached(need, of) for need in of[entry]))

    stated = {entry: one.needs for entry, one in COURSE.items()}
    other = [entry for entry in COURSE if reached(entry, needs) != reached(entry, stated)]
    assert not other, "what follows from the arcs is not what these lessons say they need"


def test_every_exercise_on_the_page_exists_in_its_chapter():
    named = set(re.findall(r"`((?:toolkit|rnn|long_term|lstm|gru|attention)\.\w+)`", PAGE))
    assert named and named <= set(IDS), named - set(IDS)
    assigned = PAGE.partition("## What to assign")[2].partition("## Where")[0]
    for number, cells in re.findall(r"^\| (\d) \|(.*)$", assigned, flags=re.M):
        chapters = {COURSE[IDS[id]].number[0] for id in re.findall(r"`([\w.]+)`", cells)}
        assert chapters == {number}


def test_the_student_edition_is_one_file_with_all_that_is_needed_and_no_solution(tmp_path):
    folder = tmp_path / "student"
    assert editions.main(["strip", *map(str, notebooks()), "--to", str(folder)]) == 0
    path = student_zip.pack(folder)
    first = path.read_bytes()
    assert student_zip.pack(folder).read_bytes() == first, "the same sources, other bytes"
    with zipfile.ZipFile(path) as archive:
        dates = {(entry.date_time, entry.external_attr) for entry in archive.infolist()}
        assert dates == {(packing.DATE, 0o644 << 16)}, "of this day or this machine"
        names = {name.removeprefix("memory-in-sequences/") for name in archive.namelist()}
        text = {name: archive.read(f"memory-in-sequences/{name}").decode() for name in names}
    assert {e.removeprefix("book/") + ".ipynb" for e in COURSE} <= names
    assert not [n for n in names if n.endswith(".ipynb") and "unfold the solution" in text[n]]
    assert not [n for n in names if n.endswith(".ipynb") and 'solution(\\"' in text[n]]
    assert {"START.txt", "LICENSE-TEXT", "library/LICENSE", "library/pyproject.toml"} <= names
    assert "library/src/lessons_lib/data/gap.tsv" in names, "what the lessons plot"
    assert not [name for name in names if "__pycache__" in name or ".egg-info" in name]


def test_a_folder_without_notebooks_is_not_packed(tmp_path):
    with pytest.raises(FileNotFoundError, match="make student"):
        student_zip.pack(tmp_path)
