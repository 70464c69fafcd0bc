"""Alembic's environment: runs the steps on tbblearn's own engine and models."""

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection

from tbblearn import models  # noqa: F401  (every table is known)
from tbblearn.db import Base, writing

BEFORE_THE_FIRST = """\
The database is at step {found}, of a tbblearn from before version 0.1. Bring it to step 0015 with the last of those \
(commit 1ba90d0), then do what docs/operations.md says under "A database from before 0.1"."""
NEWER = "The database is at step {found}, which this tbblearn does not know. Use the newer one that brought it there."


def run(connection: Connection) -> None:
    """Run the steps asked for, each file in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        refuse_unknown_steps()
        context.run_migrations()


def refuse_unknown_steps() -> None:
    """Alembic would only say that it cannot locate them."""
    now = context.get_context()
    known = {script.revision for script in context.script.walk_revisions()}
    for found in () if now.purge else now.get_current_heads():
        if found not in known:
            raise CommandError((BEFORE_THE_FIRST if found < min(known) else NEWER).format(found=found))


with writing(), current_app.extensions["migrate"].db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A batch ALTER drops and renames the table; with foreign keys on, ON DELETE CASCADE would empty the children.
        # The pragma has no effect inside a transaction, so it is switched on the raw connection, before any begins.
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            run(connection)
            connection.commit()
            broken = raw.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
    else:
        run(connection)
        connection.commit()
