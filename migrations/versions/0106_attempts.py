"""Where somebody is in a course, attempts at its quiz with their answers, and what a new version asks."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"


def upgrade() -> None:
    op.create_table(
        "reading_place",
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id"), primary_key=True),
        sa.Column("module_id", sa.String(80), primary_key=True),
        sa.Column("screen_id", sa.String(80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("course_version_id", sa.Integer(), sa.ForeignKey("course_version.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True)),
        sa.Column("score", sa.Integer()),
        sa.Column("outcome", known("outcome", "passed", "failed")),
        sa.Column("right_ids", sa.JSON()),
        sa.Column("carried_over_at", sa.DateTime(timezone=True)),
        sa.Column("carried_from_id", sa.Integer(), sa.ForeignKey("attempt.id")),
        sa.UniqueConstraint("enrolment_id", "number"),
        sa.UniqueConstraint("carried_from_id"),
        sa.Index(
            "uq_attempt_one_open",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text("handed_in_at IS NULL AND carried_over_at IS NULL"),
            postgresql_where=sa.text("handed_in_at IS NULL AND carried_over_at IS NULL"),
        ),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        sa.CheckConstraint(
            "(handed_in_at IS NULL) = (outcome IS NULL) AND (handed_in_at IS NULL) = (score IS NULL)",
            name="marked_when_handed_in",
        ),
        sa.CheckConstraint("(handed_in_at IS NULL) = (right_ids IS NULL)", name="right_answers_when_handed_in"),
        sa.CheckConstraint("carried_over_at IS NULL OR handed_in_at IS NULL", name="carried_over_is_not_handed_in"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= total)", name="score_in_range"),
        sa.CheckConstraint("handed_in_at IS NULL OR handed_in_at >= started_at", name="handed_in_after_start"),
    )
    op.create_table(
        "regrade",
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("course_version_id", sa.Integer(), sa.ForeignKey("course_version.id"), primary_key=True, index=True),
        sa.Column("score_before", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("outcome_before", known("outcome_before", "passed", "failed"), nullable=False),
        sa.Column("outcome", known("outcome", "passed", "failed"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score > score_before", name="only_upward"),
        sa.CheckConstraint("outcome = 'passed' OR outcome_before = 'failed'", name="no_pass_taken_away"),
    )
    op.create_table(
        "reading_request",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("course_version_id", sa.Integer(), sa.ForeignKey("course_version.id"), primary_key=True, index=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("read_at IS NULL OR read_at >= asked_at", name="read_after_asked"),
    )
    op.create_table(
        "answer",
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id"), primary_key=True),
        sa.Column("question_id", sa.String(160), primary_key=True),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("answer", "reading_request", "regrade", "attempt", "reading_place"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
