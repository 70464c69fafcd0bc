"""When the answers of a survey wave were disposed of; and the privacy check's report without what it quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("wave", sa.Column("disposed_at", sa.DateTime(timezone=True), nullable=True))
    # Reports quoted units with how many answered what. Whether a check passed shows in the wave's state.
    op.execute(sa.text("UPDATE wave SET audit_report = NULL"))


def downgrade() -> None:
    op.drop_column("wave", "disposed_at")
