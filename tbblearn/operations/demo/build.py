"""Builds the demo from the first unit to the last answer, or finds an existing one."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from tbblearn.access.actions import keep_password
from tbblearn.access.passwords import hash_password
from tbblearn.courses.actions import publish
from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import Edition, make_edition
from tbblearn.courses.queries import content, forget_contents, versions
from tbblearn.courses.storing import sha256_of
from tbblearn.db import db, read_only, unit_of_work
from tbblearn.operations.demo.accounts import SHOWN_ROLES, Account, add_grants, new_password
from tbblearn.operations.demo.by_hand import Managers, unfinished
from tbblearn.operations.demo.casting import Cast, cast_parts
from tbblearn.operations.demo.county import PlannedUnit, add_county, plan_county
from tbblearn.operations.demo.dates import TERMS, decisions, demo_now, first_file_on, moment
from tbblearn.operations.demo.history import History, Passed, Task
from tbblearn.operations.demo.learning import Learning
from tbblearn.operations.demo.marker import Found, Holds, Key, look, mark_begun, mark_built
from tbblearn.operations.demo.rounds import ROUNDS, Rounds
from tbblearn.operations.demo.staff import Staff
from tbblearn.operations.demo.storing import add_history, add_staff
from tbblearn.people.models import OrgUnit, Person, Placement, Programme
from tbblearn.training.requirements.actions import add_requirement, adopt
from tbblearn.training.requirements.enrolling import enrol_all
from tbblearn.training.requirements.facts import organisation
from tbblearn.tree import tree_folder

COURSE = "base"
FIRST = "first"
"""Tells the hash of a course's first version from that of the files."""
BATCH = 1_000
"""Persons per transaction when history is written."""

Step = Callable[[float], None]
"""Called with the share of the whole that was done since the last call, 1 in all."""


class Refused(Exception):
    """The database holds something that the demo must not touch; the message says what to do."""


@dataclass(frozen=True)
class Demo:
    """A demo ready for use. `built` is False if it was there before."""

    key: Key
    accounts: tuple[Account, ...]
    built: bool


def open_demo(key: Key, *, fresh: bool, exactly_today: bool, step: Step) -> Demo:
    """The demo of this key: the one in the database, or a new one if that is empty.

    `fresh` rebuilds any demo. With `exactly_today` a demo built for another day is not the same one. Raises Refused
    where the database holds anything but a demo, or another demo without `fresh`.
    """
    found = look()
    if found.holds is Holds.SOMETHING_ELSE:
        raise Refused(
            "The database holds something that is not a demo, and nothing in it was changed. "
            "Name an empty one in TBBLEARN_DATABASE_URL."
        )
    if found.holds is Holds.DEMO and not fresh:
        return _as_it_is(found, key, exactly_today)
    editions = editions_of_courses()
    if found.holds is not Holds.NOTHING:
        downgrade(revision="base")  # numbering starts afresh too
        forget_contents()
    upgrade()
    build(key, editions, step)
    return _shown(look(), built=True)


def _as_it_is(found: Found, wanted: Key, exactly_today: bool) -> Demo:
    key = found.key
    assert key is not None
    if not key.same_as(wanted) or (exactly_today and key.today != wanted.today):
        which = f"--seed {key.seed} --staff {key.staff}, built for {key.today}"
        if key.version != wanted.version:
            which += " by another version of tbblearn"
        raise Refused(
            f"The database holds another demo ({which}). "
            "Add --fresh to build it anew, or name an empty one in TBBLEARN_DATABASE_URL."
        )
    upgrade()
    return _shown(found, built=False)


def _shown(found: Found, *, built: bool) -> Demo:
    """The sign-ins, with a new password: only its hash is stored, so the old one cannot be printed again."""
    assert found.key is not None
    assert found.persons is not None
    password = new_password()
    password_hash = hash_password(password)
    with unit_of_work():
        for role in SHOWN_ROLES:
            keep_password(found.persons[role], password_hash, demo_now(found.key.today))
    with read_only():
        jobs = db.session.execute(
            select(Person.id, Person.email, Person.given_name, Person.family_name, OrgUnit.name)
            .join(Placement, Placement.person_id == Person.id)
            .join(OrgUnit, OrgUnit.id == Placement.unit_id)
            .where(Person.id.in_(found.persons.values()))
            .order_by(Placement.id.desc())
        )
        rows = {row.id: row for row in jobs}
    shown = [(role, rows[found.persons[role]]) for role in SHOWN_ROLES]
    accounts = [
        Account(role, one.email, password, f"{one.given_name} {one.family_name}", one.name) for role, one in shown
    ]
    return Demo(found.key, tuple(accounts), built)


def build(key: Key, editions: Sequence[Edition], step: Step) -> Counter[str]:
    """Fill an empty, migrated database, with these courses.

    Returns the timer's changes by kind once the history is written: nothing but filling the audience, for the history
    follows the timer's own rules.
    """
    rng = Random(key.seed)  # noqa: S311  (nothing secret is drawn)
    now = demo_now(key.today)
    units = plan_county(key.staff, rng)
    staff = Staff(units, first_file_on(key.today), key.today, rng)
    cast = cast_parts(staff)
    staff.live()
    step(0.05)
    with unit_of_work():
        mark_begun(now)
        _add_people(units, staff, cast, now)
    step(0.1)
    with unit_of_work():
        _add_courses(editions, units, key.today)
    step(0.05)
    tasks = _add_history(staff, key, rng, now, step)
    changes = _run_timer(key.today, now)
    step(0.05)
    with unit_of_work():
        Managers(staff, COURSE, now, key.today).work(tasks, rng)
    _run_timer(key.today, now)
    rounds = Rounds(units, cast, key.today, key.seed)
    for one in ROUNDS:
        rounds.hold(one)
        step(0.2 / len(ROUNDS))
    rounds.tidy()
    with unit_of_work():
        mark_built(key, {role: cast.roles[role].id for role in SHOWN_ROLES}, now)
    step(0.05)
    return changes


def editions_of_courses() -> list[Edition]:
    """The courses of this source tree, with placeholders shown. Raises Refused when they have faults."""
    report = check(tree_folder("courses"))
    if report.faults:
        raise Refused("The courses have faults, so they cannot be shown: run `tbblearn courses check`.")
    return [make_edition(files, report.courses) for files in report.courses.values()]


def _add_people(units: list[PlannedUnit], staff: Staff, cast: Cast, now: datetime) -> None:
    db.session.add(Programme(slug="tbb", name="Tillsammans för barnens bästa"))
    db.session.add(Programme(slug="tuv", name="Tillsammans för unga vuxna"))
    db.session.flush()
    add_county(units, staff.first_file_on)
    add_staff(staff.members)
    add_grants(units, staff, cast, now)


def _add_courses(editions: Sequence[Edition], units: list[PlannedUnit], today: date) -> None:
    """Publish the courses, propose the yearly one, and let the huvudmän adopt it."""
    before = moment(first_file_on(today), 9)
    for edition in editions:
        _publish(edition, before, demo_now(today))
    programme_id = db.session.scalars(select(Programme.id).where(Programme.slug == "tbb")).one()
    requirement_id = add_requirement(programme_id, COURSE, TERMS, now=before)
    tops = {unit.external_id: unit.id for unit in units}
    for number, decision in enumerate(decisions(today), 1):
        adopt(
            requirement_id,
            tops[decision.slug],
            adopted_on=decision.adopted_on,
            reference=f"Demobeslut {number}",
            today=decision.known_on,
            opens=decision.opens,
            due=decision.due,
        )


def _publish(edition: Edition, before: datetime, now: datetime) -> None:
    """Publish a course on the day that it tells: when its sources were last read, if that is not yet to come.

    A course that has been changed has an earlier version too, from before anybody took it.
    """
    course = edition.course
    written_at = moment(max((source.read_on for source in course.sources), default=before.date()), 16)
    if len(course.changes) > 1 or written_at > now:
        first = replace(course, changes=course.changes[-1:])
        publish(replace(edition, course=first, sha256=sha256_of([edition.sha256, FIRST])), now=before)
    if written_at <= now:
        publish(edition, now=max(written_at, before))


def _add_history(staff: Staff, key: Key, rng: Random, now: datetime, step: Step) -> list[Task]:
    """Write what everyone has done, in batches of persons; returns the open tasks that are not done."""
    zeal = {unit.id: max(-0.08, min(0.08, rng.gauss(0, 0.04))) for unit in staff.of_unit}
    with read_only():
        published = versions(COURSE)
        learning = Learning(content(published[0].id), key.today, rng)
        history = History(organisation(key.today), learning, now, zeal, key.seed)
    left: list[Task] = []
    members = staff.members
    for start in range(0, len(members), BATCH):
        batch = members[start : start + BATCH]
        tasks: list[Task] = []
        passed: list[Passed] = []
        for member in batch:
            more, done = history.of(member)
            tasks += more
            passed += done
        with unit_of_work():
            add_history(tasks, passed, published, history.requirement.id)
        left += unfinished(tasks, passed, key.today)
        step(0.5 * len(batch) / len(members))
    return left


def _run_timer(today: date, now: datetime) -> Counter[str]:
    """What `tbblearn tick` does about training; returns its changes by kind."""
    changes: Counter[str] = Counter()
    after: int | None = 0
    while after is not None:
        with unit_of_work():
            batch = enrol_all(after, now=now, today=today)
        changes.update(batch.changes)
        after = batch.last_person_id
    return changes
