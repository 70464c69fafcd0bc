"""From which day a last day is due soon, and exemptions that were taken back or shortened.

A node of the version before writes no such day: what it adds is told as due soon only once it is late.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MOST_ROWS = 10_000

ENROLMENT = sa.table(
    "enrolment",
    sa.column("id", sa.Integer),
    sa.column("opens_on", sa.Date),
    sa.column("due_on", sa.Date),
    sa.column("soon_from_on", sa.Date),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
)
EVENT = sa.table(
    "enrolment_event",
    sa.column("id", sa.Integer),
    sa.column("enrolment_id", sa.Integer),
    sa.column("happened_on", sa.Date),
    sa.column("due_on", sa.Date),
    sa.column("soon_from_on", sa.Date),
)


def upgrade() -> None:
    for name in ("enrolment", "enrolment_event"):
        op.add_column(name, sa.Column("soon_from_on", sa.Date(), nullable=True))
    first = sa.select(ENROLMENT.c.id, ENROLMENT.c.due_on, ENROLMENT.c.opens_on, ENROLMENT.c.recorded_at)
    _fill(ENROLMENT, first.where(ENROLMENT.c.due_on.is_not(None)))
    moved = sa.select(EVENT.c.id, EVENT.c.due_on, ENROLMENT.c.opens_on, EVENT.c.happened_on)
    _fill(EVENT, moved.join(ENROLMENT, ENROLMENT.c.id == EVENT.c.enrolment_id).where(EVENT.c.due_on.is_not(None)))
    op.create_table(
        "exemption_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exemption_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "mistake",
                "no_longer_needed",
                "other",
                name="known_exemptionendreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_exemption_end_decided_by_person")),
        sa.ForeignKeyConstraint(
            ["exemption_id"], ["exemption.id"], name=op.f("fk_exemption_end_exemption_id_exemption")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption_end")),
    )
    op.create_index(op.f("ix_exemption_end_exemption_id"), "exemption_end", ["exemption_id"])


def downgrade() -> None:
    """What was taken back holds again: the older tables cannot say otherwise."""
    op.drop_index(op.f("ix_exemption_end_exemption_id"), table_name="exemption_end")
    op.drop_table("exemption_end")
    for name in ("enrolment_event", "enrolment"):
        op.drop_column(name, "soon_from_on")


def _fill(table: sa.TableClause, rows: sa.Select[Any]) -> None:
    """The last third of the days that each was given: at least 5, at most 30."""
    connection = op.get_bind()
    found = [
        {"row": number, "soon": _soon_from(due_on, opens_on, given)}
        for number, due_on, opens_on, given in connection.execute(rows)
    ]
    change = sa.update(table).where(table.c.id == sa.bindparam("row")).values(soon_from_on=sa.bindparam("soon"))
    for some in _in_batches(found):
        connection.execute(change, some)


def _in_batches(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS))


def _soon_from(due_on: date, opens_on: date, given: date | datetime) -> date:
    if isinstance(given, datetime):
        given = (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(STOCKHOLM).date()
    days = (due_on - max(opens_on, given)).days
    return due_on - timedelta(days=min(30, max(5, -(-days // 3))))
