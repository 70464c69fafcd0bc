"""Courses that an editor has uploaded and not yet published."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("slugs", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_course_draft_sha256_in_hex")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_course_draft_uploaded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_draft")),
        sa.UniqueConstraint("uploaded_by", "sha256", name=op.f("uq_course_draft_uploaded_by_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_course_draft_uploaded_at"), "course_draft", ["uploaded_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_course_draft_uploaded_at"), table_name="course_draft")
    op.drop_table("course_draft")
