"""Waves, their frozen trees, invitations, and the answers of an open wave."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"


def upgrade() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("programme_id", sa.Integer(), sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("instrument", sa.String(40), nullable=False),
        sa.Column("instrument_version", sa.String(40), nullable=False),
        sa.Column(
            "state",
            known("wavestate", "planned", "open", "closed", "audited", "published", "withdrawn"),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("k_distribution", sa.Integer(), nullable=False),
        sa.Column("margin", sa.Integer(), nullable=False, server_default=sa.text("2")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("approved_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("audited_at", sa.DateTime(timezone=True)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("disposed_at", sa.DateTime(timezone=True)),
        sa.Column("staff_from_on", sa.Date()),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("answers_lost", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date()),
        sa.Column("rated_on", sa.Date()),
        sa.Column("wiped_on", sa.Date()),
        sa.Column("cleaned", sa.Boolean(), nullable=False),
        sa.Column("audit_report", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closes_on >= opens_on", name="span"),
        sa.CheckConstraint("k >= 5 AND k_distribution >= k", name="limits"),
        sa.CheckConstraint("margin >= 2 AND margin < k", name="margin"),
        sa.CheckConstraint("state IN ('planned', 'withdrawn') OR opened_at IS NOT NULL", name="opened_has_time"),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'withdrawn') OR closed_at IS NOT NULL", name="closed_has_time"
        ),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_has_time"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_time"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        sa.CheckConstraint("reminders BETWEEN 0 AND 2", name="two_reminders_at_most"),
    )
    op.create_table(
        "wave_adoption",
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), primary_key=True),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
    )
    op.create_table(
        "wave_unit",
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), primary_key=True),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(170), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("kind", known("unitkind", "lan", "huvudman", "forvaltning", "verksamhet", "enhet"), nullable=False),
        sa.Column("path", byte_ordered(400), nullable=False),
        sa.Column("folded_into", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("rate_band", sa.String(12)),
        sa.Column("piece_id", sa.Integer(), sa.ForeignKey("org_unit.id")),
        sa.Index("ix_wave_unit_path", "wave_id", "path"),
    )
    op.create_table(
        "invitation",
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        sa.CheckConstraint("NOT (answered AND declined)", name="answered_or_declined"),
        sa.Index("ix_invitation_person", "person_id"),
        sa.Index("ix_invitation_unit", "wave_id", "unit_id"),
    )
    op.create_table(
        "response_open",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("instrument_version", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        sqlite_with_rowid=False,
    )
    keep_no_statistics("invitation", "person_id", "answered", "declined")
    keep_no_statistics("response_open", "id", "wave_id", "unit_id", "answers", "complete", "instrument_version")


def downgrade() -> None:
    for table in ("response_open", "invitation", "wave_unit", "wave_adoption", "wave"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)


def byte_ordered(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def keep_no_statistics(table: str, *columns: str) -> None:
    """In its statistics PostgreSQL's planner would quote who was invited and what was answered, also without rows."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')
