"""The outbox, the event log and the access log."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("dedupe_key", sa.String(160), nullable=False, unique=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False, index=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", known("messagestate", "waiting", "sending", "sent", "failed", "dropped"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.Column("kept_subject", sa.String(200), nullable=False),
        sa.Column("kept_body", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        sa.Index("ix_message_state_due_at_id", "state", "due_at", "id"),
        sa.Index("ix_message_kind_created_at_state", "kind", "created_at", "state"),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        # No constraint: events grow with every feature, and the code refuses one that it does not know.
        sa.Column("event", sa.String(24), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("object_kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column(
            "seen", known("seen", "list_downloaded", "list_shown", "person_shown", "letter_shown"), nullable=False
        ),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("object_kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
    )
    keep_no_statistics("message", "dedupe_key", "kind", "recipient_id", "values")


def downgrade() -> None:
    for table in ("access_log", "audit_event", "message"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)


def keep_no_statistics(table: str, *columns: str) -> None:
    """In its statistics PostgreSQL's planner would quote who was reminded of a survey, also without rows."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')
