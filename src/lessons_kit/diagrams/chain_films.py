"""Two films along the unrolled loop: the state on its way forward, the gradient on its way back."""

import math

import numpy as np

from lessons_kit.diagrams.chain import NODE, TRAIL, WIDTH, Chain, arrow, checked_words, n
from lessons_kit.diagrams.film import film
from lessons_kit.diagrams.render_svg import colour

ROW, SIDE, MOST_UNITS = 20, 14, 8  # height of a unit's row; side of a square for |h| = 1
BARS, TOP, MARGIN = 110, 22, 40  # height of the bars' axis, above it, and beside it
DASH = ' stroke-dasharray="4 3"'  # the way back, as in plots.unrolled


def state_film(words, hs, h_0=None):
    """Film of a state that moves through a sentence, one step per word  →  Picture.

    words: 1 to 7 strings; hs (T, 1, H) as ``cell.forward`` returns it, or (T, H), H ≤ 8; h_0 (H,)
    or (1, H), zeros where it is not given.  A unit is a square of the area |h|: filled where the
    number beside it is positive, hollow where it is negative.  Raises ValueError on other shapes.
    """
    words, states = checked_words(words, "state_film"), _states(words, hs, h_0)
    chain = Chain(words, y=ROW * states.shape[1] + 12 + NODE + 8)
    frames = [_lit(chain, t) + _units(chain, t, h) for t, h in enumerate(states)]
    labels = ["$h_0$: no word read yet"]
    labels += [f"$h_{t}$: after “{word}”" for t, word in enumerate(words, start=1)]
    told = "; ".join(
        f"h_{t} {f'after {words[t - 1]}' if t else 'before the first word'}: "
        + ", ".join(map(_number, h))
        for t, h in enumerate(states)
    )
    alt = (
        f"Film in {len(frames)} steps: the state of an unrolled loop moves through "
        f"“{' '.join(words)}”. Its {states.shape[1]} units: {told}."
    )
    return film(frames, labels, alt, size=chain.size, backdrop=chain.drawn(), trail=TRAIL, first=0)


def gradient_film(words, norms):
    """Film of a gradient that travels from the loss at the last word to the first  →  Picture.

    words: T strings, 1 to 7; norms (T + 1,): norms[k] is what arrives at h_{T-k}, so the first
    belongs to the last word and the last to h_0: the order of ``flow.jacobian_norms``.  The bars
    have a logarithmic axis.  Raises ValueError for another number of norms, or norms < 0 or NaN.
    """
    words = checked_words(words, "gradient_film")
    norms = _norms(words, norms)
    chain, T = Chain(words, y=BARS + 20 + NODE + 8, left=MARGIN, right=WIDTH - 34), len(words)
    scale = _Decades(norms)
    frames = [_back(chain, k) + scale.bar(chain, T - k, norm) for k, norm in enumerate(norms)]
    shown = [_power(norm) for norm in norms]
    labels = [f"the loss reaches $h_{T}$: {shown[0]}"]
    labels += [f"{k} back, at $h_{{{T - k}}}$: {shown[k]}" for k in range(1, T + 1)]
    told = ", ".join(
        f"h_{T - k} ({words[T - k - 1] if k < T else 'before the first word'}) {shown[k]}"
        for k in range(T + 1)
    )
    alt = (
        f"Film in {T + 1} steps: the gradient travels from the loss after “{' '.join(words)}” back "
        f"to the first word. What arrives, on a logarithmic axis: {told}."
    )
    backdrop = chain.drawn(-6) + scale.axis(chain) + _loss(chain)
    return film(frames, labels, alt, size=chain.size, backdrop=backdrop, trail=TRAIL, first=0)


def _states(words, hs, h_0):
    """hs and h_0, checked  →  (T + 1, H)."""
    hs = np.asarray(hs, dtype=float)
    hs = hs[:, 0] if hs.ndim == 3 and hs.shape[1] == 1 else hs
    if hs.ndim != 2 or len(hs) != len(words) or not 1 <= hs.shape[1] <= MOST_UNITS:
        raise ValueError(
            f"state_film: {len(words)} words need hs ({len(words)}, 1, H) with H from 1 to "
            f"{MOST_UNITS}, got {hs.shape}; cut with hs[:, :1, :{MOST_UNITS}]"
        )
    h_0 = np.zeros(hs.shape[1]) if h_0 is None else np.asarray(h_0, dtype=float).reshape(-1)
    if h_0.shape != hs.shape[1:]:
        raise ValueError(f"state_film: h_0 has {h_0.size} units, hs has {hs.shape[1]}")
    if not (np.isfinite(hs).all() and np.isfinite(h_0).all()):
        raise ValueError("state_film: the state holds NaN or infinite values")
    return np.vstack([h_0, hs])


def _lit(chain, t):
    """Step t of the chain in full ink: the state, and how it was reached."""
    parts = chain.node(t, tint=0.16)
    if t:
        parts += chain.move(t - 1, t) + chain.read(t) + chain.word(t)
    return f'<g fill="currentColor">{parts}</g>'


def _units(chain, t, h):
    """The units above state t: a square and a number each."""
    places, gap = (1, 1) if chain.narrow else (2, 2)
    left = chain.x(t) - (SIDE + gap + (0.65 * (places + 3)) * chain.text) / 2
    drawn = []
    for unit, value in enumerate(h):
        y = 12 + ROW * unit
        side = SIDE * min(abs(value), 1.0) ** 0.5
        # a hollow square's line lies inside it, so that both kinds have the same area
        line = min(2.0, side / 2) if value < 0 else 0.0
        tint = colour("negative" if value < 0 else "positive")
        ink = f"none;stroke:{tint}" if value < 0 else tint
        edge, corner = n(side - line), (SIDE - side + line) / 2
        drawn.append(
            f'<rect x="{n(left + corner)}" y="{n(y + corner - SIDE / 2)}" width="{edge}" '
            f'height="{edge}" stroke-width="{n(line)}" style="fill:{ink}"/>'
            f'<text x="{n(left + SIDE + gap)}" y="{n(y + 4.5)}">{_number(value, places)}</text>'
        )
    return f'<g fill="currentColor" font-size="{chain.text}">{"".join(drawn)}</g>'


def _number(value, places=2):
    """With a sign and a true minus; what rounds to zero has none."""
    rounded = f"{value:+.{places}f}"
    return rounded.replace("-", "−") if float(rounded) else rounded[1:]


def _norms(words, norms):
    norms = np.asarray(norms, dtype=float)
    if norms.shape != (len(words) + 1,):
        raise ValueError(
            f"gradient_film: {len(words)} words have {len(words) + 1} states, so norms must be "
            f"({len(words) + 1},), from h_{len(words)} back to h_0; got {norms.shape}"
        )
    if not (np.isfinite(norms).all() and (norms >= 0).all() and norms.any()):
        raise ValueError(f"gradient_film: norms must be finite, ≥ 0 and not all 0, got {norms}")
    return norms.tolist()


def _power(norm):
    """0.81, 12, 3e-05."""
    if norm == 0 or 0.01 <= norm < 1000:
        return f"{norm:.2g}" if norm < 10 else f"{norm:.0f}"
    return f"{norm:.0e}"


class _Decades:
    """The logarithmic axis of the bars: whole decades around the norms."""

    def __init__(self, norms):
        logs = [math.log10(norm) for norm in norms if norm]
        self.low = math.floor(min(logs) - 0.3)  # the smallest bar can still be seen
        self.high = max(math.ceil(max(logs) - 1e-9), self.low + 1)

    def y(self, log):
        return TOP + BARS * (self.high - log) / (self.high - self.low)

    def axis(self, chain):
        """At most four lines, each a power of ten."""
        lines, end = [], n(chain.right)
        for decade in range(
            self.high, self.low - 1, -max(1, math.ceil((self.high - self.low) / 3))
        ):
            y = self.y(decade)
            lines.append(
                f'<path d="M{MARGIN},{n(y)} H{end}" stroke="currentColor" stroke-opacity="0.25"/>'
                f'<text x="{MARGIN - 3}" y="{n(y + 4)}" text-anchor="end">'
                f"{_power(10.0**decade)}</text>"
            )
        return f'<g fill="currentColor" font-size="11" opacity="0.8">{"".join(lines)}</g>'

    def bar(self, chain, t, norm):
        """What arrives at state t, as a bar and a number."""
        base, x = TOP + BARS, chain.x(t)
        top = self.y(math.log10(norm)) if norm else base
        return (
            f'<rect x="{n(x - 9)}" y="{n(top)}" width="18" height="{n(base - top)}" '
            f'style="fill:{colour("negative")}"/><text x="{n(x)}" y="{n(top - 5)}" '
            f'text-anchor="middle" font-size="{chain.text}" fill="currentColor">'
            f"{_power(norm)}</text>"
        )


def _loss(chain):
    return (
        f'<text x="{WIDTH}" y="{n(chain.y + 4)}" text-anchor="end" font-size="13" '
        'fill="currentColor">loss</text>'
    )


def _back(chain, k):
    """The k-th arrow of the way back, and the state it reaches, in full ink."""
    t = len(chain.words) - k
    if k:
        way = chain.move(t + 1, t, lift=6, dash=DASH)
    else:
        way = arrow((WIDTH - 27, chain.y - 6), (chain.x(t) + NODE + 1, chain.y - 6), DASH)
    word = chain.word(t) if t else ""
    return (
        f'<g fill="currentColor">{chain.node(t, tint=0.16)}{word}</g>'
        f'<g style="color:{colour("negative")}" fill="currentColor">{way}</g>'
    )
