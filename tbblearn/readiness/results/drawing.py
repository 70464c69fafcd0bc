"""Where published values stand in a drawing. Nothing else goes in, so measuring the screen reveals nothing else.

Every place is a percentage of the drawing's width or height, so that one drawing fits every screen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from tbblearn.readiness.figures.statistics import Z_95
from tbblearn.readiness.places import Place
from tbblearn.readiness.results.rules import Figures, Shown
from tbblearn.readiness.rules import Kind, Part

LOW, HIGH = 1, 5
BANDS = ("0-20", "21-39", "40-60", "61-79", "80-100")
FROM_HERE = 10
"""Per cent of the bar from which a part has room for its figure."""


def number_of(shown: Shown) -> Fraction:
    """The value drawn; a bound stands for itself."""
    return Fraction(shown.value.lstrip("<>="))


def _percent(value: Fraction | float) -> str:
    return f"{float(value):.2f}"


def scale_at(value: Fraction | float) -> str:
    """The place of a mean on the line from 1 to 5."""
    return _percent(3 + 23.5 * (float(value) - LOW))


@dataclass(frozen=True)
class OnScale:
    """A unit's mean on its scale with what it is compared with. `band`: where the uncertainty begins and ends."""

    own: str
    above: str | None
    county: str | None
    band: tuple[str, str] | None


def on_scale(own: Shown, n: int, s_w: str | None, above: Shown | None, county: Shown | None) -> OnScale:
    """The drawing of one scale. The band is 1.96 s_w / sqrt(n) on each side, from the published s_w and the printed
    size; there is none where s_w is not published.
    """
    band: tuple[str, str] | None = None
    if s_w is not None:
        half = float(Z_95) * float(s_w) / sqrt(n)
        low, high = max(LOW, float(number_of(own)) - half), min(HIGH, float(number_of(own)) + half)
        band = (scale_at(low), scale_at(high))
    above_at, county_at = (None if other is None else scale_at(number_of(other)) for other in (above, county))
    return OnScale(scale_at(number_of(own)), above_at, county_at, band)


@dataclass(frozen=True)
class BarPart:
    """One part of a bar: where it begins, how wide it is, and whether there is room for its figure."""

    part: Part
    x: str
    width: str
    middle: str
    roomy: bool


def bar_of(low: Shown, high: Shown) -> list[BarPart]:
    """The two published ends with what they leave between them."""
    ends = number_of(low), number_of(high)
    parts, at = [], Fraction(0)
    for part, width in zip(Part, (ends[0], max(Fraction(0), 100 - sum(ends)), ends[1]), strict=True):
        if width:
            parts.append(
                BarPart(part, _percent(at), _percent(width), _percent(at + width / 2), roomy=width >= FROM_HERE)
            )
        at += width
    return parts


def in_bands(shares: Iterable[Shown]) -> bool:
    """True where shares are bands: drawn as steps, never as widths that seem to add up."""
    return any(share.kind is Kind.BAND for share in shares)


def open_ended(shares: Iterable[Shown]) -> bool:
    """True where an end of a bar is only a bound."""
    return any(share.value.startswith(("<=", ">=")) for share in shares)


def steps_of(share: Shown) -> int:
    """How many of the five steps a band fills."""
    return BANDS.index(share.value) + 1


# --- the map of commitment by efficacy ----------------------------------------------------------------------------

_NOMINAL = 75.0
"""Pixels of one scale step on a phone; labels are placed for that, and have more room elsewhere."""
_DISC = 12.0
_SIDES = (
    *((11, 4, "start"), (-11, 4, "end"), (0, -12, "middle"), (0, 21, "middle")),
    *((9, -9, "start"), (-9, -9, "end"), (9, 16, "start"), (-9, 16, "end")),
    *((0, -25, "middle"), (0, 34, "middle"), (22, 4, "start"), (-22, 4, "end"), (20, -20, "start"), (-20, 27, "end")),
)
"""Where a letter may stand beside its disc, the nearest first."""


def map_x(value: Fraction | float) -> str:
    """The place of a mean from left to right."""
    return _percent(9 + 22 * (float(value) - LOW))


def map_y(value: Fraction | float) -> str:
    """The place of a mean from the top down."""
    return _percent(90 - 21 * (float(value) - LOW))


@dataclass(frozen=True)
class Disc:
    """One place on the map with the letters of the huvudmän there."""

    x: str
    y: str
    letters: str
    names: tuple[str, ...]
    dx: int
    dy: int
    anchor: str


def letter(number: int) -> str:
    """A, B ... Z, AA: a huvudman on the map; numbers would read as a ranking."""
    first, last = divmod(number, 26)
    return (letter(first - 1) if first else "") + chr(ord("A") + last)


def discs(lines: Sequence[tuple[Place, Figures]], across: str, up: str) -> list[Disc]:
    """A disc for each pair of published means. Equal pairs share one; no value is moved to make room."""
    there: dict[tuple[Fraction, Fraction], list[int]] = {}
    for number, (_, figures) in enumerate(lines):
        if across in figures.means and up in figures.means:
            point = (number_of(figures.means[across]), number_of(figures.means[up]))
            there.setdefault(point, []).append(number)
    taken = [(float(x) * _NOMINAL, -float(y) * _NOMINAL, _DISC) for x, y in there]
    found = []
    for (x, y), numbers in there.items():
        letters = ", ".join(letter(number) for number in numbers)
        here = float(x) * _NOMINAL, -float(y) * _NOMINAL
        side = next((side for side in _SIDES if _free(_label(side, here, letters), taken, here)), _SIDES[0])
        taken.append(_label(side, here, letters))
        names = tuple(lines[number][0].name for number in numbers)
        found.append(Disc(map_x(x), map_y(y), letters, names, *side))
    return found


def _label(side: tuple[int, int, str], here: tuple[float, float], letters: str) -> tuple[float, float, float]:
    """Where a label lies: its centre and its width."""
    width = 9.0 * len(letters)
    shift = {"start": width / 2, "end": -width / 2, "middle": 0}[side[2]]
    return here[0] + side[0] + shift, here[1] + side[1] - 5, width


def _free(
    label: tuple[float, float, float], taken: Sequence[tuple[float, float, float]], here: tuple[float, float]
) -> bool:
    return all(
        abs(label[0] - x) > (label[2] + width) / 2 or abs(label[1] - y) > 11 for x, y, width in taken if (x, y) != here
    )
