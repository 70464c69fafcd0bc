"""Saying that a question is wrong, and what an editor does with it. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work
from tbblearn.training.faults import actions as fault_actions
from tbblearn.training.faults.actions import KEPT_DAYS, Reporter
from tbblearn.training.faults.models import QuestionFaultReport
from tbblearn.training.faults.queries import answered_question, fault_reports
from tbblearn.training.faults.rules import (
    AlreadyReported,
    FaultKind,
    FaultOutcome,
    HandledOtherwise,
    reporter_mark,
)
from tbblearn.training.rules import NotFound, NotHandedIn
from tests.factories import NOW, TODAY
from tests.training.conftest import Training, course, publish_course, refused


class Desk:
    """Persons who report, and the editor who handles."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.version = answered_question(training.person(), training.take(training.person()), 1)

    def report(
        self, name: str = "p101", question_id: str = "q1", text: str = "", kind: FaultKind = FaultKind.WRONG_KEY
    ) -> int:
        person_id = self.training.person(name)
        mark = reporter_mark("secret", person_id, self.version.course_id, question_id)
        with unit_of_work():
            return fault_actions.report_fault(
                Reporter(person_id, mark), self.version.course_version_id, question_id, kind, text, today=TODAY
            )

    def handle(
        self, report_id: int, outcome: FaultOutcome = FaultOutcome.MENDED, *, days: int = 0, slug: str = "base"
    ) -> None:
        with unit_of_work():
            fault_actions.handle_report(
                slug,
                report_id,
                outcome,
                by=self.training.person("editor"),
                now=NOW,
                today=TODAY + timedelta(days=days),
            )


@pytest.fixture
def desk(training: Training) -> Desk:
    training.tick()
    return Desk(training)


def rows() -> list[QuestionFaultReport]:
    db.session.expire_all()
    return list(db.session.scalars(select(QuestionFaultReport).order_by(QuestionFaultReport.id)))


def test_one_open_report_a_person_and_question(desk: Desk) -> None:
    first = desk.report(text="Svar b stämmer också.")
    assert desk.report(text="Svar b stämmer också.") == first, "a button pressed twice"
    with pytest.raises(AlreadyReported):
        desk.report(text="Och c.")
    desk.report(question_id="q2")
    desk.report("p102")
    assert len(rows()) == 3
    desk.handle(first)
    desk.report(text="Och c.")
    assert len(rows()) == 4


def test_nothing_in_the_report_names_the_reporter(desk: Desk) -> None:
    """The mark tells one person's two reports of two questions not to be of one, and goes when it is handled."""
    desk.report()
    desk.report(question_id="q2")
    person_id = desk.training.person()
    one, two = rows()
    assert one.reporter_mark != two.reporter_mark
    assert one.reporter_mark == reporter_mark("secret", person_id, desk.version.course_id, "q1")
    assert one.reporter_mark != reporter_mark("another secret", person_id, desk.version.course_id, "q1")
    columns = {column.name for column in QuestionFaultReport.__table__.columns}
    assert columns == {
        "id", "course_version_id", "question_id", "kind", "text", "created_on", "reporter_mark", "handled_on", "outcome"
    }  # fmt: skip
    targets = {key.column.table.name for key in QuestionFaultReport.__table__.foreign_keys}
    assert targets == {"course_version"}
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.object_kind == "question_fault_report")).all() == []
    desk.handle(one.id)
    assert [row.reporter_mark is None for row in rows()] == [True, False]


def test_handling_says_what_came_of_it_once_and_is_logged(desk: Desk) -> None:
    report_id = desk.report()
    desk.handle(report_id, FaultOutcome.RIGHT_AS_IT_IS)
    desk.handle(report_id, FaultOutcome.RIGHT_AS_IT_IS)
    with pytest.raises(HandledOtherwise):
        desk.handle(report_id, FaultOutcome.MENDED)
    with pytest.raises(NotFound):
        desk.handle(report_id + 1)
    (row,) = rows()
    assert (row.outcome, row.handled_on) == (FaultOutcome.RIGHT_AS_IT_IS, TODAY)
    (logged,) = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.QUESTION_FAULT_HANDLED)).all()
    assert (logged.actor_id, logged.object_id) == (desk.training.person("editor"), str(report_id))
    assert logged.details == {"outcome": "right_as_it_is"}


def test_a_report_of_another_course_is_not_found(desk: Desk) -> None:
    report_id = desk.report()
    with unit_of_work():
        publish_course(course("intermediate"))
    with pytest.raises(NotFound):
        desk.handle(report_id, slug="intermediate")
    assert fault_reports("intermediate").open == ()


def test_a_handled_report_goes_after_ninety_days(desk: Desk) -> None:
    old, kept = desk.report(), desk.report("p102")
    waiting = desk.report("p103")
    desk.handle(old)
    desk.handle(kept, days=1)
    desk.handle(desk.report("p104"), days=KEPT_DAYS)
    assert old in {row.id for row in rows()}
    desk.handle(desk.report("p105"), days=KEPT_DAYS + 1)
    left = {row.id for row in rows()}
    assert old not in left
    assert {kept, waiting} <= left, "what nobody has looked at stays, however old"


def test_the_editor_reads_version_and_question(desk: Desk) -> None:
    desk.report(text="Otydligt", kind=FaultKind.AMBIGUOUS)
    changed = replace(course(), questions=tuple(replace(one, hash=f"{one.hash}x") for one in course().questions[1:]))
    with unit_of_work():
        publish_course(changed)
    handled = desk.report("p102")
    desk.handle(handled)
    found = fault_reports("base")
    (report,) = found.open
    assert (report.version, report.question.id, report.kind, report.text) == (1, "q1", FaultKind.AMBIGUOUS, "Otydligt")
    assert (found.waiting, [one.id for one in found.handled]) == (1, [handled])
    with pytest.raises(NotFound):
        fault_reports("no-such-course")


def test_only_a_question_of_ones_own_that_is_handed_in_can_be_reported(desk: Desk) -> None:
    from tbblearn.training.learning import actions

    attempt_id = desk.training.take(desk.training.person("p102"))
    for person, number in (("p101", 1), ("p102", 0), ("p102", 7)):
        with pytest.raises(NotFound):
            answered_question(desk.training.person(person), attempt_id, number)
    with unit_of_work():
        open_id = actions.start_attempt(desk.training.person("p102"), "base", now=NOW, today=TODAY).id
    with pytest.raises(NotHandedIn):
        answered_question(desk.training.person("p102"), open_id, 1)


def test_the_database_holds_what_the_pages_promise(desk: Desk) -> None:
    given: dict[str, Any] = {
        "course_version_id": desk.version.course_version_id,
        "question_id": "q1",
        "kind": FaultKind.OUTDATED,
        "text": "",
        "created_on": TODAY,
        "reporter_mark": "a" * 64,
    }
    handled = {"handled_on": TODAY, "outcome": FaultOutcome.MENDED}
    refused(QuestionFaultReport(**given), QuestionFaultReport(**given))
    refused(QuestionFaultReport(**given, **handled))
    refused(QuestionFaultReport(**{**given, "reporter_mark": None}, handled_on=TODAY))
    refused(QuestionFaultReport(**{**given, "kind": FaultKind.OTHER}))


def test_as_many_queries_for_three_reports_as_for_one(desk: Desk, queries: Callable[[Callable[[], Any]], int]) -> None:
    desk.report()
    one = queries(lambda: fault_reports("base"))
    for name in ("p102", "p103"):
        desk.handle(desk.report(name))
        desk.report(name)
    assert queries(lambda: fault_reports("base")) == one
