"""Completions have the number of their certificate; those made before get one here.

The column may be empty, since the release before this one goes on recording completions until its last node is
restarted; the timer gives those theirs.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"

LETTERS = "23456789BCDEFGHJKMNPQRSTVWXYZ"
AT_A_TIME = 1_000
completion = sa.table("completion", sa.column("id", sa.Integer()), sa.column("number", sa.String(12)))


def upgrade() -> None:
    op.add_column("completion", sa.Column("number", sa.String(12)))
    give_numbers()
    op.create_index("ix_completion_number", "completion", ["number"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_completion_number", "completion")
    op.drop_column("completion", "number")


def give_numbers() -> None:
    connection = op.get_bind()
    ids = connection.scalars(sa.select(completion.c.id).order_by(completion.c.id)).all()
    given = sa.update(completion).where(completion.c.id == sa.bindparam("of")).values(number=sa.bindparam("given"))
    for start in range(0, len(ids), AT_A_TIME):
        connection.execute(given, [{"of": one, "given": new_number()} for one in ids[start : start + AT_A_TIME]])


def new_number() -> str:
    """As `tbblearn/training/certificate_numbers.py` made them when this was written."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(11))
    total = sum(weight * LETTERS.index(letter) for weight, letter in enumerate(reversed(drawn), 2))
    return drawn + LETTERS[-total % len(LETTERS)]
