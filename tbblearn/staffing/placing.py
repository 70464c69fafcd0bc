"""What a row of the staff file does to an employment: its places, its leave, its end. Pure functions.

Dates: `as_of` is the day that the file tells of. What lies before it is history and is not rewritten: a new unit holds
from that day (docs/rules/staffing.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tbblearn.staffing.rules import day_before


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and a profession from date to date; `id` is None before it is stored."""

    unit_id: str
    profession: str
    from_on: date
    until_on: date | None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """A leave from date to date; `id` is None before it is stored."""

    from_on: date
    until_on: date | None
    id: int | None = None


Places = tuple[Place, ...]
Leaves = tuple[Away, ...]


def placed(places: Places, unit_id: str, profession: str, start_on: date, end_on: date | None, as_of: date) -> Places:
    """The places of an employment after a row with this unit, profession, first and last day.

    A changed unit or profession closes the last place on the day before `as_of` and opens the next; one that has not
    begun by then is only corrected, and one whose end has passed keeps the place that it had.
    """
    if not places:
        return (Place(unit_id, profession, start_on, end_on),)
    last = places[-1]
    changed = (last.unit_id, last.profession) != (unit_id, profession)
    if changed and (end_on is None or end_on >= as_of):
        if last.from_on >= as_of:
            places = (*places[:-1], replace(last, unit_id=unit_id, profession=profession))
        else:
            places = (
                *places[:-1],
                replace(last, until_on=day_before(as_of)),
                Place(unit_id, profession, as_of, None),
            )
    return clipped(places, start_on, end_on) or (Place(unit_id, profession, start_on, end_on),)


def clipped(places: Places, start_on: date, end_on: date | None) -> Places:
    """The places between two days, the first and the last stretched or cut to meet them; none if all lie outside."""
    kept = [
        place
        for place in places
        if (place.until_on is None or place.until_on >= start_on or place is places[-1])
        and (end_on is None or place.from_on <= end_on or place is places[0])
    ]
    if not kept or (end_on is not None and end_on < start_on):
        return ()
    kept[0] = replace(kept[0], from_on=start_on)
    kept[-1] = replace(kept[-1], until_on=end_on)
    if any(one.until_on is not None and one.until_on < one.from_on for one in kept):
        return ()
    return tuple(kept)


def ended(places: Places, last_on: date) -> Places:
    """The places of an employment whose last day is this one; none if it had not begun."""
    return clipped(places, places[0].from_on, last_on) if places else ()


def away(leaves: Leaves, from_on: date | None, until_on: date | None, as_of: date) -> Leaves:
    """The leaves that came from files, after a row with this leave: the current one, or else the next.

    Without one, a leave that has begun ended on the day before `as_of`, and one to come is withdrawn. A past leave is
    never removed.
    """
    past = tuple(one for one in leaves if one.until_on is not None and one.until_on < as_of)
    current = [one for one in leaves if one not in past]
    if from_on is None:
        return past + tuple(replace(one, until_on=day_before(as_of)) for one in current if one.from_on < as_of)
    if any(one.from_on == from_on and one.until_on == until_on for one in past):
        return leaves
    same = next((one for one in current if one.from_on == from_on), None) or next(
        (one for one in current if _overlap(one, from_on, until_on)), None
    )
    again = next((one for one in past if one.from_on == from_on), None) if same is None else None
    if again is not None:  # what had ended goes on
        past = tuple(one for one in past if one is not again)
        same = again
    told = Away(from_on, until_on, same.id if same else None)
    kept = []
    for one in current:
        if one is same:
            continue
        if one.from_on < as_of <= from_on:
            kept.append(replace(one, until_on=day_before(as_of)))
        elif not _overlap(one, from_on, until_on):
            kept.append(one)
    return tuple(sorted((*past, *kept, told), key=lambda one: one.from_on))


def _overlap(one: Away, from_on: date, until_on: date | None) -> bool:
    return (until_on is None or one.from_on <= until_on) and (one.until_on is None or one.until_on >= from_on)


def last_day(places: Sequence[Place]) -> date | None:
    """The employment's last day; None for no end. There must be a place."""
    return places[-1].until_on


def is_shortened(before: Sequence[Place], after: Sequence[Place]) -> bool:
    """True when the employment ends where it did not, or earlier."""
    if not before:
        return False
    if not after:
        return True
    old, new = last_day(before), last_day(after)
    return new is not None and (old is None or new < old)
