"""Survey waves, their frozen trees, invitations, answers, and published figures."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

UNNOTED = {
    "response_open": ("id", "wave_id", "unit_id", "answers", "complete", "instrument_version"),
    "response": ("id", "wave_id", "piece_id", "answers"),
    "invitation": ("person_id", "answered", "declined"),
    "message": ("kind", "recipient_id", "dedupe_key", "values"),
}


def upgrade() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "closed",
                "audited",
                "published",
                "withdrawn",
                name="known_wavestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("k_distribution", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_from_on", sa.Date(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("cleaned", sa.Boolean(), nullable=False),
        sa.Column("audit_report", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_wave_withdrawn_has_time")
        ),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_wave_published_has_time")),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'withdrawn') OR closed_at IS NOT NULL", name=op.f("ck_wave_closed_has_time")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'withdrawn') OR opened_at IS NOT NULL", name=op.f("ck_wave_opened_has_time")
        ),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_wave_approved_by_somebody")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_wave_span")),
        sa.CheckConstraint("k >= 5 AND k_distribution >= k", name=op.f("ck_wave_limits")),
        sa.CheckConstraint("reminders BETWEEN 0 AND 2", name=op.f("ck_wave_two_reminders_at_most")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_wave_approved_by_person")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_wave_created_by_person")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_wave_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
    )
    op.create_table(
        "wave_adoption",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_wave_adoption_unit_id_org_unit")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_adoption_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", name=op.f("pk_wave_adoption")),
    )
    op.create_table(
        "wave_unit",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=170), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lan",
                "huvudman",
                "forvaltning",
                "verksamhet",
                "enhet",
                name="known_unitkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "path",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("folded_into", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("rate_band", sa.String(length=12), nullable=True),
        sa.Column("piece_id", sa.Integer(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["folded_into"], ["org_unit.id"], name=op.f("fk_wave_unit_folded_into_org_unit")),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_wave_unit_parent_id_org_unit")),
        sa.ForeignKeyConstraint(["piece_id"], ["org_unit.id"], name=op.f("fk_wave_unit_piece_id_org_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_wave_unit_unit_id_org_unit")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_unit_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", name=op.f("pk_wave_unit")),
    )
    op.create_index("ix_wave_unit_path", "wave_unit", ["wave_id", "path"], unique=False)
    op.create_table(
        "figure_comparison",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column(
            "against",
            sa.Enum(
                "before", "above", "county", name="known_against", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "word",
            sa.Enum(
                "higher",
                "lower",
                "no_certain_difference",
                name="known_difference",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("earlier_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["earlier_id"], ["wave.id"], name=op.f("fk_figure_comparison_earlier_id_wave")),
        sa.ForeignKeyConstraint(
            ["wave_id", "unit_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_figure_comparison_wave_id_unit_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_figure_comparison_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "scale", "against", name=op.f("pk_figure_comparison")),
    )
    op.create_table(
        "invitation",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT (answered AND declined)", name=op.f("ck_invitation_answered_or_declined")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")),
        sa.ForeignKeyConstraint(
            ["wave_id", "unit_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_invitation_wave_id_unit_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_invitation_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "person_id", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_person", "invitation", ["person_id"], unique=False)
    op.create_index("ix_invitation_unit", "invitation", ["wave_id", "unit_id"], unique=False)
    op.create_table(
        "published_figure",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "family",
            sa.Enum(
                "means",
                "distributions",
                "overall",
                name="known_family",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.Enum(
                "n",
                "mean",
                "share",
                "agreement",
                "same_as",
                "note",
                "statistic",
                name="known_measure",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "n_band",
                "one_decimal",
                "half",
                "band",
                "tens",
                "fives",
                "word",
                "unit",
                "two_decimals",
                name="known_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=True),
        sa.Column("item", sa.String(length=40), nullable=True),
        sa.Column(
            "part",
            sa.Enum("low", "middle", "high", name="known_part", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("statistic", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["wave_id", "unit_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_published_figure_wave_id_unit_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_published_figure_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "position", name=op.f("pk_published_figure")),
    )
    op.create_index("ix_published_figure_unit", "published_figure", ["wave_id", "unit_id"], unique=False)
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id", "piece_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_response_wave_id_piece_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_response_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_wave", "response", ["wave_id"], unique=False)
    op.create_table(
        "response_open",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("instrument_version", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id", "unit_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_response_open_wave_id_unit_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_response_open_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_open")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        # The planner's notes on a column quote its values, with how often each is there: how many answered in a unit
        # of two, who was invited, and who was reminded. They outlive the rows, so none are taken.
        for table, columns in UNNOTED.items():
            for column in columns:
                op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in UNNOTED["message"]:
            op.execute(f'ALTER TABLE message ALTER COLUMN "{column}" SET STATISTICS -1')
    op.drop_table("response_open")
    op.drop_index("ix_response_wave", table_name="response")
    op.drop_table("response")
    op.drop_index("ix_published_figure_unit", table_name="published_figure")
    op.drop_table("published_figure")
    op.drop_index("ix_invitation_unit", table_name="invitation")
    op.drop_index("ix_invitation_person", table_name="invitation")
    op.drop_table("invitation")
    op.drop_table("figure_comparison")
    op.drop_index("ix_wave_unit_path", table_name="wave_unit")
    op.drop_table("wave_unit")
    op.drop_table("wave_adoption")
    op.drop_table("wave")
