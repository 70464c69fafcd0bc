"""Access without an employment, why a role ended, and what the logs of who saw what need; letters with links go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SEEN_BEFORE = "seen IN ('list_downloaded', 'list_shown', 'person_shown')"
SEEN = "seen IN ('list_downloaded', 'list_shown', 'person_shown', 'letter_shown')"
PURPOSES_BEFORE = "purpose IN ('set_password')"
PURPOSES = "purpose IN ('set_password', 'read_history')"
END_REASONS = "end_reason IN ('decided', 'not_employed')"


def upgrade() -> None:
    op.create_table(
        "external_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_external_access_span")),
        sa.CheckConstraint(f"until_on <= {_a_year_on()}", name=op.f("ck_external_access_at_most_a_year")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_external_access_person_id_person")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["person.id"], name=op.f("fk_external_access_sponsor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_access")),
    )
    op.create_index(op.f("ix_external_access_person_id"), "external_access", ["person_id"], unique=False)
    with op.batch_alter_table("role_grant", copy_from=_role_grant()) as grant:
        grant.add_column(sa.Column("end_reason", sa.String(length=24), nullable=True))
        grant.create_check_constraint(op.f("ck_role_grant_known_grantend"), END_REASONS)
        grant.create_check_constraint(
            op.f("ck_role_grant_reason_of_an_end"), "end_reason IS NULL OR until_on IS NOT NULL"
        )
    # Whoever ended a role until now had decided so.
    op.execute(sa.text("UPDATE role_grant SET end_reason = 'decided' WHERE until_on IS NOT NULL"))
    with op.batch_alter_table("access_log", copy_from=_access_log(SEEN_BEFORE, by_somebody=True)) as log:
        log.alter_column("actor_id", existing_type=sa.Integer(), nullable=True)
        log.drop_constraint(op.f("ck_access_log_known_seen"), type_="check")
        log.create_check_constraint(op.f("ck_access_log_known_seen"), SEEN)
    op.add_column("sign_in_session", sa.Column("history_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("one_time_link", copy_from=_one_time_link(PURPOSES_BEFORE)) as link:
        link.drop_constraint(op.f("ck_one_time_link_known_linkpurpose"), type_="check")
        link.create_check_constraint(op.f("ck_one_time_link_known_linkpurpose"), PURPOSES)
    _admit_administrators()
    # Without a mail server these were kept to be read; a link in one signs its reader in.
    op.execute(sa.text("UPDATE message SET kept_subject = '', kept_body = '' WHERE kind = 'set_password'"))


def downgrade() -> None:
    """What the tables before could not hold goes: sessions and links to the own history, which would open everything;
    that a letter was read, and what the command line was given.
    """
    op.execute(sa.text("DELETE FROM sign_in_session WHERE history_only"))
    op.execute(sa.text("DELETE FROM one_time_link WHERE purpose = 'read_history'"))
    with op.batch_alter_table("one_time_link", copy_from=_one_time_link(PURPOSES)) as link:
        link.drop_constraint(op.f("ck_one_time_link_known_linkpurpose"), type_="check")
        link.create_check_constraint(op.f("ck_one_time_link_known_linkpurpose"), PURPOSES_BEFORE)
    op.drop_column("sign_in_session", "history_only")
    op.execute(sa.text("DELETE FROM access_log WHERE seen = 'letter_shown' OR actor_id IS NULL"))
    with op.batch_alter_table("access_log", copy_from=_access_log(SEEN, by_somebody=False)) as log:
        log.alter_column("actor_id", existing_type=sa.Integer(), nullable=False)
        log.drop_constraint(op.f("ck_access_log_known_seen"), type_="check")
        log.create_check_constraint(op.f("ck_access_log_known_seen"), SEEN_BEFORE)
    with op.batch_alter_table("role_grant", copy_from=_role_grant(ended=True)) as grant:
        grant.drop_constraint(op.f("ck_role_grant_reason_of_an_end"), type_="check")
        grant.drop_constraint(op.f("ck_role_grant_known_grantend"), type_="check")
        grant.drop_column("end_reason")
    op.drop_index(op.f("ix_external_access_person_id"), table_name="external_access")
    op.drop_table("external_access")


def _a_year_on() -> str:
    """The last day that an access from `from_on` may have; the two databases count days differently."""
    return "date(from_on, '+366 days')" if op.get_bind().dialect.name == "sqlite" else "from_on + 366"


def _admit_administrators() -> None:
    """Who was given a role by hand without being employed (the first administrators) stays in, for a year from now."""
    today = datetime.now(ZoneInfo("Europe/Stockholm"))
    op.get_bind().execute(
        sa.text(
            "INSERT INTO external_access (person_id, from_on, until_on, given_at)"
            " SELECT person.id, :today, :until, :now FROM person"
            " WHERE EXISTS (SELECT 1 FROM role_grant WHERE role_grant.person_id = person.id"
            " AND role_grant.source = 'hand' AND (role_grant.until_on IS NULL OR role_grant.until_on >= :today))"
            " AND NOT EXISTS (SELECT 1 FROM employment WHERE employment.person_id = person.id)"
        ).bindparams(
            sa.bindparam("today", today.date(), sa.Date()),
            sa.bindparam("until", today.date() + timedelta(days=365), sa.Date()),
            sa.bindparam("now", today.astimezone(UTC), sa.DateTime(timezone=True)),
        )
    )


def _role_grant(*, ended: bool = False) -> sa.Table:
    """The table as it was, for SQLite, which cannot alter one: it is made anew and needs to be told its constraints."""
    more: list[sa.schema.SchemaItem] = []
    if ended:
        more = [
            sa.Column("end_reason", sa.String(length=24), nullable=True),
            sa.CheckConstraint(END_REASONS, name="ck_role_grant_known_grantend"),
            sa.CheckConstraint("end_reason IS NULL OR until_on IS NOT NULL", name="ck_role_grant_reason_of_an_end"),
        ]
    return sa.Table(
        "role_grant",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('manager', 'pilot', 'follow_up', 'process_leader', 'editor', 'admin')",
            name="ck_role_grant_known_role",
        ),
        sa.CheckConstraint("source IN ('hand', 'hr')", name="ck_role_grant_known_grantsource"),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ck_role_grant_span"),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name="fk_role_grant_given_by_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_grant_person_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name="fk_role_grant_unit_id_org_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sa.Index("ix_role_grant_person_id", "person_id"),
        *more,
    )


def _access_log(seen: str, *, by_somebody: bool) -> sa.Table:
    return sa.Table(
        "access_log",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.String(length=24), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=not by_somebody),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.CheckConstraint(seen, name="ck_access_log_known_seen"),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sa.Index("ix_access_log_at", "at"),
    )


def _one_time_link(purposes: str) -> sa.Table:
    return sa.Table(
        "one_time_link",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(purposes, name="ck_one_time_link_known_linkpurpose"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_one_time_link_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_link_token_hash"),
        sa.Index("ix_one_time_link_person_id", "person_id"),
    )
