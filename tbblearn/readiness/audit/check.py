"""The privacy check: what can a reader of all published rows be sure of?

It shares only plain data types with the code that makes the figures, reads published rows and piece sizes alone, and
assumes a reader who knows every piece size exactly. It checks

1. form: every row is as coarse as its printed number of answers demands, and no figure is published twice;
2. residuals: what is left of a figure when the figures below it are taken away is 0 or at least k, in
   each family and between the two;
3. bounds, from all rows jointly: no piece of a distribution has a part of an item that surely holds n - 1 or
   n of its n answers; no piece has members who surely all lie above, or all below, 3 on a scale;
4. participation, for a file that says who was invited: nobody is surely known to have taken part, or not
   (`audit.participation`).

Bounds are passed up and down the tree (`audit.bounds`; exact for each family), then a witness shows most of what the
two families together leave open (`audit.witness`), and HiGHS decides the rest (`audit.milp`). Where a bound closes, the
audit fails and names the figures to make coarser: those of the nearest unit at or above the piece whose figure is more
than the piece. Not so for participation, where the removal itself would tell.

Words of agreement are not linear and no part of the bounds. A rule takes their place: a figure must not agree while
figures below it that make up half of it or more do not, since the rest would be nearly unanimous.
docs/readiness-method.md says what the rule leaves open.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tbblearn.readiness.audit.form import form_fault
from tbblearn.readiness.audit.participation import participation_faults
from tbblearn.readiness.audit.rows import AuditFile, learned_count, learned_total
from tbblearn.readiness.audit.sizes import Sizes, sizes_of
from tbblearn.readiness.rules import OVERALL_ANSWERS, OVERALL_UNITS, Family, Kind, Measure, Part, PublishedRow

DEFAULT_SECONDS = 60.0
ENDS = (Part.LOW, Part.HIGH)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result. Entries are flat JSON-ready objects with at least `unit`, `family` and `why`."""

    residuals: tuple[dict[str, Any], ...]
    bounds: tuple[dict[str, Any], ...]
    withheld: tuple[dict[str, Any], ...]
    timed_out: bool

    @property
    def passed(self) -> bool:
        """True if the rows may be published as they are. A time-out is a failed audit."""
        return not (self.residuals or self.bounds or self.timed_out)

    def as_json(self) -> dict[str, Any]:
        """The answer of `tbblearn readiness audit --format json`."""
        return {
            "passed": self.passed,
            "residuals": list(self.residuals),
            "bounds": list(self.bounds),
            "withheld": list(self.withheld),
            "timed_out": self.timed_out,
        }


def audit(
    file: AuditFile, time_limit: float = DEFAULT_SECONDS, seen: Callable[[str], None] = lambda step: None
) -> AuditReport:
    """Check the file within so many seconds; calls `seen` with the name of each step as it begins."""
    deadline = monotonic() + time_limit
    figures = {family: file.figures(family) for family in (Family.MEANS, Family.DISTRIBUTIONS)}
    sizes = sizes_of(file)
    seen("form")
    closed = [*_forms(file, figures, sizes), *_missing(file, sizes)]
    seen("participation")
    closed += participation_faults(file, sizes)
    seen("residuals")
    residuals = tuple(_residuals(file))
    seen("bounds")
    from tbblearn.readiness.audit.closed import closed_bounds

    found, timed_out = closed_bounds(file, figures, residuals == (), deadline, seen)
    withheld = tuple(_fall_backs(file, figures, found))
    return AuditReport(residuals, (*closed, *found), withheld, timed_out)


def _forms(file: AuditFile, figures: Mapping[Family, Mapping[str, int]], sizes: Sizes) -> Iterator[dict[str, Any]]:
    told: set[tuple[Any, ...]] = set()
    for row in file.rows:
        why = form_fault(row, file, sizes)
        if why is None and (row.measure is Measure.MEAN or (row.measure is Measure.SHARE and row.part in ENDS)):
            why = _unreadable(row, figures[row.family][row.unit])
        key = (row.unit, row.family, row.measure, row.scale, row.item, row.part, row.statistic)
        if why is None and key in told:
            why = "the figure is published twice"
        told.add(key)
        if why is not None:
            yield {**row.as_json(), "check": "form", "why": f"{why[0].upper()}{why[1:]}."}


def _missing(file: AuditFile, sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Figures without their n, and a county without the statistics that its printed size allows: leaving them out for a
    reason that is not public would tell it.
    """
    there = {(row.unit, row.family) for row in file.rows if row.measure is Measure.N}
    for row in file.rows:
        if row.measure in (Measure.MEAN, Measure.SHARE) and sizes.told and (row.unit, row.family) not in there:
            there.add((row.unit, row.family))
            yield {"unit": row.unit, "family": row.family.value, "check": "form", "why": "The figure has no n."}
    allowed = sizes.singles >= OVERALL_UNITS and sum(sizes.pieces[Family.MEANS].values()) >= OVERALL_ANSWERS
    if sizes.told and allowed and not any(row.family is Family.OVERALL for row in file.rows):
        yield {
            "unit": file.tree.roots[0],
            "family": Family.OVERALL.value,
            "check": "form",
            "why": "There are answers and units enough for statistics, so they must be there.",
        }


def _unreadable(row: PublishedRow, n: int) -> str | None:
    try:
        learned_total(row, n, 1) if row.measure is Measure.MEAN else learned_count(row, n)
    except ValueError as error:
        return str(error)
    return None


def _residuals(file: AuditFile) -> Iterator[dict[str, Any]]:
    """Each figure minus those below it, and each figure of means minus that of distributions."""
    for family, pieces in file.pieces.items():
        for unit in file.tree.units:
            if 0 < pieces.get(unit, 0) < file.least(family):
                yield _residual(unit, family.value, pieces[unit], file.least(family), "the figures below it")
    means, distributions = file.pieces[Family.MEANS], file.pieces[Family.DISTRIBUTIONS]
    if not means or not distributions:
        return
    joined = dict.fromkeys(file.tree.units, 0)
    for unit in reversed(file.tree.top_down):
        joined[unit] += means.get(unit, 0)
        left = joined[unit] - distributions.get(unit, 0)
        if unit in distributions and left:
            why = f"Its piece of distributions holds {distributions[unit]} of {joined[unit]} answers, not whole pieces."
            yield {"unit": unit, "family": Family.DISTRIBUTIONS.value, "n": abs(left), "why": why}
        above = file.tree.parent[unit]
        if above is not None and unit not in distributions:
            joined[above] += joined[unit]


def _residual(unit: str, family: str, n: int, least: int, what: str) -> dict[str, Any]:
    why = f"The figure less {what} is {n} answers: it must be 0 or at least {least}."
    return {"unit": unit, "family": family, "n": n, "why": why}


def _fall_backs(
    file: AuditFile, figures: Mapping[Family, Mapping[str, int]], found: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """For each closed bound the next step: coarser first, then not shown; each unit and family once."""
    kinds: dict[tuple[str, Family], set[Kind]] = {}
    for row in file.rows:
        if row.measure in (Measure.MEAN, Measure.SHARE, Measure.AGREEMENT):
            kinds.setdefault((row.unit, row.family), set()).add(row.kind)
    told: set[tuple[str, Family]] = set()
    for entry in found:
        if entry["check"] == "contradiction":
            continue
        for family in [Family(name) for name in entry["fall_back"]]:
            piece = file.pieces[Family(entry["family"])].get(entry["unit"], 0)
            shown = [
                unit
                for unit in file.tree.upwards(entry["unit"])
                if figures[family][unit] > piece and (unit, family) in kinds
            ]
            if shown:
                if (shown[0], family) not in told:
                    told.add((shown[0], family))
                    fine = kinds[shown[0], family] & {Kind.ONE_DECIMAL, Kind.TENS, Kind.FIVES, Kind.WORD}
                    yield {
                        "unit": shown[0],
                        "family": family.value,
                        "to": "coarser" if fine else "withheld",
                        "why": f"A bound closes for {entry['unit']}.",
                    }
                break
