"""A drawing of which lesson needs which: a list with arcs, as SVG in the page's own colour."""

from html import escape

ROW, ARCS, WIDTH, TOP = 26, 150, 520, 16
LETTERS = 44
COLOURS = ("#1473c0", "#c75200", "#00856a", "#8a63c9", "#b0447a")  # one a chapter


def direct(course):
    """{entry: needs without those that another need already brings along}."""
    every = {}
    for entry, one in course.items():
        every[entry] = set(one.needs).union(*(every[need] for need in one.needs))
    return {
        entry: [n for n in one.needs if not any(n in every[other] for other in one.needs)]
        for entry, one in course.items()
    }


def short(title):
    """Up to the first comma or colon, or "and" where that is still long: the drawing has room."""
    head = title.split(",")[0].split(":")[0]
    return head if len(head) <= LETTERS else head.split(" and ")[0]


def arc(low, high, colour):
    """From the lesson that is needed down to the one that needs it, bulging with the distance."""
    y1, y2 = TOP + low * ROW, TOP + high * ROW
    bulge = 14 + (ARCS - 22) * min(1, (high - low) / 16)
    x = ARCS
    return (
        f'<path d="M{x},{y1} C{x - bulge:.0f},{y1} {x - bulge:.0f},{y2} {x},{y2}" '
        f'stroke="{colour}"/>'
    )


def words(course, needs):
    """The same for those who cannot see it."""
    said = [
        f"{one.number} needs {', '.join(course[n].number for n in needs[entry])}"
        for entry, one in course.items()
        if needs[entry]
    ]
    return "Which lesson builds directly on which: " + "; ".join(said) + "."


def figure(course):
    """The map as one block of HTML without a blank line, so that Markdown leaves it whole."""
    needs, row = direct(course), {entry: n for n, entry in enumerate(course)}
    colour = {entry: COLOURS[(int(one.number[0]) - 1) % 5] for entry, one in course.items()}
    height = 2 * TOP + ROW * (len(course) - 1)
    lines = [
        '<figure class="prerequisites">',
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'style="max-width:100%;height:auto" aria-label="{escape(words(course, needs))}">',
        '<g fill="none" stroke-width="2" stroke-opacity=".75">',
        *(arc(row[n], row[entry], colour[n]) for entry in course for n in needs[entry]),
        "</g>",
        '<g fill="currentColor" font-size="15">',
    ]
    for entry, one in course.items():
        y = TOP + row[entry] * ROW
        lines.append(f'<circle cx="{ARCS}" cy="{y}" r="5" fill="{colour[entry]}"/>')
        text = escape(f"{one.number}  {short(one.title)}")
        lines.append(f'<text x="{ARCS + 12}" y="{y + 5}">{text}</text>')
    caption = "An arc leads from a lesson down to one that needs it. What follows is left out."
    return "\n".join([*lines, "</g>", "</svg>", "</figure>", f"<p>{caption}</p>"])
