"""What follows from the lessons, written where it is read: `python -m tools.upkeep.teaching`

The time of each lesson is measured and written into its first cell and into the two maps. The
parts of book/teaching.md follow: prerequisites from the first cell of each lesson, exercises from
its cells, the order from _toc.yml. Each part stands between two comments; the rest is left alone.
The page of claims follows from book/claims.toml.
"""

import posixpath
import re
from typing import NamedTuple

from tools import editions
from tools.environment import ROOT
from tools.notebooks import hygiene
from tools.upkeep import claims_page, maps, measure, prerequisites, terms
from tools.upkeep.schedules import EXERCISE, SESSION, START, day_of, weeks_of

PAGE = ROOT / "book" / "teaching.md"


class Lesson(NamedTuple):
    """One lesson: its number in the course, minutes, core or deeper, needs, exercises, question."""

    entry: str
    number: str
    title: str
    minutes: int
    kind: str
    needs: tuple[str, ...]
    exercises: tuple[str, ...]
    question: str

    @property
    def link(self):
        return f"[{self.title}]({self.entry.removeprefix('book/')}.ipynb)"


def lessons():
    """{entry: Lesson} in the order of the course."""
    found, counts = {}, {}
    for entry in hygiene.toc_entries():
        chapter = re.match(r"book/(\d+)_", entry)
        if chapter:
            counts[chapter[1]] = counts.get(chapter[1], 0) + 1
            number = f"{chapter[1]}.{counts[chapter[1]]}"
            found[entry] = lesson(entry, number, list(found))
    return found


def lesson(entry, number, before):
    """Read one; a link to a later lesson is a pointer and no need."""
    notebook = editions.read(ROOT / f"{entry}.ipynb")
    first = notebook["cells"][0]["source"]
    question = notebook["cells"][0]["metadata"].get("question")
    if not question:
        raise ValueError(f'{entry}: its first cell has no metadata "question": "…", for the maps')
    minutes, kind = measure.stated(first)
    text = re.search(r"\*\*You need\*\*(.*)", first)[1]
    links = re.findall(r"\]\(([^)#]+)\.ipynb[^)]*\)", text)
    needs = [posixpath.normpath(posixpath.join(posixpath.dirname(entry), link)) for link in links]
    ids = tuple(id for _, id in editions.exercise_cells(notebook))
    title = first.splitlines()[0].removeprefix("# ")
    needs = tuple(need for need in needs if need in before)
    return Lesson(entry, number, title, minutes, kind, needs, ids, question)


def core(course):
    return [one for one in course.values() if one.kind == "core"]


def time(lessons):
    return sum(one.minutes for one in lessons)


def hours(minutes):
    return f"{minutes // 60} h {minutes % 60:02d} min"


def table(head, rows):
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def codes(ids):
    return ", ".join(f"`{id}`" for id in ids) or "–"


def overview(course):
    """Every lesson with its time, needs and exercises; the sum below."""
    rows = [
        (x.number, x.link, str(x.minutes), x.kind,
         ", ".join(course[n].number for n in x.needs) or "–",
         str(len(x.exercises) or "–"))
        for x in course.values()
    ]  # fmt: skip
    total, count = time(course.values()), sum(len(x.exercises) for x in course.values())
    return (
        table(("no.", "lesson", "min", "kind", "needs", "exercises"), rows)
        + f"\n\n{len(course)} lessons, {hours(total)} by measure; the {len(core(course))} core "
        f"lessons {hours(time(core(course)))}. {count} exercises: solved alone, at {EXERCISE} "
        f"minutes each, {hours(count * EXERCISE)}."
    )


def day(course):
    """A clock that runs through the first lesson of every chapter."""
    rows, now = [], START
    for item in day_of(course):
        if isinstance(item, int):
            rows.append((clock(now), "lunch" if item >= 45 else "break", str(item)))
            now += item
            continue
        entry, id = item
        one = course[entry]
        for text, minutes in ((one.link, one.minutes), (f"exercise `{id}`", EXERCISE)):
            rows.append((clock(now), text, str(minutes)))
            now += minutes
    rows.append((clock(now), "end", ""))
    return table(("at", "what", "minutes"), rows)


def clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02d}"


def weeks(course):
    """Four weeks of three lessons and three exercises."""
    rows, total = [], 0
    for number, (entries, ids) in enumerate(weeks_of(course), 1):
        minutes = sum(course[entry].minutes for entry in entries) + len(ids) * EXERCISE
        names = ", ".join(f"{course[entry].number} {course[entry].link}" for entry in entries)
        rows.append((str(number), names, codes(ids), hours(minutes)))
        total += minutes
    return table(("week", "lessons", "assign", "together"), rows) + f"\n\nTogether {hours(total)}."


def sessions(course):
    """The core lessons in order, as many to a session as fit; two sessions a week."""
    packed = []
    for one in core(course):
        if not packed or time([*packed[-1], one]) > SESSION:
            packed.append([])
        packed[-1].append(one)
    return packed


def half_semester(course):
    """Core lessons in class; beside them the deeper ones that come before the next session."""
    packed, rows, order = sessions(course), [], list(course.values())
    starts = [order.index(group[0]) for group in packed] + [len(order)]
    for number, group in enumerate(packed):
        span = order[starts[number] : starts[number + 1]]
        home = [id for x in group for id in x.exercises]
        names = ", ".join(f"{x.number} {x.link}" for x in group)
        read = ", ".join(f"{x.number} {x.link}" for x in span if x.kind == "deeper")
        week = f"{number // 2 + 1}{'ab'[number % 2]}"
        work = hours(len(home) * EXERCISE) if home else "–"
        rows.append((week, names, str(time(group)), work, read or "–"))
    text = (
        f"{len(packed)} sessions in {(len(packed) + 1) // 2} weeks, "
        f"{hours(time(core(course)))} in class; reading for those who want more: "
        f"{hours(time(course.values()) - time(core(course)))}."
    )
    head = ("session", "core lessons", "minutes", "exercises at home", "deeper, to read")
    return table(head, rows) + "\n\n" + text


def parts():
    """Name of each part → its text."""
    course = lessons()
    return {"lessons": overview(course), "map": prerequisites.figure(course), "day": day(course),
            "weeks": weeks(course), "half-semester": half_semester(course)}  # fmt: skip


def filled(page):
    """The page with every part renewed.  Raises ValueError where its comments are gone."""
    for name, text in parts().items():
        begin, end = f"<!-- {name}: written by make teaching -->\n", f"\n<!-- end of {name} -->"
        before, mark, rest = page.partition(begin)
        _, close, after = rest.partition(end)
        if not mark or not close:
            raise ValueError(f"{PAGE.name}: the comments around the part {name!r} are gone")
        page = f"{before}{mark}\n{text}\n{close}{after}"
    return page


def main():
    maps.restate()
    course = lessons()
    for path in maps.PAGES:
        path.write_text(maps.mapped(path.read_text(encoding="utf-8"), course), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    titles = {entry: lesson.title for entry, lesson in course.items()}
    page = terms.linked(terms.PAGE.read_text(encoding="utf-8"), titles)
    terms.PAGE.write_text(page, encoding="utf-8")
    claims_page.main()


if __name__ == "__main__":
    main()
