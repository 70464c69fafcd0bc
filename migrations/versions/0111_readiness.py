"""Answers of closed waves, and the published figures."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"


def upgrade() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id", "piece_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        sa.Index("ix_response_wave", "wave_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "published_figure",
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("family", known("family", "means", "distributions", "overall"), nullable=False),
        sa.Column(
            "measure", known("measure", "n", "mean", "share", "agreement", "same_as", "statistic"), nullable=False
        ),
        sa.Column(
            "kind",
            known(
                "kind",
                "at_least",
                "n_band",
                "one_decimal",
                "half",
                "band",
                "tens",
                "fives",
                "word",
                "unit",
                "two_decimals",
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("scale", sa.String(40)),
        sa.Column("item", sa.String(40)),
        sa.Column("part", known("part", "low", "middle", "high")),
        sa.Column("statistic", sa.String(60)),
        sa.ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        sa.Index("ix_published_figure_unit", "wave_id", "unit_id"),
    )
    op.create_table(
        "figure_comparison",
        sa.Column("wave_id", sa.Integer(), sa.ForeignKey("wave.id"), primary_key=True),
        sa.Column("unit_id", sa.Integer(), primary_key=True),
        sa.Column("scale", sa.String(40), primary_key=True),
        sa.Column("against", known("against", "before", "above", "county"), primary_key=True),
        sa.Column("word", known("difference", "higher", "lower", "no_certain_difference"), nullable=False),
        sa.Column("earlier_id", sa.Integer(), sa.ForeignKey("wave.id")),
        sa.ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
    )
    keep_no_statistics("response", "id", "wave_id", "piece_id", "answers")


def downgrade() -> None:
    for table in ("figure_comparison", "published_figure", "response"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)


def keep_no_statistics(table: str, *columns: str) -> None:
    """In its statistics PostgreSQL's planner would quote what was answered, also without rows."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')
