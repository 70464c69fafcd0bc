"""What learners say is wrong with questions."""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"


def upgrade() -> None:
    op.create_table(
        "question_fault_report",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("course_version_id", sa.Integer(), sa.ForeignKey("course_version.id"), nullable=False, index=True),
        sa.Column("question_id", sa.String(160), nullable=False),
        sa.Column(
            "kind", known("faultkind", "wrong_key", "ambiguous", "outdated", "language", "other"), nullable=False
        ),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("reporter_mark", sa.String(64), unique=True),
        sa.Column("handled_on", sa.Date()),
        sa.Column("outcome", known("faultoutcome", "mended", "right_as_it_is")),
        sa.CheckConstraint("(handled_on IS NULL) = (outcome IS NULL)", name="handled_with_an_outcome"),
        sa.CheckConstraint("handled_on IS NULL OR reporter_mark IS NULL", name="no_mark_once_handled"),
        sa.CheckConstraint("kind <> 'other' OR text <> ''", name="other_says_what"),
        # A page that was opened for a report that is gone must never come to mean another one.
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("question_fault_report")


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
