"""The form of each published row: as coarse as it must be, and about something that may be shown."""

from tbblearn.readiness.audit.rows import HALVES, AuditFile
from tbblearn.readiness.audit.sizes import Sizes
from tbblearn.readiness.rules import (
    FIVES_FROM,
    ONE_DECIMAL_FROM,
    OVERALL_ANSWERS,
    OVERALL_UNITS,
    TENS_FROM,
    Agreement,
    Family,
    Kind,
    Measure,
    Part,
    PublishedRow,
)

_ONE_DECIMALS = frozenset(["<=1.2", *(f"{tenths // 10}.{tenths % 10}" for tenths in range(13, 48)), ">=4.8"])
_BANDS = frozenset(["0-20", "21-39", "40-60", "61-79", "80-100"])
_TENS = frozenset(["<=20", "30", "40", "50", "60", "70", ">=80"])
_FIVES = frozenset(str(percent) for percent in range(0, 101, 5))


def form_fault(row: PublishedRow, file: AuditFile, sizes: Sizes) -> str | None:
    """What is wrong with the row by itself: too fine, or about something that must not be shown; else None."""
    if row.unit not in file.tree.parent:
        return "the unit is not among the units"
    if row.family is Family.OVERALL:
        return _statistic_fault(row, file, sizes)
    n = sizes.figures[row.family][row.unit]
    if n < file.least(row.family):
        return f"the unit has no figure of {row.family.value}, so it must have no row"
    link = sizes.links[row.family].get(row.unit)
    if row.measure is Measure.SAME_AS:
        right = link == row.value and row.kind is Kind.UNIT
        return None if right else f"the figure is not that of {row.value} alone"
    if link is not None:
        return f"the figure is that of {link}, and shown there alone"
    if row.measure is Measure.N:
        return _n_fault(row, file, n, told=sizes.told)
    if row.measure is Measure.MEAN and row.family is Family.MEANS:
        return _mean_fault(row, file, n)
    if row.measure is Measure.SHARE and row.family is Family.DISTRIBUTIONS:
        return _share_fault(row, file, n)
    if row.measure is Measure.AGREEMENT and row.family is Family.DISTRIBUTIONS:
        known = row.scale in file.scale_codes and row.value in list(Agreement)
        return None if known and row.kind is Kind.WORD else "agreement is one of three words, per scale"
    return f"{row.measure.value} does not belong to {row.family.value}"


def _n_fault(row: PublishedRow, file: AuditFile, n: int, *, told: bool) -> str | None:
    if row.kind is not Kind.AT_LEAST:
        return f"n must be published as {Kind.AT_LEAST.value}, not {row.kind.value}"
    if told:
        return None if row.value == str(n) else f"n must be published as at least {n}, not {row.value}"
    right = row.value.isascii() and row.value.isdecimal() and len(row.value) < 10
    within = right and file.least(row.family) <= int(row.value) <= n
    return None if within else f"n must be published as a number from {file.least(row.family)} to {n}, not {row.value}"


def _mean_fault(row: PublishedRow, file: AuditFile, n: int) -> str | None:
    if row.scale not in file.scale_codes:
        return f"there is no scale “{row.scale}”"
    if row.kind is Kind.ONE_DECIMAL and n >= ONE_DECIMAL_FROM:
        allowed = _ONE_DECIMALS
    elif row.kind is Kind.HALF:
        allowed = HALVES
    else:
        return f"a mean of {n} answers must not be published as {row.kind.value}"
    return None if row.value in allowed else f"{row.value} is finer than a published mean of {n} answers may be"


def _share_fault(row: PublishedRow, file: AuditFile, n: int) -> str | None:
    if row.item not in file.item_codes or row.part is None:
        return "a share is of one part of one item"
    if row.part is Part.MIDDLE:
        return _middle_fault(row, file)
    if row.kind is Kind.BAND:
        allowed = _BANDS
    elif row.kind is Kind.TENS and n >= TENS_FROM:
        allowed = _TENS
    elif row.kind is Kind.FIVES and n >= FIVES_FROM:
        allowed = _FIVES
    else:
        return f"a share of {n} answers must not be published as {row.kind.value}"
    return None if row.value in allowed else f"{row.value} is finer than a published share of {n} answers may be"


def _middle_fault(row: PublishedRow, file: AuditFile) -> str | None:
    """The middle is what the ends leave, published only if both are a number; so it tells nothing itself."""
    ends = file.ends.get((row.unit, row.item), {})
    values = [ends.get(part, "") for part in (Part.LOW, Part.HIGH)]
    if row.kind is Kind.BAND or not all(value.isascii() and value.isdecimal() for value in values):
        return "the middle is published only where both ends are published as a number"
    left = 100 - sum(int(value) for value in values)
    return None if row.value == str(left) else f"the ends leave {left}, not {row.value}"


def _statistic_fault(row: PublishedRow, file: AuditFile, sizes: Sizes) -> str | None:
    if row.unit not in file.tree.roots:
        return "statistics are published for the whole county only"
    if sizes.figures[Family.MEANS][row.unit] < OVERALL_ANSWERS or sizes.singles < OVERALL_UNITS:
        return f"statistics need {OVERALL_ANSWERS} answers and {OVERALL_UNITS} units"
    whole, _, digits = row.value.removeprefix("-").partition(".")
    right = row.kind is Kind.TWO_DECIMALS and whole.isdecimal() and digits.isdecimal() and len(digits) == 2
    return None if right else "a statistic has two decimals"
