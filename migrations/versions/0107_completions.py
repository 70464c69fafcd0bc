"""Completions, what they count for, and their revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"


def upgrade() -> None:
    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("course_version_id", sa.Integer(), sa.ForeignKey("course_version.id")),
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id")),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempt.id")),
        sa.Column("basis", known("basis", "passed", "equivalent", "recorded", "imported"), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("achieved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("achieved_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.CheckConstraint("(basis = 'passed') = (attempt_id IS NOT NULL)", name="passed_by_an_attempt"),
        sa.CheckConstraint("attempt_id IS NULL OR course_version_id IS NOT NULL", name="passed_in_a_version"),
        sa.CheckConstraint("attempt_id IS NULL OR enrolment_id IS NOT NULL", name="passed_on_an_enrolment"),
        sa.CheckConstraint(
            "basis = 'passed' OR recorded_by IS NOT NULL OR basis = 'imported'", name="somebody_recorded_it"
        ),
        sa.UniqueConstraint("attempt_id"),
        sa.Index("ix_completion_person_course", "person_id", "course_id"),
    )
    op.create_table(
        "completion_employment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("completion_id", sa.Integer(), sa.ForeignKey("completion.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False, index=True),
        sa.Column("profession", sa.String(80), nullable=False),
    )
    op.create_table(
        "completion_credit",
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id"), primary_key=True),
        sa.Column("completion_id", sa.Integer(), sa.ForeignKey("completion.id"), primary_key=True, index=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "revocation",
        sa.Column("completion_id", sa.Integer(), sa.ForeignKey("completion.id"), primary_key=True),
        sa.Column(
            "reason",
            known("revocationreason", "wrong_person", "wrong_course", "wrong_date", "not_valid"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
    )


def downgrade() -> None:
    for table in ("revocation", "completion_credit", "completion_employment", "completion"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
