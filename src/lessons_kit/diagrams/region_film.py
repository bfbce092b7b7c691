"""A film over a picture: a veil that attention lifts from the regions, word by word."""

from itertools import groupby

import numpy as np

from lessons_kit.diagrams.film import film

SIDE, THICK = 80, 0.85  # side of a region; how dark the veil is over a region with weight 0
INK, EDGE = "#3a3f45", "#8a8f96"  # of the veil and between regions, on a white picture
FRAME = 'stroke="#00b38f" stroke-width="5" stroke-dasharray="9 5"'


def region_film(image, weights, words, described):
    """Film of where a captioner looks while it speaks, one step per word  →  Picture.

    image (n P, n P, 3) from 0 to 1, n × n regions of P × P pixels; weights (L, n²), each row the
    shares of the regions in reading order; words: L strings; described (L,): the region that a
    word names, which gets a dashed frame, or -1 where it names none.
    Raises ValueError where the four do not fit together.
    """
    image, weights = np.asarray(image, dtype=float), np.asarray(weights, dtype=float)
    n = round(weights.shape[-1] ** 0.5)
    fits = weights.shape == (len(words), n * n) and len(described) == len(words)
    if not fits or image.shape[0] % n or image.shape != (image.shape[0],) * 2 + (3,):
        raise ValueError(
            f"region_film: {len(words)} words and {len(described)} regions need weights "
            f"({len(words)}, n²) and an image (n P, n P, 3), got {weights.shape} and {image.shape}"
        )
    frames = [_veil(row, n, place) for row, place in zip(weights, described, strict=True)]
    labels = [f"“{word}”" if word != "." else "the full stop" for word in words]
    looked = ", ".join(f"{word} {row.argmax() + 1}" for word, row in zip(words, weights,
                                                                         strict=True))  # fmt: skip
    alt = (
        f"Film in {len(words)} steps over a picture of {n} times {n} regions. A grey veil is "
        f"lifted from each region by its weight. Largest weight at each word, by region: {looked}."
    )
    return film(frames, labels, alt, size=(n * SIDE, n * SIDE), backdrop=_pixels(image, n))


def _box(x, y, width, height):
    return f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'


def _veil(weights, n, described):
    """Grey over each region but for its weight, and a frame around the one that is named."""
    places = [_box(i % n * SIDE, i // n * SIDE, SIDE, SIDE) for i in range(n * n)]
    parts = [
        f'<rect {place} fill="{INK}" fill-opacity="{THICK * (1 - w):.2f}" stroke="{EDGE}"/>'
        for place, w in zip(places, weights, strict=True)
    ]
    if described >= 0:
        parts.append(f'<rect {places[described]} fill="none" {FRAME}/>')
    return "".join(parts)


def _pixels(image, n):
    """The pixels that are not white, a run of one colour at a time."""
    size = n * SIDE / len(image)
    parts = [f'<rect width="{n * SIDE}" height="{n * SIDE}" fill="#fff"/>']
    for y, row in enumerate((255 * image).astype(int).tolist()):
        x = 0
        for colour, run in groupby(row):
            length = len(list(run))
            if min(colour) < 255:
                box = _box(x * size, y * size, length * size + 0.3, size + 0.3)
                parts.append(f'<rect {box} fill="rgb({colour[0]},{colour[1]},{colour[2]})"/>')
            x += length
    return "".join(parts)
