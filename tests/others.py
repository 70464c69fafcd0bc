"""Another user of the same database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from tbblearn.databases import writing


@contextmanager
def in_a_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements are one transaction, as a dump's are; our own reads have none on PostgreSQL."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            with writing():
                connection.begin()
        yield connection
        connection.rollback()
