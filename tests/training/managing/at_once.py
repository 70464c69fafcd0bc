"""A unit in which somebody stands at everything."""

from datetime import date, timedelta

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit
from tbblearn.training.learning import actions
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import ExemptionReason
from tests.factories import NOW, TODAY, make_person
from tests.training.conftest import Training


def everything_at_once(training: Training) -> None:
    """enhet-1 to enhet-3: one person at most statuses."""
    training.tick(date(2026, 1, 1))
    training.take(training.person("p101"), date(2026, 2, 1))
    training.take(training.person("p102"), right=2)
    training.leave(training.person("p103"), date(2026, 11, 1), None)
    with unit_of_work():
        manager_actions.grant_exemption(
            training.person("p104"),
            "base",
            from_on=TODAY,
            until_on=None,
            reason=ExemptionReason.OTHER_DUTIES,
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
        actions.remember_section(training.person("p105"), "base", "part-1", "s1", now=NOW, today=TODAY)
        unit = db.session.get_one(OrgUnit, training.unit("enhet-3"))
        make_person(unit, start_on=TODAY, end_on=TODAY + timedelta(days=20))
