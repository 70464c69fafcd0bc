"""Who must take which course by when: requirements, audiences and enrolments."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("programme_id", sa.Integer(), sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False, index=True),
        sa.Column("kind", known("requirementkind", "yearly", "once"), nullable=False),
        sa.Column("opens", sa.String(5), nullable=False),
        sa.Column("due", sa.String(5), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("new_hire_days", sa.Integer(), nullable=False),
        sa.Column("carry_over_days", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grace_days >= 0 AND new_hire_days >= 0 AND carry_over_days >= 0", name="days_not_negative"),
        sa.CheckConstraint("length(opens) = 5 AND length(due) = 5", name="dates_are_month_day"),
    )
    op.create_table(
        "requirement_rule",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("requirement_id", sa.Integer(), sa.ForeignKey("requirement.id"), nullable=False, index=True),
        sa.Column("effect", known("effect", "include", "exclude"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Column("level", known("level", "base", "intermediate", "in_depth")),
        sa.Column("service", sa.String(80)),
        sa.Column("profession", sa.String(80)),
        sa.Column("min_days", sa.Integer()),
        sa.Column("valid_from_on", sa.Date()),
        sa.Column("valid_until_on", sa.Date()),
        sa.CheckConstraint("min_days IS NULL OR min_days >= 1", name="min_days_positive"),
        sa.CheckConstraint(
            "valid_until_on IS NULL OR valid_from_on IS NULL OR valid_until_on >= valid_from_on", name="span"
        ),
    )
    op.create_table(
        "requirement_adoption",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("requirement_id", sa.Integer(), sa.ForeignKey("requirement.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("opens", sa.String(5)),
        sa.Column("due", sa.String(5)),
        sa.UniqueConstraint("requirement_id", "unit_id"),
    )
    op.create_table(
        "audience_member",
        sa.Column("requirement_id", sa.Integer(), sa.ForeignKey("requirement.id"), primary_key=True),
        sa.Column("employment_id", sa.Integer(), sa.ForeignKey("employment.id"), primary_key=True, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Index("ix_audience_member_person_requirement", "person_id", "requirement_id"),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("requirement_id", sa.Integer(), sa.ForeignKey("requirement.id")),
        sa.Column("requirement_key", sa.String(12), nullable=False),
        sa.Column("occasion", sa.String(40), nullable=False),
        sa.Column(
            "reason",
            known("enrolmentreason", "yearly", "new_hire", "once", "renewal", "manual", "voluntary"),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer()),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("grace_until_on", sa.Date()),
        sa.Column("open_until_on", sa.Date()),
        sa.Column("soon_from_on", sa.Date()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.UniqueConstraint("person_id", "course_id", "requirement_key", "occasion"),
        sa.CheckConstraint(
            "requirement_key = coalesce(CAST(requirement_id AS VARCHAR(12)), '-')", name="key_names_requirement"
        ),
        sa.CheckConstraint("occasion <> ''", name="occasion_named"),
        sa.CheckConstraint("due_on IS NULL OR due_on >= opens_on", name="never_due_before_it_opens"),
        sa.CheckConstraint("(due_on IS NULL) = (grace_until_on IS NULL)", name="grace_with_due"),
        sa.CheckConstraint("grace_until_on IS NULL OR grace_until_on >= due_on", name="grace_after_due"),
        sa.CheckConstraint(
            "open_until_on IS NULL OR grace_until_on IS NULL OR open_until_on >= grace_until_on", name="open_in_grace"
        ),
        sa.CheckConstraint("(reason = 'voluntary') = (cycle IS NULL)", name="only_voluntary_has_no_cycle"),
        sa.Index("ix_enrolment_course_cycle", "course_id", "cycle", "person_id"),
        sa.Index("ix_enrolment_requirement", "requirement_id", "person_id"),
    )
    op.create_table(
        "enrolment_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enrolment_id", sa.Integer(), sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("kind", known("eventkind", "cancelled", "reinstated", "due_changed"), nullable=False),
        sa.Column(
            "reason",
            known(
                "eventreason",
                "employment_ended",
                "not_in_audience",
                "rehired",
                "in_audience_again",
                "moved",
                "returned",
                "adopted",
                "extended",
                "requirement_changed",
                "by_hand",
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("grace_until_on", sa.Date()),
        sa.Column("open_until_on", sa.Date()),
        sa.Column("soon_from_on", sa.Date()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.CheckConstraint("(kind = 'due_changed') = (due_on IS NOT NULL)", name="due_with_due_changed"),
        sa.CheckConstraint("(due_on IS NULL) = (grace_until_on IS NULL)", name="grace_with_due"),
        sa.CheckConstraint("grace_until_on IS NULL OR grace_until_on >= due_on", name="grace_after_due"),
        sa.Index("ix_enrolment_event_latest", "enrolment_id", "kind", "id"),
    )


def downgrade() -> None:
    for table in (
        "enrolment_event",
        "enrolment",
        "audience_member",
        "requirement_adoption",
        "requirement_rule",
        "requirement",
    ):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
