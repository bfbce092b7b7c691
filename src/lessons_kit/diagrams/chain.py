"""The unrolled loop, one state per word, as the backdrop and the parts of a film."""

import math
from dataclasses import dataclass
from html import escape

WIDTH, TEXT, SMALL = 400, 13, 12  # units of the drawing; sizes of text
NODE, DROP = (
    13,
    44,
)  # half the side of a state's box; from its centre to where a word's arrow starts
MOST_WORDS = 7
LINE, EM = 14, 0.57  # from one line of a long word to the next; a letter's width, of its size
QUIET, TRAIL = 0.4, 0.6  # opacity of what has not been reached, and of what has been


def n(value):
    """A length with one decimal, always: a last digit that differs elsewhere can be forgiven."""
    return f"{value:.1f}"


@dataclass(frozen=True)
class Chain:
    """Boxes h_0 … h_T in a row, words below.  ``y``: height of the boxes' centres."""

    words: tuple[str, ...]
    y: float
    left: float = 0
    right: float = WIDTH

    @property
    def pitch(self):
        return (self.right - self.left) / (len(self.words) + 1)

    @property
    def text(self):
        """Size of the numbers."""
        return SMALL if self.narrow else TEXT

    @property
    def narrow(self):
        return self.pitch < 54

    @property
    def size(self):
        lines = max(len(self._lines(word)) for word in self.words)
        return WIDTH, self.y + DROP + 24 + LINE * (lines - 1)

    def x(self, t):
        """Centre of the state after word t."""
        return self.left + self.pitch * (t + 0.5)

    def node(self, t, tint=0.0):
        x, y, side = n(self.x(t) - NODE), n(self.y - NODE), 2 * NODE
        return (
            f'<rect x="{x}" y="{y}" width="{side}" height="{side}" rx="6" fill="currentColor" '
            f'fill-opacity="{tint}" stroke="currentColor" stroke-width="1.6"/>'
            f'<text x="{n(self.x(t))}" y="{n(self.y + 4)}" text-anchor="middle" '
            f'font-size="14"><tspan font-style="italic">h</tspan>'
            f'<tspan dy="3" font-size="10.5">{t}</tspan></text>'
        )

    def _lines(self, word):
        """A token of several words is broken where it is wider than its place."""
        room, (line, *rest) = self.pitch / (EM * TEXT), word.split() or [""]
        lines = []
        for part in rest:
            if len(line) + 1 + len(part) <= room:
                line = f"{line} {part}"
            else:
                lines.append(line)
                line = part
        return [*lines, line]

    def word(self, t):
        lines = [self._lines(word) for word in self.words]
        longest = max(len(line) for word in lines for line in word)
        size = max(9, min(TEXT, self.pitch / (EM * longest)))
        return "".join(
            f'<text x="{n(self.x(t))}" y="{n(self.y + DROP + 14 + LINE * place)}" '
            f'text-anchor="middle" font-size="{n(size)}">{escape(line)}</text>'
            for place, line in enumerate(lines[t - 1])
        )

    def read(self, t):
        """The arrow from word t up to its state."""
        return arrow((self.x(t), self.y + DROP), (self.x(t), self.y + NODE + 1))

    def move(self, start, end, lift=0.0, dash=""):
        """The arrow between the boxes of two neighbours, ``lift`` units above their centres."""
        side = math.copysign(NODE + 1, end - start)
        y = self.y - lift
        return arrow((self.x(start) + side, y), (self.x(end) - side, y), dash)

    def drawn(self, lift=0.0):
        """The whole chain, faded, its words easier to read than the rest."""
        times = range(1, len(self.words) + 1)
        nodes = "".join(map(self.node, (0, *times)))
        arrows = "".join(self.move(t - 1, t, lift) + self.read(t) for t in times)
        words = "".join(map(self.word, times))
        return (
            f'<g fill="currentColor"><g opacity="{QUIET}">{nodes}{arrows}</g>'
            f'<g opacity="{TRAIL}">{words}</g></g>'
        )


def arrow(start, end, dash=""):
    """A straight arrow, horizontal or vertical; its colour is the stroke and fill around it."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - 7 * ux, y1 - 7 * uy
    head = " ".join(
        f"{n(x)},{n(y)}"
        for x, y in ((x1, y1), (bx + 4 * uy, by - 4 * ux), (bx - 4 * uy, by + 4 * ux))
    )
    return (
        f'<path d="M{n(x0)},{n(y0)} L{n(bx)},{n(by)}" stroke="currentColor" fill="none" '
        f'stroke-width="2"{dash}/><polygon points="{head}"/>'
    )


def checked_words(words, name):
    """A sentence or its words  →  tuple of words.  Raises ValueError if they do not fit."""
    words = tuple(words.split()) if isinstance(words, str) else tuple(words)
    if not 1 <= len(words) <= MOST_WORDS:
        raise ValueError(
            f"{name}: 1 to {MOST_WORDS} words fit side by side, got {len(words)}; "
            f"show a part, e.g. words[-{MOST_WORDS}:]"
        )
    return words
