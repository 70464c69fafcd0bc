"""Where and when an employment is held becomes a row of its own, so that a move leaves the past as it was.

Every employment gets one placement with the same id. Going down, an employment has its last place from its first day;
one that was withdrawn goes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"

MOVED = ("unit_id", "profession", "start_on", "end_on", "known_on")


def upgrade() -> None:
    with op.batch_alter_table("employment") as employment:
        employment.add_column(sa.Column("source", sa.String(80)))
        employment.add_column(sa.Column("missing_since", sa.DateTime(timezone=True)))
        employment.add_column(sa.Column("withdrawn_on", sa.Date()))
        employment.create_unique_constraint("uq_employment_id_person", ["id", "person_id"])
    op.execute(
        "UPDATE employment SET source = (SELECT org_unit.source FROM org_unit WHERE org_unit.id = employment.unit_id)"
    )
    op.create_table(
        "person_key",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("external_id", sa.String(80), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
    )
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("employment_id", sa.Integer(), nullable=False, index=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_unit.id"), nullable=False),
        sa.Column("profession", sa.String(80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["employment_id", "person_id"], ["employment.id", "employment.person_id"]),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
        sa.Index("ix_placement_unit_span", "unit_id", "from_on", "until_on"),
    )
    op.execute(
        "INSERT INTO placement (id, employment_id, person_id, unit_id, profession, from_on, until_on, known_on) "
        "SELECT id, id, person_id, unit_id, profession, start_on, end_on, known_on FROM employment"
    )
    go_on_counting("placement")
    members_of("placement_id", "placement", "employment_id", "employment")
    with op.batch_alter_table("employment") as employment:
        employment.alter_column("source", nullable=False)
        employment.create_index("ix_employment_source", ["source"])
        employment.drop_constraint("span", type_="check")
        employment.drop_index("ix_employment_unit_span")
        for name in MOVED:
            employment.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("employment") as employment:
        employment.add_column(sa.Column("unit_id", sa.Integer()))
        employment.add_column(sa.Column("profession", sa.String(80)))
        employment.add_column(sa.Column("start_on", sa.Date()))
        employment.add_column(sa.Column("end_on", sa.Date()))
        employment.add_column(sa.Column("known_on", sa.Date()))
    nowhere = "SELECT id FROM employment WHERE id NOT IN (SELECT employment_id FROM placement)"
    op.execute(f"DELETE FROM leave WHERE employment_id IN ({nowhere})")
    op.execute(f"DELETE FROM employment WHERE id IN ({nowhere})")
    mine = "FROM placement WHERE placement.employment_id = employment.id"
    op.execute(
        f"UPDATE employment SET (unit_id, profession, end_on) = "
        f"(SELECT unit_id, profession, until_on {mine} ORDER BY from_on DESC, id DESC LIMIT 1), "
        f"(start_on, known_on) = (SELECT min(from_on), min(known_on) {mine})"
    )
    last = "SELECT max(id) FROM placement GROUP BY employment_id"
    op.execute(f"DELETE FROM audience_member WHERE placement_id NOT IN ({last})")
    op.execute(
        "UPDATE audience_member SET placement_id = "
        "(SELECT employment_id FROM placement WHERE placement.id = audience_member.placement_id)"
    )
    members_of("employment_id", "employment", "placement_id", "placement")
    op.drop_table("placement")
    op.drop_table("person_key")
    with op.batch_alter_table("employment") as employment:
        for name in ("unit_id", "profession", "start_on", "known_on"):
            employment.alter_column(name, nullable=False)
        employment.create_foreign_key("fk_employment_unit_id_org_unit", "org_unit", ["unit_id"], ["id"])
        employment.create_check_constraint("span", "end_on IS NULL OR end_on >= start_on")
        employment.create_index("ix_employment_unit_span", ["unit_id", "start_on", "end_on"])
        employment.drop_constraint("uq_employment_id_person", type_="unique")
        employment.drop_index("ix_employment_source")
        employment.drop_column("source")
        employment.drop_column("missing_since")
        employment.drop_column("withdrawn_on")


def members_of(new: str, table: str, old: str, old_table: str) -> None:
    """Make the audience's rows point to the other table; their ids are there already."""
    with op.batch_alter_table("audience_member") as member:
        member.drop_index(f"ix_audience_member_{old}")
        member.drop_constraint(f"fk_audience_member_{old}_{old_table}", type_="foreignkey")
        member.alter_column(old, new_column_name=new)
    with op.batch_alter_table("audience_member") as member:
        cascade = "CASCADE" if table == "placement" else None
        member.create_foreign_key(f"fk_audience_member_{new}_{table}", table, [new], ["id"], ondelete=cascade)
        member.create_index(f"ix_audience_member_{new}", [new])


def go_on_counting(table: str) -> None:
    """PostgreSQL hands out ids after those that were given."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
