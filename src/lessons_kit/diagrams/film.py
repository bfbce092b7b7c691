"""Frames → one animated drawing with a button for each step: SVG and CSS, no script.

The buttons are radio buttons inside a form of their own.  A form is the scope of its radio
buttons' names and the labels enclose what they name, so no element needs an id: two films on
one page cannot disturb each other, and the same content gives the same text.
"""

import re
from html import escape

from lessons_kit.diagrams.cell_diagram import Picture
from lessons_kit.diagrams.render_svg import html, spoken

FEWEST, MOST = 2, 12  # frames
FASTEST = 0.4  # seconds per frame: three changes within a second can harm (WCAG 2.3.1)
_WHOLE = re.compile(r'\s*<svg\b[^>]*\bviewBox="([^"]*)"[^>]*>(.*)</svg>\s*', re.S)
_TITLE = re.compile(r"<title>.*?</title>", re.S)
_ID = re.compile(r"""\sid\s*=\s*["']""")

# Not animated, a film shows its last frame; a button that is chosen shows its own.  Every film on
# a page repeats these rules, so none may undo another's: the animation is set without its name.
_STYLE = """
.lesson-film{margin:.6rem auto;max-width:32rem;color:inherit}
.lesson-film svg{display:block;width:100%;height:auto}
.lesson-film :is(.said,.steps){margin:.3rem 0 0;padding:0;text-align:center;line-height:1.4}
.lesson-film .said{display:grid}
.lesson-film .said span{grid-area:1/1;--trail:0}
.lesson-film .steps{display:flex;flex-wrap:wrap;justify-content:center;gap:.35rem}
.lesson-film label{position:relative;margin:0}
.lesson-film input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;\
cursor:pointer}
.lesson-film .key{display:block;min-width:2.1rem;padding:.25rem .45rem;border-radius:.4rem;\
border:1px solid currentColor}
.lesson-film .key i{display:block;height:3px;border-radius:2px;background:currentColor;--trail:0}
.lesson-film :checked+.key{font-weight:700;box-shadow:0 0 0 1.5px currentColor}
.lesson-film :focus-visible+.key{outline:3px solid var(--lesson-positive,#1473c0);\
outline-offset:3px}
.lesson-film .still{display:none}
.lesson-film .shot{opacity:var(--trail);animation-duration:var(--length);\
animation-timing-function:step-end;animation-iteration-count:infinite}
.lesson-film .shot.last{opacity:1}
.lesson-film:not(:has([value=play]:checked)) .shot{animation:none!important;opacity:0}
@media print,(prefers-reduced-motion:reduce){.lesson-film .shot{animation:none!important}\
.lesson-film .moving{display:none}.lesson-film .still{display:inline}}
@media print{.lesson-film .steps{display:none}.lesson-film{break-inside:avoid}}
""".strip()


def film(
    frames,
    labels,
    alt,
    seconds_per_frame=1.2,
    *,
    size=(400, 260),
    backdrop="",
    trail=0.0,
    first=1,
):
    """Frames shown one after the other, with a play button and a button for each step  →  Picture.

    frames: 2 to 12 strings: what an ``<svg>`` holds, drawn on ``size`` (width, height), or whole
    ``<svg>`` elements of one viewBox (which then replaces ``size``).  labels: what each frame
    shows, in a few words; symbols between dollars, ``$h_1$``.  alt: the film in words.
    backdrop: inner SVG that stands behind every frame.  trail: opacity that a frame keeps once
    its turn is over, so that a film can add up.  first: number on the first button.

    A reader who asked for reduced motion, and a print, get the last frame or the chosen one.
    Raises ValueError for frames that do not fit together, hold an id, or change too fast.
    """
    frames, labels = list(frames), list(labels)
    _check(frames, labels, alt, seconds_per_frame, trail)
    view, inner = _opened(frames, size)
    pace = f"--length:{seconds_per_frame * len(frames):g}s;--trail:{trail:g}"
    page = (
        f'<form class="lesson-film of-{len(frames)}" method="dialog" autocomplete="off" '
        f'data-lm-suppress-shortcuts="true" style="{pace}">\n{_drawing(view, inner, alt, backdrop)}'
        f"\n{_said(labels)}\n{_steps(labels, first)}\n</form>"
    )
    return Picture(page, alt)


def _check(frames, labels, alt, seconds_per_frame, trail):
    if not FEWEST <= len(frames) <= MOST:
        raise ValueError(
            f"film: {FEWEST} to {MOST} frames fit below one drawing, got {len(frames)}; "
            "leave some out"
        )
    if len(labels) != len(frames):
        raise ValueError(f"film: {len(frames)} frames need as many labels, got {len(labels)}")
    if not alt.strip():
        raise ValueError("film: alt is empty; say in words what the film shows")
    if not seconds_per_frame >= FASTEST:
        raise ValueError(
            f"film: seconds_per_frame is {seconds_per_frame}; faster than {FASTEST} it flickers"
        )
    if not 0 <= trail <= 1:
        raise ValueError(f"film: trail is an opacity from 0 to 1, got {trail}")
    for k, frame in enumerate(frames):
        if _ID.search(frame):
            raise ValueError(f"film: frame {k} has an id, which could occur twice on a page")


def _opened(frames, size):
    """Whole <svg> elements lose their outer tag and title  →  viewBox, inner SVG of each frame."""
    whole = [_WHOLE.fullmatch(frame) for frame in frames]
    if not any(whole):
        return f"0 0 {size[0]:g} {size[1]:g}", frames
    views = sorted({match[1] for match in whole if match})
    if not all(whole) or len(views) > 1:
        raise ValueError(
            f"film: frames must all be inner SVG, or all be <svg> of one viewBox; got {views} "
            f"in {sum(map(bool, whole))} of {len(frames)} frames"
        )
    return views[0], [_TITLE.sub("", match[2]) for match in whole]


def _drawing(view, inner, alt, backdrop):
    """One <svg>: the rules, what stands behind, and the frames on top of one another."""
    count = len(inner)
    shots = [f'<g class="{_classes(k, count)}">{drawn}</g>' for k, drawn in enumerate(inner)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lesson-svg" viewBox="{view}" role="img" '
        f'aria-label="{escape(alt, quote=True)}" font-family="system-ui, sans-serif">\n'
        f"<style>{_STYLE}\n{_timing(count)}</style>\n<g>{backdrop}</g>\n"
        + "\n".join(shots)
        + "\n</svg>"
    )


def _classes(k, count):
    return f"shot k{k}" + " last" * (k == count - 1)


def _timing(count):
    """When each of ``count`` frames is lit: by its share of the loop, or by its button."""
    rules = []
    for k in range(count):
        begin, end = f"{100 * k / count:.2f}%", f"{100 * (k + 1) / count:.2f}%"
        before = f"0%{{opacity:0}}{begin}" if k else "0%"
        after = f"{end}{{opacity:var(--trail)}}" if k < count - 1 else ""
        name = f"lesson-film-{count}-{k}"
        chosen = f".lesson-film:has([value=k{k}]:checked)"
        rules += [
            f"@keyframes {name}{{{before}{{opacity:1}}{after}to{{opacity:0}}}}",
            f".of-{count} .k{k}{{animation-name:{name}}}",
            f"{chosen} .shot.k{k}{{opacity:1}}",
        ]
        if k:
            past = ",".join(f".k{j}" for j in range(k))
            rules.append(f"{chosen} .shot:is({past}){{opacity:var(--trail)}}")
    return "\n".join(rules)


def _said(labels):
    """The line below the drawing; all labels share its place, so nothing moves."""
    spans = "".join(
        f'<span class="{_classes(k, len(labels))}">{html(label)}</span>'
        for k, label in enumerate(labels)
    )
    return f'<p class="said" aria-hidden="true">{spans}</p>'


def _steps(labels, first):
    """The buttons: play, and one for each frame, which a screen reader calls by its label."""
    keys = [
        '<label><input type="radio" name="step" value="play" checked><span class="key">'
        '<span class="moving">▶ play</span><span class="still">all</span></span></label>'
    ]
    for k, label in enumerate(labels):
        name = escape(f"{first + k}: {spoken(label)}", quote=True)
        mark = f'<i class="{_classes(k, len(labels))}"></i>'
        keys.append(
            f'<label><input type="radio" name="step" value="k{k}" aria-label="{name}">'
            f'<span class="key">{first + k}{mark}</span></label>'
        )
    body = "\n".join(keys)
    return f'<div class="steps" role="radiogroup" aria-label="Steps of the film">\n{body}\n</div>'
