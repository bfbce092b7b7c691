"""A small world of coloured shapes, to be described in words."""

from dataclasses import dataclass

import numpy as np

from lessons_lib.tasks.checks import check_sizes
from lessons_lib.text import Vocab

GRID, CELL, MOST = 3, 8, 4
COLOURS = {
    "red": (0.85, 0.15, 0.15),
    "green": (0.10, 0.60, 0.25),
    "blue": (0.15, 0.35, 0.85),
    "yellow": (0.95, 0.80, 0.10),
}
SHAPES = ("circle", "square", "triangle", "cross")
BEGIN, STOP = "^", "."
CAPTION_VOCAB = Vocab((BEGIN, STOP, *COLOURS, *SHAPES), separator=" ")


@dataclass(frozen=True)
class Pictures:
    """B pictures of 3 × 3 regions, each with a caption of up to L = 9 words.

    images (B, 24, 24, 3) floating, 0 to 1, white background; regions (B, 9, 192), the same
    pixels cell by cell in reading order; captions (L, B) int64 of ``vocab``; previous (L, B)
    int64, the word before (at first "^", the beginning); mask (L, B) bool, False after the full
    stop; described (L, B) int64, the region that the word names, -1 where it names none.
    """

    images: np.ndarray
    regions: np.ndarray
    captions: np.ndarray
    previous: np.ndarray
    mask: np.ndarray
    described: np.ndarray
    vocab: Vocab = CAPTION_VOCAB

    def caption(self, b):
        """Caption b as a string, up to its full stop."""
        return self.vocab.decode(self.captions[self.mask[:, b], b])


def pictures(B, *, rng, dtype=np.float64):
    """Two to four coloured shapes and what they are: "red circle blue square ."

    The caption goes through the shapes in reading order, row by row.  Number, places, colours
    and shapes are uniform and independent; each shape is moved by 0 or 1 pixel in its cell.
    After Xu et al. (2015), on a picture small enough for a lesson.
    →  Pictures.  Raises TypeError or ValueError for bad arguments.
    """
    check_sizes(rng, B=(B, 1))
    regions = np.ones((B, GRID**2, CELL, CELL, 3), dtype)
    captions = np.full((2 * MOST + 1, B), int(CAPTION_VOCAB.encode([STOP])[0]))
    described = np.full_like(captions, -1)
    words = np.empty(B, dtype=np.int64)
    for b in range(B):
        number = rng.integers(2, MOST + 1)
        places = np.sort(rng.choice(GRID**2, size=number, replace=False))
        words[b] = 2 * number
        described[: words[b], b] = np.repeat(places, 2)
        for k, place in enumerate(places):
            colour, shape = str(rng.choice(list(COLOURS))), str(rng.choice(SHAPES))
            regions[b, place] = draw(shape, COLOURS[colour], *rng.integers(2, size=2))
            captions[2 * k : 2 * k + 2, b] = CAPTION_VOCAB.encode([colour, shape])
    mask = np.arange(2 * MOST + 1)[:, None] <= words
    first = np.full((1, B), CAPTION_VOCAB.encode(BEGIN)[0])
    previous = np.concatenate([first, captions[:-1]])
    return Pictures(
        _assemble(regions), regions.reshape(B, GRID**2, -1), captions, previous, mask, described
    )


def draw(shape, colour, down=0, right=0):
    """One cell (8, 8, 3): ``shape``, 7 pixels wide, ``down`` and ``right`` (0 or 1) pixels off."""
    y, x = np.mgrid[-3:4, -3:4]
    ink = {
        "circle": x**2 + y**2 <= 10,
        "square": np.maximum(abs(x), abs(y)) <= 3,
        "triangle": 2 * abs(x) <= y + 3,
        "cross": np.minimum(abs(x), abs(y)) <= 0,
    }[shape]
    cell = np.ones((CELL, CELL, 3))
    cell[down : down + 7, right : right + 7][ink] = colour
    return cell


def _assemble(regions):
    """(B, 9, 8, 8, 3)  →  (B, 24, 24, 3)"""
    B = regions.shape[0]
    grid = regions.reshape(B, GRID, GRID, CELL, CELL, 3).transpose(0, 1, 3, 2, 4, 5)
    return grid.reshape(B, GRID * CELL, GRID * CELL, 3)
