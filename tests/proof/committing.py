"""A process that commits to SQLite with eight threads, or one that copies its log back again and again.

    python -m tests.proof.committing commit FILE FIRST LAST    prints each number once its commit was acknowledged
    python -m tests.proof.committing copy FILE

Both go the way that tbblearn goes: the engine of `prepare_engine`, and `sqlite.checkpoint`. Meant to be killed.
"""

import os
import sqlite3
import sys
import threading
import time
from contextlib import suppress

from sqlalchemy import create_engine, text

from tbblearn import sqlite
from tbblearn.databases import prepare_engine, writing

THREADS = 8


def commit(file: str, first: int, last: int) -> None:
    """Keep each number from first to last once, with a change of another row and now and then a large one."""
    engine = create_engine(
        f"sqlite:///{file}", pool_size=2 * THREADS, max_overflow=0, connect_args={"check_same_thread": False}
    )
    prepare_engine(engine)
    with writing(), engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, said TEXT)"))
        connection.execute(text("CREATE INDEX IF NOT EXISTS ix_said ON kept (said)"))
    numbers = iter(range(first, last))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            said = f"{number * 7919 % 10007} {'x' * (4000 if number % 50 == 0 else 60)}"
            with writing(), engine.begin() as connection:
                connection.execute(text("INSERT INTO kept VALUES (:number, :said)"), {"number": number, "said": said})
                connection.execute(text("UPDATE kept SET said = said || '.' WHERE number = :n"), {"n": number // 2})
            os.write(1, f"{number}\n".encode())
            with engine.connect() as connection:
                connection.execute(text("SELECT count(*) FROM kept WHERE number > :n"), {"n": number - 40}).scalar()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def copy(file: str) -> None:
    """Copy the log back a hundred times a second."""
    while True:
        time.sleep(0.01)
        with suppress(sqlite3.OperationalError):  # no commit was over in time
            sqlite.checkpoint(file)


if __name__ == "__main__":
    if sys.argv[1] == "commit":
        commit(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        copy(sys.argv[2])
