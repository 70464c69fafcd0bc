"""What two changes must not do at once: each waits for the row that the other holds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tbblearn.databases import is_busy
from tbblearn.db import db, run, unit_of_work
from tbblearn.training.attempts.own import own_attempt
from tbblearn.training.completion_models import Completion, Revocation
from tbblearn.training.exemption_models import Exemption, ExemptionEnd
from tbblearn.training.learning import actions
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.decision_queries import decided_so_far
from tbblearn.training.rules import (
    AlreadyRevoked,
    Basis,
    DecidedMeanwhile,
    ExemptionEndReason,
    ExemptionReason,
    RevocationReason,
)
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY
from tests.others import in_a_transaction
from tests.training.conftest import Training


@contextmanager
def short_of_patience() -> Iterator[None]:
    """A unit of work that waits for nobody."""
    with unit_of_work():
        db.session.execute(text("SET LOCAL lock_timeout = 50"))
        yield


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("held", "doing"),
    [
        ("attempt", "answer"),
        ("attempt", "hand in"),
        ("person", "start"),
        ("person", "hand in"),
        ("course", "hand in"),
    ],
)
def test_what_another_change_holds_is_waited_for(training: Training, held: str, doing: str) -> None:
    """SQLite has one writer anyway."""
    training.tick()
    person_id = training.person()
    training.read_all(person_id)
    with unit_of_work():
        attempt_id = actions.start_attempt(person_id, "base", now=NOW, today=TODAY).id
    question_id = own_attempt(person_id, attempt_id).order[0]
    does: dict[str, Callable[[], object]] = {
        "answer": lambda: actions.save_answer(person_id, attempt_id, question_id, ["a"], now=NOW),
        "hand in": lambda: actions.hand_in(person_id, attempt_id, now=NOW),
        "start": lambda: actions.start_attempt(person_id, "base", now=NOW, today=TODAY),
    }
    with in_a_transaction(db.engine) as other:
        other.execute(text(f"SELECT id FROM {held} FOR UPDATE"))
        with pytest.raises(OperationalError) as waited, short_of_patience():
            does[doing]()
        assert is_busy(waited.value)
    with unit_of_work():
        does[doing]()


DECIDED = (Exemption, ExemptionEnd, Completion, Revocation)
MANAGERS = ("manager", "admin")
END: dict[str, Any] = {"last_on": None, "reason": ExemptionEndReason.MISTAKE}
FREE: dict[str, Any] = {"from_on": TODAY, "until_on": None, "reason": ExemptionReason.OTHER_DUTIES}
MORE: dict[str, Any] = {"until_on": TODAY + timedelta(days=60), "reason": ExemptionReason.TECHNICAL_FAULT}
DONE: dict[str, Any] = {"achieved_on": TODAY, "basis": Basis.RECORDED, "evidence": "intyg"}


@pytest.mark.parametrize(
    ("doing", "given", "otherwise"),
    [
        ("end", END, {"last_on": TODAY + timedelta(days=1)}),
        ("exempt", FREE, {"until_on": TODAY}),
        ("extend", MORE, {"reason": ExemptionReason.OTHER_DUTIES}),
        ("record", DONE, {"evidence": "annat"}),
        ("revoke", {"reason": RevocationReason.WRONG_DATE}, {"reason": RevocationReason.NOT_VALID}),
    ],
)
def test_what_two_managers_decide_at_once_is_decided_once(
    app: Application, training: Training, doing: str, given: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    """The same is done once, and something else is refused to the later of them, who has not seen the first."""
    training.tick()
    person_id = training.person()
    by: dict[str, Any] = {"scope": training.scope("verksamhet-1"), "now": NOW, "today": TODAY}
    first, second = ({**by, "by": training.person(name)} for name in MANAGERS)
    with unit_of_work():
        exemption_id = completion_id = 0
        if doing == "end":
            exemption_id = manager_actions.grant_exemption(person_id, "base", **FREE, **first)
        if doing == "revoke":
            completion_id = manager_actions.record_completion(person_id, "base", **DONE, **first)
    seen = decided_so_far(person_id)
    does: dict[str, Callable[..., object]] = {
        "end": lambda **more: manager_actions.end_decision(exemption_id, seen=seen, **more),
        "exempt": lambda **more: manager_actions.grant_exemption(person_id, "base", seen=seen, **more),
        "extend": lambda **more: manager_actions.extend(person_id, "base", seen=seen, **more),
        "record": lambda **more: manager_actions.record_completion(person_id, "base", seen=seen, **more),
        "revoke": lambda **more: manager_actions.revoke_completion(completion_id, seen=seen, **more),
    }

    def other(changed: dict[str, Any]) -> object:
        with app.app_context(), unit_of_work():
            return does[doing](**{**given, **changed}, **second)

    def decided() -> int:
        return sum(run(select(func.count()).select_from(table)).scalar_one() for table in DECIDED)

    with ThreadPoolExecutor(2) as others:
        with unit_of_work():
            made = does[doing](**given, **first)
            after = decided()
            later = [others.submit(other, changed) for changed in ({}, otherwise)]
            assert not wait(later, 0.1).done, "each waits for the first"
        again, refused = (one.exception() for one in later)
    if doing == "revoke":
        assert isinstance(again, AlreadyRevoked)
        assert isinstance(refused, AlreadyRevoked)
    else:
        assert again is None
        assert later[0].result() in {made, None}
        assert isinstance(refused, DecidedMeanwhile)
    assert decided() == after
