"""Who took part stays unknown: printed sizes in place of bands, and nothing kept that tells of who answered.

Published rows keep what they said, with the lower end of a band of n as its printed size; notes and response rates go,
because they told of who took part. What was checked by the rule before has to be checked again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_BANDS = {"5-9": 5, "10-14": 10, "15-19": 15, "20-29": 20, "30-49": 30, "50-99": 50}
_OLD_KINDS = ("n_band", "one_decimal", "half", "band", "tens", "fives", "word", "unit", "two_decimals")
_NEW_KINDS = ("at_least", *_OLD_KINDS)
_NEW_MEASURES = ("n", "mean", "share", "agreement", "same_as", "statistic")
_OLD_MEASURES = (*_NEW_MEASURES[:5], "note", "statistic")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE wave ADD COLUMN margin INTEGER DEFAULT 2 NOT NULL "
        "CONSTRAINT ck_wave_margin CHECK (margin >= 2 AND margin < k)"
    )
    op.add_column("wave", sa.Column("answers_lost", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("wave", sa.Column("wiped_on", sa.Date(), nullable=True))
    op.drop_column("wave", "incomplete")
    op.drop_column("wave_unit", "partial")
    op.drop_column("wave_unit", "single")
    op.execute("UPDATE wave_unit SET rate_band = NULL")
    op.execute("UPDATE wave SET rated_on = NULL")
    op.execute("DELETE FROM published_figure WHERE measure = 'note'")
    op.execute("DELETE FROM published_figure WHERE wave_id IN (SELECT id FROM wave WHERE state = 'audited')")
    op.execute("UPDATE wave SET state = 'closed', audited_at = NULL, audit_report = NULL WHERE state = 'audited'")
    _retype(_OLD_KINDS, _NEW_KINDS, _OLD_MEASURES, _NEW_MEASURES)
    figures = _figures(_NEW_KINDS, _NEW_MEASURES)
    for band, least in _BANDS.items():
        _rename(figures, "n_band", band, "at_least", str(least))
    for band in _large(figures, "n_band"):
        _rename(figures, "n_band", band, "at_least", str(max(100, int(band) - 25)))


def downgrade() -> None:
    figures = _figures(_NEW_KINDS, _NEW_MEASURES)
    for size in _large(figures, "at_least"):
        bands = [band for band, least in _BANDS.items() if least <= int(size)]
        _rename(figures, "at_least", size, "n_band", bands[-1] if int(size) < 100 else str((int(size) + 25) // 50 * 50))
    _retype(_NEW_KINDS, _OLD_KINDS, _NEW_MEASURES, _OLD_MEASURES)
    op.add_column("wave_unit", sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("wave_unit", sa.Column("partial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("wave", sa.Column("incomplete", sa.Integer(), nullable=True))
    op.drop_column("wave", "wiped_on")
    op.drop_column("wave", "answers_lost")
    op.drop_column("wave", "margin")


def _large(figures: sa.Table, kind: str) -> list[str]:
    """The sizes that stand in the table with this kind."""
    return list(op.get_bind().scalars(sa.select(figures.c.value).where(figures.c.kind == kind).distinct()))


def _rename(figures: sa.Table, kind: str, value: str, new_kind: str, new_value: str) -> None:
    op.execute(
        figures.update().where(figures.c.kind == kind, figures.c.value == value).values(kind=new_kind, value=new_value)
    )


def _retype(
    kinds: tuple[str, ...], new_kinds: tuple[str, ...], measures: tuple[str, ...], new_measures: tuple[str, ...]
) -> None:
    """Another list of kinds and measures for the table of published figures."""
    with op.batch_alter_table("published_figure", copy_from=_figures(kinds, measures)) as table:
        table.alter_column("kind", type_=_one_of(new_kinds, "known_kind"), existing_type=_one_of(kinds, "known_kind"))
        table.alter_column(
            "measure", type_=_one_of(new_measures, "known_measure"), existing_type=_one_of(measures, "known_measure")
        )


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _figures(kinds: tuple[str, ...], measures: tuple[str, ...]) -> sa.Table:
    """The table with these kinds and measures."""
    naming = {"ck": "ck_%(table_name)s_%(constraint_name)s"}
    return sa.Table(
        "published_figure",
        sa.MetaData(naming_convention=naming),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("family", _one_of(("means", "distributions", "overall"), "known_family"), nullable=False),
        sa.Column("measure", _one_of(measures, "known_measure"), nullable=False),
        sa.Column("kind", _one_of(kinds, "known_kind"), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=True),
        sa.Column("item", sa.String(length=40), nullable=True),
        sa.Column("part", _one_of(("low", "middle", "high"), "known_part"), nullable=True),
        sa.Column("statistic", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["wave_id", "unit_id"],
            ["wave_unit.wave_id", "wave_unit.unit_id"],
            name=op.f("fk_published_figure_wave_id_unit_id_wave_unit"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_published_figure_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "position", name=op.f("pk_published_figure")),
        sa.Index("ix_published_figure_unit", "wave_id", "unit_id"),
    )
