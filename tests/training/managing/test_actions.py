"""What managers do, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.exemption_models import Exemption
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.models import EnrolmentEvent
from tbblearn.training.rules import (
    AlreadyRevoked,
    BadPeriod,
    Basis,
    ExemptionReason,
    NotEmployedThen,
    NotFound,
    NothingToExtend,
    NotInFuture,
    RevocationReason,
)
from tests.factories import NOW, TODAY
from tests.training.conftest import Training, at
from tests.training.own_statuses import status_of


def test_an_exemption_holds_from_day_to_day(training: Training) -> None:
    training.tick()
    person_id, by = training.person(), training.person("manager")
    with unit_of_work():
        manager_actions.grant_exemption(
            person_id,
            "base",
            from_on=TODAY,
            until_on=TODAY + timedelta(days=2),
            reason=ExemptionReason.OTHER_DUTIES,
            by=by,
            scope=training.scope("verksamhet-1"),
            now=NOW,
            today=TODAY,
        )
    assert status_of(person_id) == {"2026": "exempt"}
    assert status_of(person_id, TODAY + timedelta(days=2)) == {"2026": "exempt"}
    assert status_of(person_id, TODAY + timedelta(days=3)) == {"2026": "not_started"}


def test_an_exemption_over_the_last_day_exempts_from_the_cycle(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        manager_actions.grant_exemption(
            person_id,
            "base",
            from_on=TODAY,
            until_on=date(2026, 12, 5),
            reason=ExemptionReason.OTHER_DUTIES,
            by=training.person("manager"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    assert status_of(person_id, date(2026, 12, 20)) == {"2026": "exempt"}
    assert status_of(person_id, date(2027, 2, 1)) == {"2026": "exempt"}


def extend(training: Training, person_id: int, until_on: date, today: date = TODAY) -> int:
    return manager_actions.extend(
        person_id,
        "base",
        until_on=until_on,
        reason=ExemptionReason.OTHER_DUTIES,
        by=training.person("manager"),
        scope=training.scope("verksamhet-1"),
        now=at(today),
        today=today,
    )


def test_an_extension_moves_the_last_day_the_extra_time_and_the_closing(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        extend(training, person_id, date(2026, 12, 27))
    event = db.session.scalars(select(EnrolmentEvent)).one()
    assert (event.due_on, event.grace_until_on, event.open_until_on) == (
        date(2026, 12, 27),
        date(2027, 1, 10),
        date(2027, 1, 10),
    )
    assert status_of(person_id, date(2027, 1, 10)) == {"2026": "not_started, in_grace"}
    assert status_of(person_id, date(2027, 1, 11)) == {"2026": "missed"}


def test_where_two_are_open_the_older_is_done_as_late(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        extend(training, person_id, date(2026, 12, 27))
    training.tick(date(2027, 1, 5))
    training.take(person_id, date(2027, 1, 5))
    training.tick(date(2027, 1, 6))
    assert status_of(person_id, date(2027, 1, 6)) == {"2026": "completed_late", "2027": "not_started"}


def test_what_cannot_be_extended(training: Training) -> None:
    training.tick()
    person_id = training.person()
    for error, until_on in ((BadPeriod, date(2026, 11, 30)), (BadPeriod, date(2026, 11, 1))):
        with pytest.raises(error), unit_of_work():
            extend(training, person_id, until_on)
    training.take(person_id)
    with pytest.raises(NothingToExtend), unit_of_work():
        extend(training, person_id, date(2026, 12, 27))


def record(training: Training, person_id: int, achieved_on: date, scope: str = "verksamhet-1") -> int:
    return manager_actions.record_completion(
        person_id,
        "base",
        achieved_on=achieved_on,
        basis=Basis.RECORDED,
        evidence="kompetensportalen",
        by=training.person("manager"),
        scope=training.scope(scope),
        now=NOW,
        today=TODAY,
    )


def test_a_recorded_completion_counts_for_the_cycle_of_its_date_and_revoking_undoes_it(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with unit_of_work():
        completion_id = record(training, person_id, date(2026, 4, 1))
    assert status_of(person_id) == {"2026": "completed"}

    def revoke() -> None:
        manager_actions.revoke_completion(
            completion_id,
            reason=RevocationReason.WRONG_PERSON,
            by=training.person("manager"),
            scope=training.scope("verksamhet-1"),
            now=NOW,
            today=TODAY,
        )

    with unit_of_work():
        revoke()
    assert status_of(person_id) == {"2026": "not_started"}
    assert len(db.session.scalars(select(CompletionCredit)).all()) == 1
    with pytest.raises(AlreadyRevoked), unit_of_work():
        revoke()


def test_what_cannot_be_recorded(training: Training) -> None:
    training.tick()
    person_id = training.person()
    with pytest.raises(NotInFuture), unit_of_work():
        record(training, person_id, TODAY + timedelta(days=1))
    with pytest.raises(NotEmployedThen), unit_of_work():
        record(training, person_id, date(2019, 12, 31))
    with pytest.raises(NotFound), unit_of_work():
        record(training, training.person("p107"), TODAY)
    assert db.session.scalars(select(Completion)).all() == []


def test_an_exemption_asked_for_twice_is_one(training: Training) -> None:
    training.tick()
    made = set()
    for _ in range(2):
        with unit_of_work():
            made.add(
                manager_actions.grant_exemption(
                    training.person(),
                    "base",
                    from_on=TODAY,
                    until_on=None,
                    reason=ExemptionReason.OTHER_DUTIES,
                    by=training.person("manager"),
                    scope=training.scope(),
                    now=NOW,
                    today=TODAY,
                )
            )
    assert len(made) == 1
    assert db.session.scalars(select(Exemption.id)).all() == list(made)
