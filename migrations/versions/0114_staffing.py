"""The employers' files: their sources, those taken in, and those looked at but not yet confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"


def upgrade() -> None:
    op.create_table(
        "staff_source",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("go_live_on", sa.Date()),
    )
    op.create_table(
        "staff_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(80), sa.ForeignKey("staff_source.source"), nullable=False),
        sa.Column("kind", known("filekind", "units", "staff"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("way", known("way", "folder", "page", "command"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("taken_by", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.UniqueConstraint("source", "kind", "as_of"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
    )
    op.create_table(
        "import_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("kind", known("filekind", "units", "staff"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("created_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("import_draft", "staff_file", "staff_source"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
