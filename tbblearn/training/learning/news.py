"""What is new in courses that a person has taken: what they were asked to read, and what changed since they passed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import aliased

from tbblearn.courses.models import CourseVersion
from tbblearn.courses.queries import VersionRow, content, current_versions
from tbblearn.courses.rules import Change, ChangeClass, Counts, Course, Module, Text
from tbblearn.db import db, run, stockholm_date
from tbblearn.training.completion_models import Completion
from tbblearn.training.learning.queries import CoursePage, DoneCourse
from tbblearn.training.models import Enrolment, ReadingRequest
from tbblearn.training.requirements.credits import renewal_occasion
from tbblearn.training.rules import EnrolmentReason
from tbblearn.training.standing.facts import now_standing


@dataclass(frozen=True)
class NewThing:
    """A change, and the parts of the course that it touches."""

    change: Change
    parts: tuple[Module, ...]


@dataclass(frozen=True)
class News:
    """What is new in a course up to version `number`; `minutes` is the reading time of the changed parts.

    `asked`: the person was asked to read it and has not confirmed.
    """

    slug: str
    title: Text
    number: int
    things: tuple[NewThing, ...]
    minutes: int
    asked: bool


@dataclass(frozen=True)
class Notice:
    """What a letter about a course says: its title, how long it takes, and the day that matters."""

    slug: str
    title: Text
    minutes: int
    on: date | None = None


Request = Row[*tuple[Any, ...]]
"""Of a person to read a version: its course_id, number and changes, and read_at (None until then)."""


def unread(person_id: int) -> list[News]:
    """What a person was asked to read and has not read yet, by course. Two queries."""
    by_course: dict[int, list[Request]] = defaultdict(list)
    for request in _requests(person_id):
        if request.read_at is None:
            by_course[request.course_id].append(request)
    found = []
    for version in current_versions() if by_course else ():
        if requests := by_course.get(version.course_id):
            course = content(version.id)
            found.append(_news(course, version.number, _asked(course, requests), asked=True))
    return found


def course_news(person_id: int, found: CoursePage, published: Sequence[VersionRow]) -> News | None:
    """What is new in one course since the person completed it; None if nothing is, or it was never completed.

    With the course as a task, every change in substance since then; otherwise only what the person was asked to read.
    What they have confirmed as read is left out.
    """
    if found.done is None:
        return None
    requests = [one for one in _requests(person_id) if one.course_id == published[0].course_id]
    asked = _asked(found.course, [one for one in requests if one.read_at is None])
    changes: Sequence[Change] = asked
    if found.task is not None and found.task.reason is not EnrolmentReason.VOLUNTARY:
        seen = {change_id for one in requests if one.read_at is not None for change_id in one.changes}
        held = _version_held(found.done, published)
        later = {change_id for row in published if row.number > held for change_id in row.changes}
        new = [change for change in found.course.changes if change.id in later - seen]
        changes = [change for change in new if change.change_class is ChangeClass.MATERIAL]
    if not changes:
        return None
    return _news(found.course, published[0].number, changes, asked=bool(asked))


def _version_held(done: DoneCourse, published: Sequence[VersionRow]) -> int:
    """The version that a completion is of; for one made outside tbblearn, the newest published before its day."""
    if done.version is not None:
        return done.version
    return max((one.number for one in published if stockholm_date(one.published_at) < done.achieved_on), default=0)


# --- what letters say ---------------------------------------------------------------------------------------------


def unread_version(person_id: int, version_id: int) -> Notice | None:
    """What is still to be read because of this version; None if nothing is."""
    version = db.session.get_one(CourseVersion, version_id)
    course = content(version_id)
    requests = [one for one in _requests(person_id) if one.course_id == version.course_id and one.read_at is None]
    if all(one.number != version.number for one in requests):
        return None
    news = _news(course, version.number, _asked(course, requests), asked=True)
    return Notice(news.slug, news.title, news.minutes)


def open_renewal(person_id: int, version_id: int) -> Notice | None:
    """The task that this version gave the person; None once done or cancelled."""
    version = db.session.get_one(CourseVersion, version_id)
    course = content(version_id)
    standing = now_standing(
        Enrolment.person_id == person_id,
        Enrolment.course_id == version.course_id,
        Enrolment.occasion == renewal_occasion(version.number),
    )
    row = db.session.execute(select(standing)).one_or_none()
    if row is None or row.cancelled or row.achieved_on is not None:
        return None
    return Notice(course.slug, course.title, course.minutes, row.due_on)


def corrected_completion(person_id: int, completion_id: int) -> Notice | None:
    """A completion that a corrected key brought about; None if it was withdrawn."""
    row = db.session.execute(
        select(Completion.course_version_id, Completion.achieved_on).where(
            Completion.id == completion_id, Completion.person_id == person_id, Completion.stands()
        )
    ).one_or_none()
    if row is None or row.course_version_id is None:
        return None
    course = content(row.course_version_id)
    return Notice(course.slug, course.title, course.minutes, row.achieved_on)


# Made once: putting a statement together takes longer than running it.
_passed_in = aliased(CourseVersion)
_passed = (
    select(Completion.id)
    .join(_passed_in, _passed_in.id == Completion.course_version_id)
    .where(
        Completion.person_id == ReadingRequest.person_id,
        Completion.course_id == CourseVersion.course_id,
        _passed_in.number >= CourseVersion.number,
        Completion.stands(),
    )
    .exists()
)
_REQUESTS = (
    select(CourseVersion.course_id, CourseVersion.number, CourseVersion.changes, ReadingRequest.read_at)
    .join(CourseVersion, CourseVersion.id == ReadingRequest.course_version_id)
    .where(ReadingRequest.person_id == bindparam("person_id"), ~_passed)
    .order_by(CourseVersion.number)
)


def _requests(person_id: int) -> Sequence[Request]:
    """All requests to read, but for versions that the person has passed, or a newer one. One query."""
    return run(_REQUESTS, {"person_id": person_id}).all()


def _asked(course: Course, requests: Iterable[Request]) -> list[Change]:
    """The changes that these requests are about, the newest first."""
    ids = {change_id for one in requests for change_id in one.changes}
    return [change for change in course.changes if change.id in ids and change.counts is Counts.READ]


def _news(course: Course, number: int, changes: Sequence[Change], *, asked: bool) -> News:
    parts = {module.id: module for module in course.modules}
    things = tuple(NewThing(change, tuple(parts[one] for one in change.modules if one in parts)) for change in changes)
    touched = {part.id: part.minutes for thing in things for part in thing.parts}
    return News(
        slug=course.slug,
        title=course.title,
        number=number,
        things=things,
        minutes=max(1, sum(touched.values())),
        asked=asked,
    )
