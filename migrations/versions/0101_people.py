"""Programmes, the tree of units, persons, employments, leave and roles."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(40), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
    )
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("org_unit.id"), index=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("external_id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("name_sort", byte_ordered(400), nullable=False),
        sa.Column("kind", known("unitkind", "lan", "huvudman", "forvaltning", "verksamhet", "enhet"), nullable=False),
        sa.Column("service", sa.String(80), nullable=False),
        sa.Column("own_level", known("own_level", "base", "intermediate", "in_depth")),
        sa.Column("level", known("level", "base", "intermediate", "in_depth")),
        sa.Column("path", byte_ordered(400), nullable=False, index=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("manager_external_id", sa.String(80), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("source", "external_id"),
        sa.CheckConstraint("valid_until_on IS NULL OR valid_until_on >= valid_from_on", name="valid_span"),
        sa.CheckConstraint("(parent_id IS NULL) = (kind = 'lan')", name="only_county_is_root"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("external_id", sa.String(80), nullable=False),
        sa.Column("given_name", sa.String(120), nullable=False),
        sa.Column("family_name", sa.String(120), nullable=False),
        sa.Column("name_sort", byte_ordered(600), nullable=False, index=True),
        sa.Column("name_search", sa.String(400), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False, index=True),
        sa.Column("language", known("language", "sv", "en"), nullable=False),
        sa.Column("protected_identity", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_table(
        "employment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("external_id", sa.String(80), nullable=False),
        sa.Column("profession", sa.String(80), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.CheckConstraint("end_on IS NULL OR end_on >= start_on", name="span"),
        sa.Index("ix_employment_unit_span", "unit_id", "start_on", "end_on"),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("employment_id", sa.Integer(), sa.ForeignKey("employment.id"), nullable=False, index=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("source", known("leavesource", "hr", "manual"), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column(
            "role", known("role", "manager", "pilot", "follow_up", "process_leader", "editor", "admin"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("source", known("grantsource", "hand", "hr"), nullable=False),
        sa.Column("given_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_reason", known("grantend", "decided", "not_employed")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        sa.CheckConstraint("end_reason IS NULL OR until_on IS NOT NULL", name="reason_of_an_end"),
    )
    op.create_table(
        "external_access",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name="span"),
        # The same rule twice, for the two databases count days differently. 366: a year may hold 29 February.
        sa.CheckConstraint("until_on <= date(from_on, '+366 days')", name="at_most_a_year").ddl_if(dialect="sqlite"),
        sa.CheckConstraint("until_on <= from_on + 366", name="at_most_a_year").ddl_if(dialect="postgresql"),
    )


def downgrade() -> None:
    for table in ("external_access", "role_grant", "leave", "employment", "person", "org_unit", "programme"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)


def byte_ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
