"""A county with a published course and a yearly requirement that the region has adopted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tbblearn.courses.actions import publish
from tbblearn.courses.edition import Edition
from tbblearn.courses.queries import course_by_slug
from tbblearn.courses.rules import (
    Choice,
    Course,
    Draw,
    Goal,
    HtmlBlock,
    Level,
    Module,
    Question,
    QuestionKind,
    Reading,
    Screen,
    Term,
)
from tbblearn.courses.storing import sha256_of
from tbblearn.db import Model, db, unit_of_work
from tbblearn.people.models import Employment, Leave, Programme
from tbblearn.people.rules import LeaveSource, Scope
from tbblearn.tick import tick
from tbblearn.training.attempts.own import OwnAttempt, open_attempt_id, own_attempt
from tbblearn.training.learning import actions
from tbblearn.training.requirements.actions import add_requirement, adopt
from tbblearn.training.rules import Status, Urgency
from tests.factories import LONG_AGO, NOW, TODAY, County
from tests.listening import statements

_versions = count(1)


def both(text: str) -> dict[str, str]:
    return {"sv": text, "en": f"{text} (en)"}


def open_attempt(person_id: int, slug: str) -> OwnAttempt | None:
    """The attempt that the person is in."""
    record = course_by_slug(slug)
    attempt_id = None if record is None else open_attempt_id(person_id, record.id)
    return None if attempt_id is None else own_attempt(person_id, attempt_id)


def question(number: int, goal: str, right: str = "a", *, must_pass: bool = False) -> Question:
    choices = tuple(Choice(one, one == right, both(one), both(f"feedback {one}"), None) for one in "abc")
    return Question(
        f"q{number}", goal, QuestionKind.SINGLE, must_pass, both(f"question {number}"), choices, f"h{number}"
    )


def course(slug: str = "base", *, satisfies: tuple[str, ...] = (), reading: Reading = Reading.FIRST_TIME) -> Course:
    """Two parts of two screens, six questions: five right ones pass."""
    modules = tuple(
        Module(
            f"part-{n}",
            n,
            both(f"Part {n}"),
            both(f"About part {n}"),
            6,
            tuple(Screen(f"s{m}", both(f"Screen {m}"), {"sv": (HtmlBlock("<p>x</p>"),), "en": ()}) for m in (1, 2)),
        )
        for n in (1, 2)
    )
    return Course(
        slug=slug,
        level=Level.BASE,
        title=both(f"The course {slug}"),
        summary=both("What it is about"),
        reading=reading,
        satisfies=satisfies,
        draw=Draw.ALL,
        pass_mark=80,
        goals=(Goal("1A", "part-1", both("see")), Goal("1B", "part-2", both("act"))),
        modules=modules,
        questions=tuple(question(n, "1A" if n <= 3 else "1B") for n in range(1, 7)),
        practice={},
        changes=(),
        languages=("sv", "en"),
        glossary=(Term("word", both("a word"), both("what it means")),),
    )


def publish_course(made: Course) -> int:
    """Publish it as a new version; returns the version's id. Inside a unit of work."""
    sha256 = sha256_of({"slug": made.slug, "number": next(_versions)})
    return publish(Edition(made, sha256, (), 0), now=NOW).version_id


@dataclass
class Training:
    """The county and what a test does in it. Everything is committed."""

    county: County
    programme_id: int
    requirement_id: int

    @classmethod
    def in_county(cls, county: County) -> "Training":
        """Everybody in the region takes the course `base` every year; Flen has not adopted it."""
        with unit_of_work():
            programme = Programme(slug="tbb", name="Tillsammans för barnens bästa")
            db.session.add(programme)
            publish_course(course())
            db.session.flush()
            requirement_id = add_requirement(programme.id, "base", now=NOW)
            adopt(requirement_id, county.units["region"], adopted_on=LONG_AGO, reference="RS 2020:1", today=LONG_AGO)
            return cls(county, programme.id, requirement_id)

    def person(self, name: str = "p101") -> int:
        return self.county.persons[name]

    def unit(self, name: str) -> int:
        return self.county.units[name]

    def scope(self, name: str = "sormland") -> Scope:
        return Scope.over([self.county.paths[name]])

    def tick(self, today: date = TODAY) -> dict[str, int]:
        return tick(now=at(today))

    def read_all(self, person_id: int, today: date = TODAY, slug: str = "base") -> None:
        with unit_of_work():
            for part in ("part-1", "part-2"):
                actions.read_part(person_id, slug, part, now=at(today), today=today)

    def take(self, person_id: int, today: date = TODAY, *, right: int = 6, slug: str = "base") -> int:
        """Read, answer, hand in; returns the attempt's id."""
        self.read_all(person_id, today, slug)
        with unit_of_work():
            attempt_id = actions.start_attempt(person_id, slug, now=at(today), today=today).id
            for number in range(1, 7):
                chosen = "a" if number <= right else "b"
                actions.save_answer(person_id, attempt_id, f"q{number}", [chosen], now=at(today))
            actions.hand_in(person_id, attempt_id, now=at(today))
        return attempt_id

    def leave(self, person_id: int, from_on: date, until_on: date | None, known_on: date | None = None) -> None:
        with unit_of_work():
            for employment in db.session.scalars(select(Employment).where(Employment.person_id == person_id)).all():
                db.session.add(
                    Leave(
                        employment_id=employment.id,
                        from_on=from_on,
                        until_on=until_on,
                        source=LeaveSource.HR,
                        known_on=known_on or from_on,
                    )
                )


def said(status: Status) -> str:
    """A status in its two words; the second only where it is urgent."""
    return ", ".join([status.progress.value, *([status.urgency.value] if status.urgency is not Urgency.NONE else [])])


def at(day: date, hour: int = 9) -> datetime:
    """A moment of that day."""
    return NOW.replace(hour=hour) + timedelta(days=(day - TODAY).days)


@pytest.fixture
def training(session: None, taught: Training) -> Training:
    """Everybody in the region takes the course `base` every year; Flen has not adopted it."""
    return taught


def refused(*rows: Model) -> None:
    """The database refuses these rows, each by a constraint of its own."""
    with unit_of_work() as work:
        work.refuse()
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add_all(rows)


@pytest.fixture
def queries(session: None) -> Callable[[Callable[[], Any]], int]:
    """Counts the statements that a call sends to the database."""

    def counted(call: Callable[[], Any]) -> int:
        call()  # contents of courses are kept in the process after the first time
        with statements() as sent:
            call()
        return len(sent)

    return counted
