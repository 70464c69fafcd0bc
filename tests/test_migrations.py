"""Each migration goes up and down with rows in the tables, on both databases, and ends where the models are."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Config, downgrade, upgrade

from tbblearn import models  # noqa: F401  (every table is known)
from tbblearn.db import Base, db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.operations.demo.build import open_demo
from tbblearn.operations.demo.marker import Key
from tbblearn.operations.first_admin import create_admin
from tbblearn.training.managing.actions import end_decision, extend, grant_exemption
from tbblearn.training.rules import ExemptionEndReason, ExemptionReason
from tbblearn.tree import migration_head, tree_folder
from tbblearn.web.application import Application
from tests.factories import NOW, TODAY
from tests.training.conftest import Training

FOLDER = str(tree_folder("migrations"))
Rows = dict[str, int]


def revisions() -> list[str]:
    """All, the oldest first."""
    config = Config()
    config.set_main_option("script_location", FOLDER)
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def rows() -> Rows:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in names
        }


def difference() -> list[object]:
    """What the models have and the database has not, or the other way round."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def soon_from_on(table: str) -> list[str]:
    """From when each last day is near, by id."""
    with db.engine.connect() as connection:
        return [
            str(day) for day in connection.execute(sa.text(f"SELECT soon_from_on FROM {table} ORDER BY id")).scalars()
        ]


@pytest.fixture
def full(app: Application) -> Iterator[Rows]:
    """A small demo county: rows in nearly every table."""
    with app.app_context():
        open_demo(Key(1, 200, date(2026, 11, 20)), fresh=False, exactly_today=True, step=lambda *_: None)
        db.session.remove()
        yield rows()
        db.session.remove()


def test_the_files_are_one_line_from_first_to_last():
    assert revisions() == sorted(revisions())
    assert revisions()[-1] == migration_head()


def test_migrations_make_what_the_models_say(app: Application):
    with app.app_context():
        assert difference() == []


def test_administrators_made_before_stay_in_and_letters_with_links_go(app: Application):
    """Step 0013: until then a role held without an employment, and letters were kept whatever they held."""
    with app.app_context():
        with unit_of_work():
            create_admin("admin@example.org", "", "", NOW)
            kept = {"recipient_id": 1, "state": "sent", "sent_at": NOW, "created_at": NOW, "due_at": NOW}
            for kind in ("set_password", "course_changed"):
                db.session.add(Message(kind=kind, dedupe_key=kind, kept_subject="a", kept_body="b", **kept))
        db.session.remove()
        steps = revisions()
        downgrade(directory=FOLDER, revision=steps[steps.index("0013") - 1])
        upgrade(directory=FOLDER, revision="0013")
        with db.engine.connect() as connection:
            access = connection.execute(sa.text("SELECT person_id FROM external_access")).scalars().all()
            bodies = connection.execute(sa.text("SELECT kind, kept_body FROM message")).all()
        assert access == [1]
        assert {row.kind: row.kept_body for row in bodies} == {"set_password": "", "course_changed": "b"}


def test_letters_not_needed_have_not_failed_and_those_that_ask_do_not_say_so(app: Application):
    """Step 0015: until then they were failed letters, and one that asked said that its reader had answered."""
    fault = "no address, or no longer needed"
    with app.app_context():
        steps = revisions()
        with unit_of_work():
            known = {"recipient_id": 1, "created_at": NOW, "due_at": NOW, "state": "failed"}
            for key, kind, said in (
                ("a", "survey_reminder", fault),
                ("b", "course_changed", fault),
                ("c", "course_changed", "SMTPDataError"),
            ):
                db.session.add(Message(dedupe_key=key, kind=kind, fault=said, **known))
            db.session.add(Message(dedupe_key="d", kind="course_changed", **(known | {"state": "sending"})))
        db.session.remove()
        downgrade(directory=FOLDER, revision=steps[steps.index("0015") - 1])
        upgrade(directory=FOLDER, revision="0015")
        with db.engine.connect() as connection:
            found = connection.execute(sa.text("SELECT dedupe_key, state, sent_at IS NULL FROM message")).all()
        assert {key: (state, bool(unsent)) for key, state, unsent in found} == {
            "a": ("sent", False),
            "b": ("dropped", True),
            "c": ("failed", True),
            "d": ("failed", True),
        }


def test_from_when_a_last_day_is_near_is_worked_out_for_what_was_there(app: Application, taught: Training):
    """Step 0014: tasks given in January, one given longer time since and an exemption taken back."""
    with app.app_context():
        taught.tick(date(2026, 1, 1))
        taught.tick()
        decided: dict[str, Any] = {"by": taught.person("manager"), "scope": taught.scope(), "now": NOW, "today": TODAY}
        with unit_of_work():
            extend(
                taught.person("p101"),
                "base",
                until_on=date(2026, 12, 27),
                reason=ExemptionReason.TECHNICAL_FAULT,
                **decided,
            )
            free: dict[str, Any] = {"from_on": TODAY, "until_on": None, "reason": ExemptionReason.OTHER}
            made = grant_exemption(taught.person("p102"), "base", **free, **decided)
            end_decision(made, last_on=None, reason=ExemptionEndReason.MISTAKE, **decided)
        db.session.remove()
        near = {name: soon_from_on(name) for name in ("enrolment", "enrolment_event")}
        assert all(days for days in near.values())
        downgrade(directory=FOLDER, revision="0013")
        assert rows()["exemption"] == 2
        upgrade(directory=FOLDER, revision="0014")
        assert {name: soon_from_on(name) for name in near} == near
        assert rows()["exemption_end"] == 0


def test_every_step_goes_down_and_up_again_and_keeps_the_rows_of_the_others(full: Rows):
    assert sum(1 for count in full.values() if count) > 20
    steps = revisions()
    for position in range(len(steps) - 1, 0, -1):
        downgrade(directory=FOLDER, revision=steps[position - 1])
        left = rows()
        assert {name: full[name] for name in left} == left, f"going down from {steps[position]} lost rows"
        upgrade(directory=FOLDER, revision=steps[position])
        again = rows()
        assert {name: again[name] for name in left} == left, f"going up to {steps[position]} lost rows"
        downgrade(directory=FOLDER, revision=steps[position - 1])
    downgrade(directory=FOLDER, revision="base")
    assert rows() == {}
    upgrade(directory=FOLDER)
    assert difference() == []
