"""One person as the manager sees them, whatever somebody stands at."""

from datetime import date

from tbblearn.db import unit_of_work
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.person_queries import person_page
from tbblearn.training.rules import Basis, ExemptionReason, Progress, Status
from tests.factories import NOW, TODAY
from tests.training.conftest import Training
from tests.training.managing.at_once import everything_at_once


def test_a_person_as_the_manager_sees_them(training: Training) -> None:
    training.tick()
    person_id = training.person("p101")
    training.take(person_id, right=2)
    with unit_of_work():
        manager_actions.record_completion(
            person_id,
            "base",
            achieved_on=TODAY,
            basis=Basis.EQUIVALENT,
            evidence="en annan utbildning",
            by=training.person("manager"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    seen = person_page(person_id, training.scope("verksamhet-1"), TODAY)
    assert (seen.name, seen.units, seen.professions) == ("Medarbetare 101", ("Enhet 1",), ("undersköterska",))
    assert [(one.cycle, one.status) for one in seen.history.tasks] == [(2026, Status(Progress.COMPLETED))]
    assert [one.basis for one in seen.history.completions] == [Basis.EQUIVALENT]


def test_a_manager_reads_nothing_taken_freely_and_nothing_of_a_quiz(training: Training) -> None:
    everything_at_once(training)
    training.take(training.person("p101"))
    scope = training.scope("verksamhet-1")
    (required,) = person_page(training.person("p101"), scope, TODAY).history.completions
    assert (required.achieved_on, required.cycles) == (date(2026, 2, 1), (2026,))
    assert not {field for field in vars(required) if field in {"version", "score", "attempt_id"}}
    (exempt,) = person_page(training.person("p104"), scope, TODAY).history.exemptions
    assert (exempt.decision.from_on, exempt.decision.until_on, exempt.decision.reason) == (
        TODAY,
        None,
        ExemptionReason.OTHER_DUTIES,
    )
