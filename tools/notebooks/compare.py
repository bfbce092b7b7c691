"""Do two outputs of a cell say the same? Strict in words, tolerant of the last printed digit.

Text     words, integers and the printed precision exactly; a decimal may differ by one unit in its
         last place, because rounding always has a boundary and another CPU lands beyond it.
         What training produced carries its promise, `0.97 ± 0.02` or `0.10 ± 0.03 (0.08 to 0.13,`:
         any value inside it, the promise itself exactly. So are the bounds of a claim. A difference
         claimed below 1e-5 … 1e-16 is round-off: any value inside that bound.
SVG      the same drawing: tags, text (by the rule above) and attributes; lengths within 0.05 pt,
         colours within 2 of 255, embedded bitmaps as PNG. (Rasterising first would need one more
         library, and a changed letter could drown in the mean over the picture.)
PNG      the same picture: root mean square of the difference at most 1 of 255.
A figure in a cell tagged `figure-from-training` depends on a training run that another CPU may end
elsewhere: there, presence and size are compared.
"""

import base64
import io
import re
from decimal import Decimal
from itertools import zip_longest

import numpy as np
from PIL import Image

DECIMAL = re.compile(r"( *(?<![\w.])-?\d+\.\d*(?:e[+-]?\d+)?(?!\.?\d))")
N = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
PROMISE = re.compile(rf"(?<![\w.-])({N}) ± ({N})(?: times)?(?: \(({N}) to ({N}),)?(?![\w.])")
TINY = r"1e-5|\d(?:\.\d+)?e-(?:[6-9]|1[0-6])(?!\d)"
ROUND_OFF = re.compile(rf"(?<![\w.-])({N}) \((below|within) ({TINY})\)$", re.M)
NUMERAL = re.compile(N)
BOUND = re.compile(rf"(?:[(]|; |of \d+ )(?:below|above|within|at least|between {N} and) {N}")
HELD = re.compile("|".join(f"(?:{form.pattern})" for form in (PROMISE, ROUND_OFF, BOUND)), re.M)
EMBEDDED = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
HASHED = re.compile(r"\b[a-z][0-9a-f]{10}\b")
NUMBER = re.compile(r"(#[0-9a-fA-F]{6}\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)")
TAG = re.compile(r"(<[^>]*>)")
LENGTH, CHANNEL, RMS = 0.05, 2, 1.0


def same_text(old, new):
    """Equal but for promised tolerances, and one unit in the last printed place of decimals."""
    held = zip_longest(*([hit.group() for hit in HELD.finditer(text)] for text in (old, new)))
    if not all(a == b or (a and b and (promised(a, b) or round_off(a, b))) for a, b in held):
        return False
    pairs = zip_longest(*(DECIMAL.split(HELD.sub("held", text)) for text in (old, new)))
    return all(a == b or close_decimals(a, b) for a, b in pairs)


def promised(a, b):
    """`0.97 ± 0.02` and `0.96 ± 0.02`: the same promise, each value inside that of the other."""
    a, b = PROMISE.fullmatch(a), PROMISE.fullmatch(b)
    if not (a and b) or NUMERAL.sub("", a.group()) != NUMERAL.sub("", b.group()) or a[2] != b[2]:
        return False
    pairs = zip(a.group(1, 3, 4), b.group(1, 3, 4), strict=True)
    return all(abs(Decimal(x) - Decimal(y)) <= Decimal(a[2]) for x, y in pairs if x)


def round_off(a, b):
    """`3e-10 (below 1e-7)` and `5e-11 (below 1e-7)`: the same bound, and both inside it."""
    a, b = ROUND_OFF.fullmatch(a), ROUND_OFF.fullmatch(b)
    if not (a and b) or a.group(2, 3) != b.group(2, 3):
        return False
    return all(0 <= Decimal(x[1]) <= Decimal(x[3]) for x in (a, b))


def close_decimals(a, b):
    if not (a and b and DECIMAL.fullmatch(a) and DECIMAL.fullmatch(b)):
        return False
    (a, places_a), (b, places_b) = decimal(a), decimal(b)
    unit = max(Decimal(1).scaleb(x.as_tuple().exponent) for x in (a, b))
    return places_a == places_b and (a == b or (places_a > 0 and abs(a - b) <= unit))


def decimal(text):
    text = text.strip()
    return Decimal(text), len(text.partition("e")[0].partition(".")[2])


def pixels(data):
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return np.asarray(image.convert("RGBA"), dtype=float)


def same_png(old, new, exact=True):
    """The same size and, if exact, the same picture to the eye."""
    try:
        a, b = pixels(old), pixels(new)
    except (OSError, ValueError):  # garbage instead of a picture
        return False
    if a.shape != b.shape:
        return False
    return not exact or float(np.sqrt(np.mean((a - b) ** 2))) <= RMS


def same_svg(old, new, exact=True):
    """The same size and, if exact, the same drawing."""
    if not exact:
        return svg_size(old) == svg_size(new) is not None
    bitmaps = zip_longest(EMBEDDED.findall(old), EMBEDDED.findall(new), fillvalue="")
    if not all(same_png(a, b) for a, b in bitmaps):
        return False
    pairs = zip_longest(TAG.split(canonical(old)), TAG.split(canonical(new)), fillvalue="")
    return all(a == b or (same_tag if a[:1] == "<" else same_text)(a, b) for a, b in pairs)


def svg_size(svg):
    hit = re.search(r"<svg[^>]*", svg)
    return re.findall(r'\b(?:width|height|viewBox)="[^"]*"', hit.group()) if hit else None


def canonical(svg):
    """Without the drawing library's version, and with its content hashes numbered in order."""
    svg = EMBEDDED.sub("", re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S))
    order = {name: f"id-{n}-" for n, name in enumerate(dict.fromkeys(HASHED.findall(svg)))}
    return HASHED.sub(lambda hit: order[hit.group()], svg)


def same_tag(a, b):
    pairs = zip_longest(NUMBER.split(a), NUMBER.split(b), fillvalue="")
    return all(x == y or near(x, y) for x, y in pairs)


def near(x, y):
    if not (NUMBER.fullmatch(x) and NUMBER.fullmatch(y)) or (x[0] == "#") != (y[0] == "#"):
        return False
    if x[0] != "#":
        return abs(float(x) - float(y)) <= LENGTH
    shades = zip(bytes.fromhex(x[1:]), bytes.fromhex(y[1:]), strict=True)
    return all(abs(p - q) <= CHANNEL for p, q in shades)


def differences(old, new, exact=True):
    """Sentences for what differs between two lists of outputs, in order; empty if nothing does."""
    kinds = [[out["output_type"] for out in outputs] for outputs in (old, new)]
    if kinds[0] != kinds[1]:
        return [f"stored outputs are {kinds[0]}, computed are {kinds[1]}"]
    found = []
    for a, b in zip(old, new, strict=True):
        left, right = fields(a), fields(b)
        if left.keys() != right.keys():
            found.append(f"stored has {sorted(left)}, computed has {sorted(right)}")
            continue
        for key in left:
            if not same(key, left[key], right[key], exact):
                found.append(
                    f"{key}:\n--- stored\n{left[key]:.2000}\n--- computed\n{right[key]:.2000}"
                )
    return found


def fields(out):
    flat = {key: out[key] for key in ("name", "text", "ename", "evalue") if key in out}
    return flat | {k: v if isinstance(v, str) else repr(v) for k, v in out.get("data", {}).items()}


def same(mime, a, b, exact):
    if mime == "image/png":
        return same_png(a, b, exact)
    if mime == "image/svg+xml":
        return same_svg(a, b, exact)
    if mime == "text/html" and "<svg" in a:
        return same_svg(a, b, exact)
    return same_text(a, b)
