"""Letters on their way, and those not needed, have states of their own; the outbox is found by them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

STATES_BEFORE = "state IN ('waiting', 'sent', 'failed')"
STATES = "state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')"
NO_LETTER = "no address, or no longer needed"
ASKS = "('survey_invitation', 'survey_reminder')"


def upgrade() -> None:
    _constrain(STATES_BEFORE, STATES)
    # What was not needed has not failed. That a letter that asks was not needed said that its reader had answered.
    op.execute(
        sa.text(
            f"UPDATE message SET state = 'sent', sent_at = due_at, fault = '' WHERE kind IN {ASKS} AND fault = :fault"
        ).bindparams(fault=NO_LETTER)
    )
    op.execute(sa.text(f"UPDATE message SET kept_subject = '', kept_body = '' WHERE kind IN {ASKS}"))
    op.execute(
        sa.text("UPDATE message SET state = 'dropped' WHERE state = 'failed' AND fault = :fault").bindparams(
            fault=NO_LETTER
        )
    )
    op.drop_index(op.f("ix_message_due_at"), table_name="message")
    op.create_index(op.f("ix_message_state_due_at_id"), "message", ["state", "due_at", "id"])
    op.create_index(op.f("ix_message_kind_created_at_state"), "message", ["kind", "created_at", "state"])


def downgrade() -> None:
    """What is being sent may have arrived, so it is given up."""
    op.drop_index(op.f("ix_message_kind_created_at_state"), table_name="message")
    op.drop_index(op.f("ix_message_state_due_at_id"), table_name="message")
    op.create_index(op.f("ix_message_due_at"), "message", ["due_at"])
    op.execute(sa.text("UPDATE message SET state = 'failed' WHERE state IN ('sending', 'dropped')"))
    _constrain(STATES, STATES_BEFORE)


def _constrain(before: str, after: str) -> None:
    with op.batch_alter_table("message", copy_from=_message(before)) as table:
        table.drop_constraint(op.f("ck_message_known_messagestate"), type_="check")
        table.create_check_constraint(op.f("ck_message_known_messagestate"), after)


def _message(states: str) -> sa.Table:
    """The table as it is, for SQLite, which cannot alter one: it is made anew and needs to be told its constraints."""
    return sa.Table(
        "message",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("kept_subject", sa.String(length=200), nullable=False),
        sa.Column("kept_body", sa.Text(), nullable=False),
        sa.CheckConstraint(states, name="ck_message_known_messagestate"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="ck_message_sent_has_time"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("dedupe_key", name="uq_message_dedupe_key"),
        sa.Index("ix_message_recipient_id", "recipient_id"),
        sa.Index("ix_message_due_at", "due_at"),
    )
