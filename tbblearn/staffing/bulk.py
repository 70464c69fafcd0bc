"""Tens of thousands of rows at once: ids are drawn first, and PostgreSQL gets the rows by COPY.

With RETURNING, or row by row, a first file would hold its locks several times as long (benchmarks/staffing.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from tbblearn.db import Model, db

Row = dict[str, Any]
_AT_A_TIME = 500


def insert_many(model: type[Model], rows: Sequence[Row]) -> list[int]:
    """Insert the rows, which all have the same columns; their ids, in the same order."""
    if not rows:
        return []
    table, connection = cast(Table, model.__table__), db.session.connection()
    if connection.dialect.name == "postgresql":
        drawn = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        ids = list(connection.scalars(select(drawn).select_from(func.generate_series(1, len(rows)).alias())))
        _copy(connection, table, ids, rows)
    else:
        last = connection.scalar(select(func.max(table.c.id))) or 0
        ids = list(range(last + 1, last + 1 + len(rows)))
        connection.execute(table.insert(), [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
    return ids


def _copy(connection: Connection, table: Table, ids: Sequence[int], rows: Sequence[Row]) -> None:
    names = list(rows[0])
    processors = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names
    ]

    def cells(number: int, row: Row) -> Iterator[Any]:
        yield number
        for name, processor in zip(names, processors, strict=True):
            yield processor(row[name]) if processor else row[name]

    columns = ", ".join(f'"{name}"' for name in ("id", *names))
    driver = cast(Any, connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for number, row in zip(ids, rows, strict=True):
            copy.write_row(tuple(cells(number, row)))


def update_many(model: type[Model], rows: Sequence[Row]) -> None:
    """Set the columns of the rows with these ids, which each row has as `of`."""
    if rows:
        table = cast(Table, model.__table__)
        names = [name for name in rows[0] if name != "of"]
        change = update(table).where(table.c.id == bindparam("of")).values({name: bindparam(name) for name in names})
        db.session.connection().execute(change, list(rows))


def delete_many(model: type[Any], ids: Sequence[int]) -> None:
    """Delete the rows with these ids."""
    for start in range(0, len(ids), _AT_A_TIME):
        gone = delete(model).where(model.id.in_(ids[start : start + _AT_A_TIME]))
        db.session.execute(gone, execution_options={"synchronize_session": False})
