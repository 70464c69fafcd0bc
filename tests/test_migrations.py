"""The steps go up and down with rows in every table, on both databases, and end where the models are."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Config, downgrade, upgrade

from tbblearn import models  # noqa: F401  (every table is known)
from tbblearn.db import Base, UtcDateTime, db, unit_of_work
from tbblearn.training.certificate_numbers import as_stored
from tbblearn.training.completion_models import Completion
from tbblearn.training.rules import Basis
from tbblearn.tree import migration_head, tree_folder
from tbblearn.web.application import Application
from tests.conftest import Backend
from tests.factories import NOW, TODAY

TABLES = Base.metadata.sorted_tables
NEEDED: dict[str, dict[str, object]] = {
    "org_unit": {"path": "/1/", "depth": 0},
    "course_version": {"sha256": "a" * 64},
    "course_asset": {"sha256": "a" * 64},
    "course_draft": {"sha256": "a" * 64},
    "requirement": {"opens": "01-01", "due": "03-31"},
    "enrolment": {"requirement_key": "-", "cycle": 2026},
    "regrade": {"score_before": 0},
    "staff_file": {"sha256": "a" * 64},
    "completion": {"attempt_id": 1, "course_version_id": 1, "enrolment_id": 1, "number": "a" * 12},
    "wave": {"k": 5, "k_distribution": 5},
}
"""What a row must hold beside the first value of each type, for the constraints of its table."""

FILLED_FROM_OTHERS = {"placement"}
"""Tables that a step makes of what is in others."""

Rows = dict[str, list[dict[str, Any]]]


def fill() -> None:
    """One row in each table; where a table is another's, its row is that one's."""
    for table in TABLES:
        needed = {one.name: first_value(one) for one in table.columns if not one.nullable and one.default is None}
        with unit_of_work():
            db.session.execute(table.insert().values(needed | NEEDED.get(table.name, {})))
    db.session.remove()


def first_value(column: sa.Column[Any]) -> object:
    """One that the type takes. Ids are all 1."""
    if isinstance(column.type, sa.Enum) and column.type.enum_class:
        return next(iter(column.type.enum_class))
    if isinstance(column.type, UtcDateTime):
        return NOW
    kind = column.type.python_type
    known: dict[type, object] = {int: 1, date: TODAY, bytes: b"a", dict: {}, bool: False}
    return known[kind] if kind in known else kind(int=1) if column.name == "id" else "a"


def rows() -> Rows:
    """What each table holds."""
    with db.engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
        return {
            name: [
                dict(row) for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).mappings()
            ]
            for name in names
        }


def lost(before: Rows, after: Rows) -> list[str]:
    """Tables of which a row or a value is not as it was; a column that only one of the two has is not looked at."""
    return [
        name
        for name, held in after.items()
        if [
            {column: row[column] for column in new if column in row}
            for row, new in zip(before[name], held, strict=True)
        ]
        != [
            {column: new[column] for column in new if column in row}
            for row, new in zip(before[name], held, strict=True)
        ]
    ]


def revisions() -> list[str]:
    """All, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(tree_folder("migrations")))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def difference() -> list[object]:
    """What the models have and the database has not, or the other way round, as Alembic sees it."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def shape(engine: sa.Engine) -> dict[str, object]:
    """What Alembic does not compare: each table's columns in their order, and its constraints with their names."""
    with engine.connect() as connection:
        there = sa.inspect(connection)
        return {
            table.name: [
                [(one["name"], repr(one["type"]), one["nullable"]) for one in there.get_columns(table.name)],
                there.get_pk_constraint(table.name),
                *(
                    sorted(find(table.name), key=lambda one: str(one["name"]))
                    for find in (
                        there.get_foreign_keys,
                        there.get_unique_constraints,
                        there.get_check_constraints,
                    )
                ),
                sorted((one["name"], one["unique"], one["column_names"]) for one in there.get_indexes(table.name)),
            ]
            for table in TABLES
        }


def test_the_files_are_one_line_from_first_to_last():
    assert revisions() == sorted(revisions())
    assert revisions()[-1] == migration_head()


def test_migrations_make_what_the_models_say(app: Application, backend: Backend):
    other = backend.new()
    with app.app_context():
        assert difference() == []
        engine = sa.create_engine(other)
        try:
            Base.metadata.create_all(engine)
            assert shape(db.engine) == shape(engine)
        finally:
            engine.dispose()
            backend.drop(other)


def test_every_step_goes_down_and_up_again_and_keeps_the_rows_of_the_others(app: Application):
    with app.app_context():
        fill()
        full = rows()
        assert {name: len(held) for name, held in full.items()} == {table.name: 1 for table in TABLES}
        steps = ["base", *revisions()]
        for below, step in zip(steps[-2::-1], steps[:0:-1], strict=True):
            downgrade(revision=below)
            left = rows()
            assert lost(full, left) == [], f"going down from {step} lost rows"
            upgrade(revision=step)
            again = rows()
            assert lost(left, {name: again[name] for name in left}) == [], f"going up to {step} lost rows"
            assert {name for name, held in again.items() if held and name not in left} <= FILLED_FROM_OTHERS
            downgrade(revision=below)
        assert rows() == {}
        upgrade()
        assert difference() == []
        fill()
        assert rows() == full


def test_completions_made_before_certificates_had_numbers_each_get_one(app: Application):
    with app.app_context():
        fill()
        with unit_of_work():
            one = db.session.execute(sa.select(Completion.__table__)).mappings().one()
            recorded = {"basis": Basis.IMPORTED, "attempt_id": None}
            db.session.execute(
                sa.insert(Completion),
                [{**one, **recorded, "id": other, "number": str(other)} for other in range(2, 2_004)],
            )
        db.session.remove()
        downgrade(revision="0111")
        assert "number" not in rows()["completion"][0]
        upgrade(revision="0112")
        numbers = [row["number"] for row in rows()["completion"]]
    assert len(set(numbers)) == 2_003
    assert [as_stored(number) for number in numbers] == numbers


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("0009", ["from before version 0.1", "to step 0015", "commit 1ba90d0", "docs/operations.md"]),
        ("0015", ["from before version 0.1", '"A database from before 0.1"']),
        ("9999", ["does not know", "Use the newer one"]),
    ],
)
def test_a_database_at_a_step_that_is_not_known_stays_as_it_is(
    app: Application, caplog: pytest.LogCaptureFixture, found: str, told: list[str]
):
    with app.app_context():
        with unit_of_work():
            db.session.execute(sa.text("UPDATE alembic_version SET version_num = :step"), {"step": found})
        before = shape(db.engine)
        for change in (upgrade, lambda: downgrade(revision="base")):
            with pytest.raises(SystemExit):
                change()
            said = caplog.messages[-1]
            assert said.startswith(f"Error: The database is at step {found}, ")
            assert all(part in said for part in told)
        assert shape(db.engine) == before
