"""Everything that a database leaves on the disk: the rows with what the database notes beside them, and the bytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from

from sqlalchemy import inspect, text

from tbblearn.db import db

ANSWERS = re.compile(rb'\{"[A-Z]+\d+": "\d"(?:, "[A-Z]+\d+": "\d")*\}')
"""A set of answers as both databases write it."""

HEAP_PAGE = 8192
Row = dict[str, object]


@dataclass(frozen=True)
class Disk:
    """`tables`: the rows of each as they come, with ctid, xmin and xmax, or rowid. `files`: bytes by a telling name."""

    tables: dict[str, list[Row]]
    files: dict[str, bytes]
    page: int

    def found(self) -> Iterator[tuple[str, int, str]]:
        """(file, offset, answers) of every set of answers in the bytes."""
        for name, data in self.files.items():
            for match in ANSWERS.finditer(data):
                yield name, match.start(), match.group().decode()


def read_disk() -> Disk:
    """All that is there, as whoever takes the disk finds it. Outside any transaction."""
    db.session.rollback()
    return _read_postgresql() if db.engine.dialect.name == "postgresql" else _read_sqlite()


def _read_sqlite() -> Disk:
    file = Path(str(db.engine.url.database))
    # The bytes first: a connection of ours must not tidy up.
    files = {
        part.name.removeprefix(file.name) or "file": part.read_bytes() for part in file.parent.glob(f"{file.name}*")
    }
    tables: dict[str, list[Row]] = {}
    with db.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            sql = str(connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}))
            beside = "" if "WITHOUT ROWID" in sql else "rowid AS row_number, "
            tables[name] = [dict(row) for row in connection.execute(text(f"SELECT {beside}* FROM {name}")).mappings()]
    return Disk(tables, files, 4096)


def _read_postgresql() -> Disk:
    tables: dict[str, list[Row]] = {}
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in inspect(connection).get_table_names():
            rows = connection.execute(
                text(f"SELECT ctid::text AS row_place, xmin::text AS row_xmin, xmax::text AS row_xmax, * FROM {name}")
            )
            tables[name] = [dict(row) for row in rows.mappings()]
        connection.execute(text("CHECKPOINT"))
        known = {
            int(node): f"{kind}:{name}"
            for node, kind, name in connection.execute(
                text("SELECT relfilenode, relkind, relname FROM pg_class WHERE relfilenode <> 0")
            )
        }
        files = {}
        for name, data in connection.execute(
            text(
                "SELECT name, pg_read_binary_file(folder || name, 0, 1000000000, true) FROM "
                "(SELECT 'base/' || oid || '/' AS folder FROM pg_database WHERE datname = current_database()) AS here, "
                "pg_ls_dir(folder) AS name"
            )
        ):
            node, _, fork = name.partition("_")
            label = known.get(int(node), f"file {name}") if node.isdecimal() else name
            if data:
                files[f"{label}_{fork}" if fork else label] = bytes(data)
    return Disk(tables, files, HEAP_PAGE)


def heap_ages(data: bytes) -> Iterator[tuple[int, str]]:
    """(xmin, answers) of every row version in a PostgreSQL heap file, the dead ones too."""
    for start in range(0, len(data) - HEAP_PAGE + 1, HEAP_PAGE):
        lower, upper = unpack_from("<HH", data, start + 12)
        if not 24 <= lower <= upper <= HEAP_PAGE:
            continue
        for place in range(24, lower, 4):
            pointer = unpack_from("<I", data, start + place)[0]
            offset, length = pointer & 0x7FFF, pointer >> 17
            if length:
                row = data[start + offset : start + offset + length]
                answers = ANSWERS.search(row)
                if answers:
                    yield unpack_from("<I", row)[0], answers.group().decode()


def wal_of_postgresql() -> bytes:
    """The server's log of changes, which no application can wipe (PRIVACY.md says so)."""
    with db.engine.connect() as connection:
        parts = connection.scalars(
            text(
                "SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_dir('pg_wal') AS name "
                "WHERE name ~ '^[0-9A-F]{24}$' ORDER BY name"
            )
        )
        return b"".join(bytes(part) for part in parts)
