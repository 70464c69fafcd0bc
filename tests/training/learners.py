"""A course worth reading, learners at every stage of it, and a browser, on a day that the test chooses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from tbblearn.courses.rules import (
    Choice,
    Course,
    HtmlBlock,
    Item,
    PracticeBlock,
    Question,
    QuestionKind,
    Screen,
    ScreenRef,
)
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Programme
from tbblearn.training.attempts import queries as attempt_queries
from tbblearn.training.completion_models import Completion
from tbblearn.training.learning import actions
from tbblearn.training.requirements.actions import add_requirement, adopt
from tbblearn.web.application import Application
from tests.factories import LONG_AGO, NOW, TODAY, County, make_person
from tests.listening import statements
from tests.reading import Reader, ReadPage
from tests.training.conftest import Training, at, both, course, publish_course

SPRING = date(2026, 5, 4)
GRACE = date(2026, 12, 5)
LATE = date(2026, 12, 20)
FIRST = "/utbildning/base/del/part-1"
QUIZ = "/utbildning/base/prov"


def choice(choice_id: str, *, right: bool, read: str = "") -> Choice:
    """A choice whose feedback begins with the verdict, as authors write it."""
    verdict = {"sv": "Det stämmer.", "en": "That is right."} if right else {"sv": "Inte riktigt.", "en": "Not quite."}
    because = both(f"Därför {choice_id}.")
    return Choice(
        choice_id,
        right,
        both(f"svar {choice_id}"),
        {language: f"{verdict[language]} {because[language]}" for language in verdict},
        ScreenRef("part-2", read) if read else None,
    )


def asked(name: str, goal: str, right: str = "a", kind: QuestionKind = QuestionKind.SINGLE) -> Question:
    """A question with three choices; wrong ones lead to part 2, screen s1."""
    choices = tuple(choice(one, right=one in right, read="" if one in right else "s1") for one in "abc")
    return Question(name, goal, kind, False, both(f"<strong>Fallet</strong> {name}.<br><br>Vad gör du?"), choices, name)


def by_row(name: str, goal: str, kind: QuestionKind) -> Question:
    """A question with two rows to match, right with x and y, or three steps, right as they stand."""
    rows = "abc" if kind is QuestionKind.ORDERING else "ab"
    options = "123" if kind is QuestionKind.ORDERING else "xyz"
    choices = tuple(
        replace(
            choice(f"{row}={option}", right=at == place, read="" if at == place else "s1"), text=both(f"{row} {option}")
        )
        for at, row in enumerate(rows)
        for place, option in enumerate(options)
    )
    return Question(
        *(name, goal, kind, False, both(f"<strong>Fallet</strong> {name}"), choices, name),
        rows=tuple(Item(row, both(f"rad <strong>{row}</strong>")) for row in rows),
        options=tuple(Item(option, both(f"val {option} &amp; mer")) for option in options),
    )


def teaching(slug: str = "base", *, long: bool = False) -> Course:
    """Two parts of two screens. The first screen has a link and two practice questions; q1 to q6 have the answer a."""
    plain = course(slug)
    word = "Barnkonsekvensanalysfortbildningsmöjligheter" if long else "Text"
    first = (
        HtmlBlock(f'<p>{word} <a href="screen:part-2/s2">Läs mer</a></p>'),
        PracticeBlock("p-one"),
        HtmlBlock('<table class="fold" role="table"><thead><tr><th scope="col">Roll</th></tr></thead></table>'),
        PracticeBlock("p-two"),
    )
    text = {"sv": (HtmlBlock("<p>x</p>"),), "en": (HtmlBlock("<p>x in English</p>"),)}
    begin = Screen("s1", both("Första skärmen"), {"sv": first, "en": first})
    others = [tuple(replace(screen, blocks=text) for screen in module.screens) for module in plain.modules]
    return replace(
        plain,
        title=both(f"Kursen {slug}" + (" och barnkonsekvensanalysfortbildningsmöjligheterna i länet" if long else "")),
        modules=(
            replace(plain.modules[0], screens=(begin, *others[0][1:])),
            replace(plain.modules[1], screens=others[1]),
        ),
        questions=tuple(asked(f"q{n}", "1A" if n <= 3 else "1B") for n in range(1, 7)),
        practice={
            "p-one": asked("p-one", "1A", "b"),
            "p-two": asked("p-two", "1A", "ab", QuestionKind.MULTIPLE),
        },
    )


@dataclass
class Learners:
    """The county's learners and one browser. Every change is committed in a context of its own, as requests are."""

    app: Application
    training: Training
    reader: Reader
    clock: time_machine.Traveller

    @contextmanager
    def inside(self) -> Iterator[Training]:
        """The application's context, gone again before the next request: a request never shares its session."""
        with self.app.app_context():
            yield self.training
            db.session.remove()

    def be(self, name: str, day: date | None = None) -> int:
        """Sit down as this person (on this day); returns the person's id."""
        if day is not None:
            self.clock.move_to(at(day))
        with self.inside() as training:
            training.tick(day or TODAY)
        person_id = self.training.person(name)
        self.reader.sign_in(person_id)
        return person_id

    def read_all(self, person_id: int, day: date = TODAY, slug: str = "base") -> None:
        with self.inside() as training:
            training.read_all(person_id, day, slug)

    def take(self, person_id: int, right: int = 6, day: date = TODAY, slug: str = "base") -> int:
        """Read, answer and hand in; returns the attempt's id."""
        with self.inside() as training:
            return training.take(person_id, day, right=right, slug=slug)

    def start(self, person_id: int, answered: int = 0, day: date = TODAY) -> int:
        """Read, start, and answer the first questions with the right answer; returns the attempt's id."""
        self.read_all(person_id, day)
        with self.inside(), unit_of_work():
            attempt_id = actions.start_attempt(person_id, "base", now=at(day), today=day).id
            for row in attempt_queries.review_page(person_id, attempt_id).rows[:answered]:
                actions.save_answer(person_id, attempt_id, row.question.id, ["a"], now=at(day))
        return attempt_id

    def hire(self, name: str, start_on: date = date(2026, 11, 16)) -> None:
        """Somebody new in enhet-1, whose introduction the next tick asks for."""
        with self.inside() as training, unit_of_work():
            person = make_person(db.session.get_one(OrgUnit, training.unit("enhet-1")), number=900, start_on=start_on)
            training.county.persons[name] = person.id

    def completion_of(self, person_id: int) -> int:
        with self.inside():
            return db.session.scalars(select(Completion.id).where(Completion.person_id == person_id)).one()

    def publish(self, made: Course) -> None:
        with self.inside(), unit_of_work():
            publish_course(made)

    def require(self, slug: str) -> None:
        """Ask everybody in the region for one more course."""
        with self.inside() as training, unit_of_work():
            publish_course(teaching(slug))
            requirement_id = add_requirement(training.programme_id, slug, now=NOW)
            adopt(requirement_id, training.unit("region"), adopted_on=LONG_AGO, reference="RS 2020:2", today=LONG_AGO)

    def get(self, path: str, status: int = 200) -> ReadPage:
        return self.reader.get(path, status)

    def post(self, path: str, data: Mapping[str, object] | None = None, status: int = 303) -> ReadPage:
        return self.reader.post(path, data or {}, status)

    def queries(self, path: str) -> int:
        """How many statements a page sends, once courses are in the process's memory."""
        self.get(path)
        with statements(self.app) as sent:
            self.get(path)
        return len(sent)


@pytest.fixture
def learners(app: Application, county: County) -> Iterator[Learners]:
    """Everybody in the region takes the course `base` every year."""
    with app.app_context():
        with unit_of_work():
            programme = Programme(slug="tbb", name="Tillsammans för barnens bästa")
            db.session.add(programme)
            publish_course(teaching())
            db.session.flush()
            requirement_id = add_requirement(programme.id, "base", now=NOW)
            adopt(requirement_id, county.units["region"], adopted_on=LONG_AGO, reference="RS 2020:1", today=LONG_AGO)
            training = Training(county, programme.id, requirement_id)
        db.session.remove()
    with time_machine.travel(NOW, tick=False) as clock:
        yield Learners(app, training, Reader(app), clock)
