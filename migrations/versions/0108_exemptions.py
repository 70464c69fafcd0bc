"""What managers decide about somebody's time: exemptions, extensions and their ends."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"


def upgrade() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id")),
        sa.Column("kind", known("exemptionkind", "exempt", "extension"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column(
            "reason",
            known("exemptionreason", "other_duties", "long_absence", "leaving_soon", "technical_fault", "other"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        sa.CheckConstraint("kind = 'exempt' OR until_on IS NOT NULL", name="extension_has_an_end"),
        sa.CheckConstraint("kind = 'exempt' OR enrolment_id IS NOT NULL", name="extension_of_an_enrolment"),
        sa.Index("ix_exemption_person_course", "person_id", "course_id"),
    )
    op.create_table(
        "exemption_end",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("exemption_id", sa.Integer(), sa.ForeignKey("exemption.id"), nullable=False, index=True),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("reason", known("exemptionendreason", "mistake", "no_longer_needed", "other"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
    )


def downgrade() -> None:
    for table in ("exemption_end", "exemption"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
