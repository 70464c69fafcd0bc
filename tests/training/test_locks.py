"""What two changes must not do at once: each waits for the row that the other holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tbblearn.databases import is_busy
from tbblearn.db import db, unit_of_work
from tbblearn.training.attempts.own import own_attempt
from tbblearn.training.learning import actions
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
