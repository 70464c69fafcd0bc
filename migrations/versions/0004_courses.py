"""Courses, their immutable versions and pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_table(
        "course_asset",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_course_asset_sha256_in_hex")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_course_asset")),
    )
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column(
            "change_class",
            sa.Enum(
                "editorial", "material", name="known_changeclass", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("placeholders", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_course_version_sha256_in_hex")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_course_version_number_from_one")),
        sa.CheckConstraint("placeholders >= 0", name=op.f("ck_course_version_placeholders_counted")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id_course")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_course_version_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
        sa.UniqueConstraint("course_id", "sha256", name=op.f("uq_course_version_course_id_sha256")),
    )
    op.create_index(op.f("ix_course_version_published_by"), "course_version", ["published_by"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_course_version_published_by"), table_name="course_version")
    op.drop_table("course_version")
    op.drop_table("course_asset")
    op.drop_table("course")
