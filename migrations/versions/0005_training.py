"""Requirements, enrolments, attempts, answers, completions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "yearly", "once", name="known_requirementkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("due", sa.String(length=5), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("new_hire_days", sa.Integer(), nullable=False),
        sa.Column("carry_over_days", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grace_days >= 0 AND new_hire_days >= 0 AND carry_over_days >= 0",
            name=op.f("ck_requirement_days_not_negative"),
        ),
        sa.CheckConstraint("length(opens) = 5 AND length(due) = 5", name=op.f("ck_requirement_dates_are_month_day")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_requirement_course_id_course")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_requirement_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    op.create_index(op.f("ix_requirement_course_id"), "requirement", ["course_id"], unique=False)
    op.create_table(
        "audience_member",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employment_id"], ["employment.id"], name=op.f("fk_audience_member_employment_id_employment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audience_member_person_id_person")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_audience_member_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("requirement_id", "employment_id", name=op.f("pk_audience_member")),
    )
    op.create_index(op.f("ix_audience_member_employment_id"), "audience_member", ["employment_id"], unique=False)
    op.create_index(
        "ix_audience_member_person_requirement", "audience_member", ["person_id", "requirement_id"], unique=False
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=True),
        sa.Column("requirement_key", sa.String(length=12), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "yearly",
                "new_hire",
                "once",
                "renewal",
                "manual",
                "voluntary",
                name="known_enrolmentreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("cycle", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("grace_until_on", sa.Date(), nullable=True),
        sa.Column("open_until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(reason = 'voluntary') = (cycle IS NULL)", name=op.f("ck_enrolment_only_voluntary_has_no_cycle")
        ),
        sa.CheckConstraint("occasion <> ''", name=op.f("ck_enrolment_occasion_named")),
        sa.CheckConstraint(
            "requirement_key = coalesce(CAST(requirement_id AS VARCHAR(12)), '-')",
            name=op.f("ck_enrolment_key_names_requirement"),
        ),
        sa.CheckConstraint("(due_on IS NULL) = (grace_until_on IS NULL)", name=op.f("ck_enrolment_grace_with_due")),
        sa.CheckConstraint("due_on IS NULL OR due_on >= opens_on", name=op.f("ck_enrolment_never_due_before_it_opens")),
        sa.CheckConstraint(
            "grace_until_on IS NULL OR grace_until_on >= due_on", name=op.f("ck_enrolment_grace_after_due")
        ),
        sa.CheckConstraint(
            "open_until_on IS NULL OR grace_until_on IS NULL OR open_until_on >= grace_until_on",
            name=op.f("ck_enrolment_open_in_grace"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_enrolment_recorded_by_person")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_enrolment_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "requirement_key",
            "occasion",
            name=op.f("uq_enrolment_person_id_course_id_requirement_key_occasion"),
        ),
    )
    op.create_index("ix_enrolment_course_cycle", "enrolment", ["course_id", "cycle", "person_id"], unique=False)
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"], unique=False)
    op.create_index("ix_enrolment_requirement", "enrolment", ["requirement_id", "person_id"], unique=False)
    op.create_table(
        "requirement_adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=True),
        sa.Column("due", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_adoption_requirement_id_requirement")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_requirement_adoption_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_adoption")),
        sa.UniqueConstraint("requirement_id", "unit_id", name=op.f("uq_requirement_adoption_requirement_id_unit_id")),
    )
    op.create_table(
        "requirement_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum("include", "exclude", name="known_effect", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "base",
                "intermediate",
                "in_depth",
                name="known_level",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("service", sa.String(length=80), nullable=True),
        sa.Column("profession", sa.String(length=80), nullable=True),
        sa.Column("min_days", sa.Integer(), nullable=True),
        sa.Column("valid_from_on", sa.Date(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("min_days IS NULL OR min_days >= 1", name=op.f("ck_requirement_rule_min_days_positive")),
        sa.CheckConstraint(
            "valid_until_on IS NULL OR valid_from_on IS NULL OR valid_until_on >= valid_from_on",
            name=op.f("ck_requirement_rule_span"),
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_rule_requirement_id_requirement")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_requirement_rule_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_rule")),
    )
    op.create_index(op.f("ix_requirement_rule_requirement_id"), "requirement_rule", ["requirement_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("passed", "failed", name="known_outcome", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(handed_in_at IS NULL) = (outcome IS NULL) AND (handed_in_at IS NULL) = (score IS NULL)",
            name=op.f("ck_attempt_marked_when_handed_in"),
        ),
        sa.CheckConstraint(
            "handed_in_at IS NULL OR handed_in_at >= started_at", name=op.f("ck_attempt_handed_in_after_start")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempt_number_from_one")),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= total)", name=op.f("ck_attempt_score_in_range")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_attempt_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attempt_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_attempt_enrolment_id_number")),
    )
    op.create_index(
        "uq_attempt_one_open",
        "attempt",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("handed_in_at IS NULL"),
        postgresql_where=sa.text("handed_in_at IS NULL"),
    )
    op.create_table(
        "enrolment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cancelled",
                "reinstated",
                "due_changed",
                name="known_eventkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
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
                name="known_eventreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("grace_until_on", sa.Date(), nullable=True),
        sa.Column("open_until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'due_changed') = (due_on IS NOT NULL)", name=op.f("ck_enrolment_event_due_with_due_changed")
        ),
        sa.CheckConstraint(
            "(due_on IS NULL) = (grace_until_on IS NULL)", name=op.f("ck_enrolment_event_grace_with_due")
        ),
        sa.CheckConstraint(
            "grace_until_on IS NULL OR grace_until_on >= due_on", name=op.f("ck_enrolment_event_grace_after_due")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_event_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_enrolment_event_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_event")),
    )
    op.create_index("ix_enrolment_event_latest", "enrolment_event", ["enrolment_id", "kind", "id"], unique=False)
    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "exempt", "extension", name="known_exemptionkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "other_duties",
                "long_absence",
                "leaving_soon",
                "technical_fault",
                "other",
                name="known_exemptionreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind = 'exempt' OR enrolment_id IS NOT NULL", name=op.f("ck_exemption_extension_of_an_enrolment")
        ),
        sa.CheckConstraint("kind = 'exempt' OR until_on IS NOT NULL", name=op.f("ck_exemption_extension_has_an_end")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_exemption_span")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_exemption_course_id_course")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_exemption_decided_by_person")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_exemption_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exemption_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index("ix_exemption_person_course", "exemption", ["person_id", "course_id"], unique=False)
    op.create_table(
        "reading_place",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=80), nullable=False),
        sa.Column("screen_id", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_reading_place_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "module_id", name=op.f("pk_reading_place")),
    )
    op.create_table(
        "answer",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=160), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_answer_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "passed",
                "equivalent",
                "recorded",
                "imported",
                name="known_basis",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("achieved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("achieved_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(basis = 'passed') = (attempt_id IS NOT NULL)", name=op.f("ck_completion_passed_by_an_attempt")
        ),
        sa.CheckConstraint(
            "basis = 'passed' OR recorded_by IS NOT NULL OR basis = 'imported'",
            name=op.f("ck_completion_somebody_recorded_it"),
        ),
        sa.CheckConstraint(
            "attempt_id IS NULL OR course_version_id IS NOT NULL", name=op.f("ck_completion_passed_in_a_version")
        ),
        sa.CheckConstraint(
            "attempt_id IS NULL OR enrolment_id IS NOT NULL", name=op.f("ck_completion_passed_on_an_enrolment")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_completion_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_completion_course_id_course")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_completion_course_version_id_course_version")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_completion_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id_person")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_completion_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_completion_attempt_id")),
    )
    op.create_index("ix_completion_person_course", "completion", ["person_id", "course_id"], unique=False)
    op.create_table(
        "completion_credit",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_completion_credit_completion_id_completion")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_completion_credit_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "completion_id", name=op.f("pk_completion_credit")),
    )
    op.create_index(op.f("ix_completion_credit_completion_id"), "completion_credit", ["completion_id"], unique=False)
    op.create_table(
        "completion_employment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("profession", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_completion_employment_completion_id_completion")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_completion_employment_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_employment")),
    )
    op.create_index(
        op.f("ix_completion_employment_completion_id"), "completion_employment", ["completion_id"], unique=False
    )
    op.create_index(op.f("ix_completion_employment_unit_id"), "completion_employment", ["unit_id"], unique=False)
    op.create_table(
        "revocation",
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "wrong_person",
                "wrong_course",
                "wrong_date",
                "not_valid",
                name="known_revocationreason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_revocation_completion_id_completion")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_revocation_revoked_by_person")),
        sa.PrimaryKeyConstraint("completion_id", name=op.f("pk_revocation")),
    )


def downgrade() -> None:
    op.drop_table("revocation")
    op.drop_index(op.f("ix_completion_employment_unit_id"), table_name="completion_employment")
    op.drop_index(op.f("ix_completion_employment_completion_id"), table_name="completion_employment")
    op.drop_table("completion_employment")
    op.drop_index(op.f("ix_completion_credit_completion_id"), table_name="completion_credit")
    op.drop_table("completion_credit")
    op.drop_index("ix_completion_person_course", table_name="completion")
    op.drop_table("completion")
    op.drop_table("answer")
    op.drop_table("reading_place")
    op.drop_index("ix_exemption_person_course", table_name="exemption")
    op.drop_table("exemption")
    op.drop_index("ix_enrolment_event_latest", table_name="enrolment_event")
    op.drop_table("enrolment_event")
    op.drop_index(
        "uq_attempt_one_open",
        table_name="attempt",
        sqlite_where=sa.text("handed_in_at IS NULL"),
        postgresql_where=sa.text("handed_in_at IS NULL"),
    )
    op.drop_table("attempt")
    op.drop_index(op.f("ix_requirement_rule_requirement_id"), table_name="requirement_rule")
    op.drop_table("requirement_rule")
    op.drop_table("requirement_adoption")
    op.drop_index("ix_enrolment_requirement", table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_person_id"), table_name="enrolment")
    op.drop_index("ix_enrolment_course_cycle", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index("ix_audience_member_person_requirement", table_name="audience_member")
    op.drop_index(op.f("ix_audience_member_employment_id"), table_name="audience_member")
    op.drop_table("audience_member")
    op.drop_index(op.f("ix_requirement_course_id"), table_name="requirement")
    op.drop_table("requirement")
