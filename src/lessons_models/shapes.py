"""A small world of coloured shapes, to be described in words."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lessons_lib import checks
from lessons_lib.text import Vocab

GRID, CELL = 3, 8
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
    """B pictures of 3 × 3 regions, each with a caption of up to L = 2 · most + 1 words.

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
        checks.whole(b=(b, 0, len(self.images) - 1))
        return self.vocab.decode(self.captions[self.mask[:, b], b])

    def names(self, place, colour):
        """Which captions put ``colour`` (a word) in region ``place``  →  (B,) bool."""
        checks.whole(place=(place, 0, GRID**2 - 1))
        (word,) = self.vocab.encode([colour])
        return ((self.described == place) & (self.captions == word)).any(axis=0)

    def pick(self, which):
        """The pictures that ``which`` selects, a mask (B,) or their numbers  →  Pictures."""
        which = np.asarray(which)
        checks.shape("which", which, len(self.images) if which.dtype == bool else "n")
        if which.dtype != bool:
            checks.tokens("which", which, len(self.images))
        images, regions = self.images[which], self.regions[which]
        later = (self.captions, self.previous, self.mask, self.described)
        return Pictures(images, regions, *(array[:, which] for array in later), self.vocab)


def pictures(B, *, rng, fewest=2, most=4, dtype=np.float64):
    """``fewest`` to ``most`` coloured shapes and what they are: "red circle blue square ."

    The caption goes through the shapes in reading order, row by row.  Number, places, colours
    and shapes are uniform and independent; each shape is moved by 0 or 1 pixel in its cell.
    A guess is right in less than one of 16 to the power of the number of shapes.
    After Xu et al. (2015), on a picture small enough for a lesson.
    →  Pictures.  Raises TypeError or ValueError for bad arguments.
    """
    checks.sizes(rng, B=(B, 1), fewest=(fewest, 1), most=(most, fewest, GRID**2))
    number = rng.integers(fewest, most + 1, B)
    order = rng.permuted(np.tile(np.arange(GRID**2), (B, 1)), axis=1)
    taken = order < number[:, None]  # (B, 9): the first ``number`` of a random order
    colour, shape = rng.integers(len(COLOURS), size=(2, B, GRID**2))
    cells = _cells(checks.dtype(dtype))[colour, shape, *rng.integers(2, size=(2, B, GRID**2))]
    regions = np.where(taken[..., None, None, None], cells, np.ones((), dtype))
    captions, described = _describe(taken, colour, shape, length=2 * most + 1)
    first = np.full((1, B), CAPTION_VOCAB.encode(BEGIN)[0])
    previous = np.concatenate([first, captions[:-1]])
    mask = np.arange(2 * most + 1)[:, None] <= 2 * number
    regions_flat = regions.reshape(B, GRID**2, -1)
    return Pictures(_assemble(regions), regions_flat, captions, previous, mask, described)


def _describe(taken, colour, shape, length):
    """Which regions are taken and by what, all (B, 9)  →  captions, described (length, B)."""
    b, place = np.nonzero(taken)  # picture by picture, in reading order
    step = 2 * (taken.cumsum(axis=1) - 1)[b, place]
    captions = np.full((length, len(taken)), int(CAPTION_VOCAB.encode([STOP])[0]))
    described = np.full_like(captions, -1)
    captions[step, b] = CAPTION_VOCAB.encode(list(COLOURS))[colour[b, place]]
    captions[step + 1, b] = CAPTION_VOCAB.encode(list(SHAPES))[shape[b, place]]
    described[step, b] = described[step + 1, b] = place
    return captions, described


@cache
def _cells(dtype):
    """Every cell there can be  →  (colours, shapes, 2, 2, 8, 8, 3)."""
    moved = [(down, right) for down in (0, 1) for right in (0, 1)]
    drawn = [[[draw(s, c, *m) for m in moved] for s in SHAPES] for c in COLOURS.values()]
    cells = np.array(drawn, dtype).reshape(len(COLOURS), len(SHAPES), 2, 2, CELL, CELL, 3)
    cells.flags.writeable = False  # one array for all callers
    return cells


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
