"""Who shows what: every status has several persons on any day, and one person of each role has a sign-in."""

from dataclasses import dataclass
from datetime import date, timedelta

from tbblearn.operations.demo.county import COUNTY_POSTS, PlannedUnit
from tbblearn.operations.demo.dates import DUE_SOON, IN_GRACE, JUST_OPENED, NOT_ADOPTED, OVERDUE, decisions
from tbblearn.operations.demo.staff import FOLLOW_UP, FOLLOW_UP_PAIRS, STAFF, Member, Part, Staff
from tbblearn.people.rules import UnitKind
from tbblearn.training.requirements.cycles import cycle_on

PARTS: dict[str, tuple[Part, ...]] = {
    JUST_OPENED: (Part.IN_PROGRESS, Part.FAILED, Part.NOT_STARTED, Part.DONE, Part.AWAY, Part.IN_QUIZ) * 4,
    IN_GRACE: (Part.UNFINISHED,) * 4,
    OVERDUE: (Part.UNFINISHED, Part.LATE) * 4,
    DUE_SOON: (Part.UNFINISHED, Part.UNFINISHED, Part.AWAY) * 2,
    "strangnas": (Part.EXEMPT,) * 4,
    "nykoping": (Part.MISSED_LAST,) * 4,
    "region": (Part.MISSED_LAST,) * 4,
    NOT_ADOPTED: (Part.BY_HAND,) * 5,
}
"""Parts by huvudman, whose own dates make them possible."""

NEW_HIRE_SINCE_DAYS = 9
AWAY_BEFORE_OPENING_DAYS = 40
AWAY_FROM_TODAY_DAYS = 60


@dataclass
class Cast:
    """The persons who have a sign-in, by the role they show."""

    roles: dict[str, Member]
    pilots: list[Member]
    follow_ups: list[Member]
    unit: PlannedUnit
    """The unit that the member of staff and the manager with a sign-in share."""


def cast_parts(staff: Staff) -> Cast:
    """Give parts and sign-ins to persons to whom nothing has happened yet."""
    unit = max(staff.leaves_of[JUST_OPENED], key=lambda unit: len(_plain_in(staff, unit)))
    learner, new_hire, pilot, *_ = _plain_in(staff, unit)
    learner.part = Part.IN_PROGRESS
    new_hire.part = Part.NOT_STARTED
    staff.start(new_hire.jobs[0], staff.today - timedelta(days=NEW_HIRE_SINCE_DAYS))
    new_hire.jobs[0].known_on = new_hire.jobs[0].start_on
    learner.settled = new_hire.settled = True
    for source, parts in PARTS.items():
        # The largest units first, so that one manager's page shows many parts.
        candidates = sorted(staff.plain(source), key=lambda one: (one.unit is not unit, -one.unit.size))
        for member, part in zip(candidates, parts, strict=False):
            member.part, member.settled = part, True
            if part is Part.AWAY:
                until_on = staff.today + timedelta(days=AWAY_FROM_TODAY_DAYS)
                staff.be_away(member, _before_opening(source, staff.today), until_on)
    of_post = {post: [one for one in staff.members if one.post == post] for post in (FOLLOW_UP, *COUNTY_POSTS)}
    pair = next(number for number, pair in enumerate(FOLLOW_UP_PAIRS) if unit.source in pair)
    roles = {
        "staff": learner,
        "new_hire": new_hire,
        "manager": staff.managers[unit],
        "senior_manager": staff.managers[_division_of(unit)],
        "pilot": pilot,
        "follow_up": of_post[FOLLOW_UP][pair],
        "process_leader": of_post["Processledare"][0],
        "editor": of_post["Redaktör"][0],
        "admin": of_post["Administratör"][0],
    }
    return Cast(roles, [pilot, *_other_pilots(staff, unit)], of_post[FOLLOW_UP], unit)


def _plain_in(staff: Staff, unit: PlannedUnit) -> list[Member]:
    return [member for member in staff.of_unit[unit] if not member.settled]


def _before_opening(source: str, today: date) -> date:
    terms = next(decision.terms for decision in decisions(today) if decision.slug == source)
    return cycle_on(terms, today).opens_on - timedelta(days=AWAY_BEFORE_OPENING_DAYS)


def _division_of(unit: PlannedUnit) -> PlannedUnit:
    """The huvudman's division that a unit belongs to."""
    while unit.parent is not None and unit.parent.kind is not UnitKind.HUVUDMAN:
        unit = unit.parent
    return unit


def _other_pilots(staff: Staff, shown: PlannedUnit) -> list[Member]:
    """A pilot in every third unit."""
    units = [unit for source in sorted(staff.leaves_of) for unit in staff.leaves_of[source] if unit is not shown]
    pilots = []
    for unit in units[::3]:
        candidates = [member for member in staff.of_unit[unit] if member.post == STAFF]
        pilots += candidates[-1:]
    return pilots
