"""Courses, their immutable versions and pictures, and drafts of them."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(80), nullable=False, unique=True),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("course_id", sa.Integer(), sa.ForeignKey("course.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("change_class", known("changeclass", "editorial", "material"), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("placeholders", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), sa.ForeignKey("person.id"), index=True),
        sa.UniqueConstraint("course_id", "number"),
        sa.UniqueConstraint("course_id", "sha256"),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
        sa.CheckConstraint("placeholders >= 0", name="placeholders_counted"),
    )
    op.create_table(
        "course_asset",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
    )
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("uploaded_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("slugs", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("uploaded_by", "sha256"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_in_hex"),
        # A page that was opened for a draft that is gone must never come to mean another one.
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("course_draft", "course_asset", "course_version", "course"):
        op.drop_table(table)


def known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"known_{name}", native_enum=False, create_constraint=True, length=24)
