"""From answers to scores, and from scores to sums that add up along the tree.

Scoring goes by item code. A response is complete when every item is answered ("not relevant" is an answer); only
complete responses count. A person's scale score is the mean of the scale's items that have a value; a unit's is the
mean of its persons'. Both are kept as whole-number sums, so figures of any size are exact, and a unit's figure is the
sum of its pieces.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from tbblearn.readiness.rules import Part
from tbblearn.surveys.rules import Instrument

Values = tuple[int | None, ...]
"""One complete response: a value per item in printed order, reversed where the key says so; None = not relevant."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A response that lacks an answer: counted as incomplete, otherwise unused."""


class OutsideScale(Exception):
    """An answer that its response scale does not have. `position`: place of the item in printed order."""

    def __init__(self, position: int, given: str, expected: str) -> None:
        super().__init__(f"“{given}” is not an answer here. {expected}")
        self.position = position
        self.given = given


class Scorer:
    """Scores responses to one instrument; build it once for all of them."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.scales = {scale.code: instrument.positions(scale) for scale in instrument.scales}
        self.common = lcm(*(length for items in self.scales.values() for length in range(1, len(items) + 1)))
        """A number that every count of items divides: scale scores are whole numbers of 1/common."""
        self._answers: list[dict[str, int | None]] = []
        for item in instrument.items:
            scale = item.response_scale
            answers: dict[str, int | None] = {
                str(point.value): scale.reversed_value(point.value) if item.reverse else point.value
                for point in scale.points
            }
            if scale.not_relevant:
                answers[scale.not_relevant.code] = None
            self._answers.append(answers)

    def read(self, cells: Sequence[str]) -> Values | Unanswered:
        """One response from text, a cell per item in printed order; an empty cell is not answered.

        Raises OutsideScale at the first cell that holds anything but an answer.
        """
        values: list[int | None] = []
        missing = False
        for position, cell in enumerate(cells):
            text = cell.strip()
            if not text:
                missing = True
            elif text in self._answers[position]:
                values.append(self._answers[position][text])
            else:
                raise OutsideScale(position, text, self.expected(position))
        return Unanswered() if missing else tuple(values)

    def expected(self, position: int) -> str:
        """A sentence that lists the answers to the item at that position."""
        scale = self.instrument.items[position].response_scale
        other = f", {scale.not_relevant.code} (not relevant)" if scale.not_relevant else ""
        return f"Write a whole number from {scale.low} to {scale.high}{other}, or leave it empty."

    def score(self, values: Values, scale: str) -> int | None:
        """A person's scale score in units of 1/common; None where no item of the scale is relevant."""
        given = [value for position in self.scales[scale] if (value := values[position]) is not None]
        return sum(given) * (self.common // len(given)) if given else None


@dataclass(slots=True)
class Tally:
    """Sums over a group of complete responses; two tallies add up to that of both groups.

    `counts`: per item, value -> number of answers ("not relevant" is not in it). `scores`: per scale, the
    number of persons with a score and the sum of their scores in units of 1/common.
    """

    n: int
    counts: list[dict[int, int]]
    scores: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add the other group."""
        self.n += other.n
        for mine, theirs in zip(self.counts, other.counts, strict=True):
            for value, count in theirs.items():
                mine[value] = mine.get(value, 0) + count
        for scale, (persons, total) in other.scores.items():
            mine_persons, mine_total = self.scores.get(scale, (0, 0))
            self.scores[scale] = (mine_persons + persons, mine_total + total)

    def mean(self, scale: str, common: int) -> Fraction | None:
        """The exact mean of the persons' scale scores; None where nobody has one."""
        persons, total = self.scores.get(scale, (0, 0))
        return Fraction(total, persons * common) if persons else None

    def parts(self, position: int) -> dict[Part, int]:
        """Answers 1-2, 3 and 4-5 of a five-point item."""
        counts = self.counts[position]
        return {
            Part.LOW: counts.get(1, 0) + counts.get(2, 0),
            Part.MIDDLE: counts.get(3, 0),
            Part.HIGH: counts.get(4, 0) + counts.get(5, 0),
        }


def tally(scorer: Scorer, responses: Sequence[Values]) -> Tally:
    """The sums over these complete responses."""
    sums = Tally(len(responses), [{} for _ in scorer.instrument.items], dict.fromkeys(scorer.scales, (0, 0)))
    if not responses:
        return sums
    columns = [Counter(column) for column in zip(*responses, strict=True)]
    sums.counts = [{value: count for value, count in column.items() if value is not None} for column in columns]
    for scale, positions in scorer.scales.items():
        if any(None in columns[position] for position in positions):
            scores = [score for values in responses if (score := scorer.score(values, scale)) is not None]
            sums.scores[scale] = (len(scores), sum(scores))
        else:
            points = sum(value * count for position in positions for value, count in sums.counts[position].items())
            sums.scores[scale] = (len(responses), points * (scorer.common // len(positions)))
    return sums
