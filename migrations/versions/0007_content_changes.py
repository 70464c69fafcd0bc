"""What a new version does to those who have answered: which answers count as right, regrades, requests to read, and
attempts whose answers went on to a newer version.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OPEN_BEFORE = "handed_in_at IS NULL"
OPEN = "handed_in_at IS NULL AND carried_over_at IS NULL"


def upgrade() -> None:
    _drop_index()
    with op.batch_alter_table("attempt", copy_from=_attempt_before()) as attempt:
        attempt.add_column(sa.Column("right_ids", sa.JSON(), nullable=True))
        attempt.add_column(sa.Column("carried_over_at", sa.DateTime(timezone=True), nullable=True))
        attempt.add_column(sa.Column("carried_from_id", sa.Integer(), nullable=True))
        attempt.create_foreign_key(op.f("fk_attempt_carried_from_id_attempt"), "attempt", ["carried_from_id"], ["id"])
        attempt.create_unique_constraint(op.f("uq_attempt_carried_from_id"), ["carried_from_id"])
        attempt.create_check_constraint(
            op.f("ck_attempt_carried_over_is_not_handed_in"), "carried_over_at IS NULL OR handed_in_at IS NULL"
        )
    _mark_what_was_right()
    with op.batch_alter_table("attempt", copy_from=_attempt_after()) as attempt:
        attempt.create_check_constraint(
            op.f("ck_attempt_right_answers_when_handed_in"), "(handed_in_at IS NULL) = (right_ids IS NULL)"
        )
    _create_index(OPEN)
    op.create_table(
        "reading_request",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("read_at IS NULL OR read_at >= asked_at", name=op.f("ck_reading_request_read_after_asked")),
        sa.ForeignKeyConstraint(
            ["course_version_id"],
            ["course_version.id"],
            name=op.f("fk_reading_request_course_version_id_course_version"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reading_request_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "course_version_id", name=op.f("pk_reading_request")),
    )
    op.create_index(op.f("ix_reading_request_course_version_id"), "reading_request", ["course_version_id"])
    op.create_table(
        "regrade",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("score_before", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("outcome_before", _outcome("known_outcome_before"), nullable=False),
        sa.Column("outcome", _outcome("known_outcome"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score > score_before", name=op.f("ck_regrade_only_upward")),
        sa.CheckConstraint(
            "outcome = 'passed' OR outcome_before = 'failed'", name=op.f("ck_regrade_no_pass_taken_away")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_attempt_id_attempt")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_regrade_course_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "course_version_id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_course_version_id"), "regrade", ["course_version_id"])


def downgrade() -> None:
    """What the older tables cannot hold goes: requests to read, regrades, and attempts that were carried over."""
    op.drop_index(op.f("ix_regrade_course_version_id"), table_name="regrade")
    op.drop_table("regrade")
    op.drop_index(op.f("ix_reading_request_course_version_id"), table_name="reading_request")
    op.drop_table("reading_request")
    _drop_index()
    op.execute("UPDATE attempt SET carried_from_id = NULL")
    op.execute("DELETE FROM answer WHERE attempt_id IN (SELECT id FROM attempt WHERE carried_over_at IS NOT NULL)")
    op.execute("DELETE FROM attempt WHERE carried_over_at IS NOT NULL")
    with op.batch_alter_table("attempt", copy_from=_attempt_after(checked=True)) as attempt:
        attempt.drop_constraint(op.f("ck_attempt_right_answers_when_handed_in"), type_="check")
        attempt.drop_constraint(op.f("ck_attempt_carried_over_is_not_handed_in"), type_="check")
        attempt.drop_constraint(op.f("uq_attempt_carried_from_id"), type_="unique")
        attempt.drop_constraint(op.f("fk_attempt_carried_from_id_attempt"), type_="foreignkey")
        attempt.drop_column("carried_from_id")
        attempt.drop_column("carried_over_at")
        attempt.drop_column("right_ids")
    _create_index(OPEN_BEFORE)


def _drop_index() -> None:
    op.drop_index("uq_attempt_one_open", table_name="attempt")


def _create_index(condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        "uq_attempt_one_open", "attempt", ["enrolment_id"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _outcome(name: str) -> sa.Enum:
    return sa.Enum("passed", "failed", name=name, native_enum=False, create_constraint=True, length=24)


def _attempt_before() -> sa.Table:
    """The table as it was, for SQLite, which cannot alter one: it is made anew and needs to be told its constraints."""
    return sa.Table("attempt", sa.MetaData(), *_columns())


def _attempt_after(*, checked: bool = False) -> sa.Table:
    more = [
        sa.Column("right_ids", sa.JSON(), nullable=True),
        sa.Column("carried_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carried_from_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["carried_from_id"], ["attempt.id"], name="fk_attempt_carried_from_id_attempt"),
        sa.UniqueConstraint("carried_from_id", name="uq_attempt_carried_from_id"),
        sa.CheckConstraint(
            "carried_over_at IS NULL OR handed_in_at IS NULL", name="ck_attempt_carried_over_is_not_handed_in"
        ),
    ]
    if checked:
        more.append(
            sa.CheckConstraint(
                "(handed_in_at IS NULL) = (right_ids IS NULL)", name="ck_attempt_right_answers_when_handed_in"
            )
        )
    return sa.Table("attempt", sa.MetaData(), *_columns(), *more)


def _columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("outcome", _outcome("known_outcome"), nullable=True),
        sa.CheckConstraint(
            "(handed_in_at IS NULL) = (outcome IS NULL) AND (handed_in_at IS NULL) = (score IS NULL)",
            name="ck_attempt_marked_when_handed_in",
        ),
        sa.CheckConstraint(
            "handed_in_at IS NULL OR handed_in_at >= started_at", name="ck_attempt_handed_in_after_start"
        ),
        sa.CheckConstraint("number >= 1", name="ck_attempt_number_from_one"),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= total)", name="ck_attempt_score_in_range"),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name="fk_attempt_course_version_id_course_version"
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_attempt_enrolment_id_enrolment"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("enrolment_id", "number", name="uq_attempt_enrolment_id_number"),
    ]


def _mark_what_was_right() -> None:
    """Before this step every attempt was marked by the keys of its own version, and none was marked again."""
    connection = op.get_bind()
    attempt = sa.table(
        "attempt",
        sa.column("id"),
        sa.column("course_version_id"),
        sa.column("questions", sa.JSON()),
        sa.column("handed_in_at"),
        sa.column("right_ids", sa.JSON()),
    )
    answer = sa.table("answer", sa.column("attempt_id"), sa.column("question_id"), sa.column("chosen", sa.JSON()))
    version = sa.table("course_version", sa.column("id"), sa.column("content", sa.JSON()))
    ids = sa.select(attempt.c.course_version_id).where(attempt.c.handed_in_at.is_not(None)).distinct()
    for version_id, content in connection.execute(
        sa.select(version.c.id, version.c.content).where(version.c.id.in_(ids))
    ).all():
        keys = {
            question["id"]: {choice["id"] for choice in question["choices"] if choice["correct"]}
            for question in content["questions"]
        }
        handed_in = sa.and_(attempt.c.course_version_id == version_id, attempt.c.handed_in_at.is_not(None))
        right: dict[int, list[str]] = {
            attempt_id: [] for attempt_id in connection.scalars(sa.select(attempt.c.id).where(handed_in))
        }
        answers = sa.select(answer.c.attempt_id, answer.c.question_id, answer.c.chosen).join_from(
            answer, attempt, attempt.c.id == answer.c.attempt_id
        )
        for attempt_id, question_id, chosen in connection.execute(answers.where(handed_in)):
            if set(chosen) == keys.get(question_id):
                right[attempt_id].append(question_id)
        connection.execute(
            sa.text("UPDATE attempt SET right_ids = :right_ids WHERE id = :id"),
            [{"id": attempt_id, "right_ids": json.dumps(sorted(marked))} for attempt_id, marked in right.items()],
        )
