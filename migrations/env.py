"""Alembic's environment: runs the steps on tbblearn's own engine and models."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from tbblearn import models  # noqa: F401  (every table is known)
from tbblearn.db import Base, writing


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
        context.run_migrations()


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
