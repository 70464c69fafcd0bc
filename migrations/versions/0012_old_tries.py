"""Old tries to sign in are found by their time alone, so that each new one can take them away."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_login_attempt_at", "login_attempt", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_login_attempt_at", table_name="login_attempt")
