"""What learners say is wrong with questions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "question_fault_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wrong_key",
                "ambiguous",
                "outdated",
                "language",
                "other",
                name="known_faultkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("reporter_mark", sa.String(length=64), nullable=True),
        sa.Column("handled_on", sa.Date(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "mended",
                "right_as_it_is",
                name="known_faultoutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(handled_on IS NULL) = (outcome IS NULL)", name=op.f("ck_question_fault_report_handled_with_an_outcome")
        ),
        sa.CheckConstraint(
            "handled_on IS NULL OR reporter_mark IS NULL", name=op.f("ck_question_fault_report_no_mark_once_handled")
        ),
        sa.CheckConstraint("kind <> 'other' OR text <> ''", name=op.f("ck_question_fault_report_other_says_what")),
        sa.ForeignKeyConstraint(
            ["course_version_id"],
            ["course_version.id"],
            name=op.f("fk_question_fault_report_course_version_id_course_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_fault_report")),
        sa.UniqueConstraint("reporter_mark", name=op.f("uq_question_fault_report_reporter_mark")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_question_fault_report_course_version_id"), "question_fault_report", ["course_version_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_question_fault_report_course_version_id"), table_name="question_fault_report")
    op.drop_table("question_fault_report")
