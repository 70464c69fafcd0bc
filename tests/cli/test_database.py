"""`flask --app tbblearn db` does what `tbblearn db` does, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from tbblearn.tree import migration_head
from tests.commands import run_command
from tests.conftest import Backend, SQLite

Call = Callable[..., tuple[int, str, str]]
PROGRAMS = ("tbblearn", "flask")


@pytest.fixture(params=PROGRAMS)
def call(request: pytest.FixtureRequest, environment: dict[str, str], url: str, tmp_path: Path) -> Call:
    """One of the two programs; gives its exit code and what it wrote."""
    environment["TBBLEARN_DATABASE_URL"] = (
        make_url(url).set(drivername=url.partition(":")[0].partition("+")[0]).render_as_string(hide_password=False)
    )
    environment["TBBLEARN_SECRET_KEY"] = "K9x-only-for-this-test-vQ2mZ8wL5rT"

    def run(*arguments: str) -> tuple[int, str, str]:
        done = run_command(("db", *arguments), environment, request.param)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def url(backend: Backend) -> Iterator[str]:
    """Of an empty database."""
    made = backend.new()
    yield made
    backend.drop(made)


def test_both_programs_do_the_same(call: Call, url: str) -> None:
    newest = migration_head()
    assert call("current", "--format", "json") == (1, f'{{"current": null, "newest": "{newest}"}}\n', "")
    for _ in range(2):
        assert call("upgrade") == (0, "The database is up to date.\n", "")
    if url.startswith("sqlite"):
        assert oct(Path(url.removeprefix("sqlite:///")).stat().st_mode)[-3:] == "600"
    assert call("current") == (0, f"current: {newest}\nnewest: {newest}\n", "")
    assert call("downgrade", "0101", "--yes") == (0, "The database is at step 0101.\n", "")
    assert call("current") == (1, f"current: 0101\nnewest: {newest}\n", "")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        assert "message" not in inspect(connection).get_table_names()
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    for command in (("upgrade",), ("downgrade", "base", "--yes")):
        code, out, err = call(*command)
        assert (code, out) == (1, "")
        assert err.startswith("Error: The database is at step 0007, of a tbblearn from before version 0.1.")
        assert len(err.splitlines()) == 1


def test_both_tell_in_a_sentence_what_is_in_the_way(
    call: Call, environment: dict[str, str], backend: Backend, tmp_path: Path
) -> None:
    if isinstance(backend, SQLite):
        file = tmp_path / "other.sqlite"
        file.write_text("no database at all, but text that is long enough to look like a page of something" * 20)
        environment["TBBLEARN_DATABASE_URL"], words = f"sqlite:///{file}", f"{file} is not a SQLite database."
    else:
        environment["TBBLEARN_DATABASE_URL"] = f"postgresql://tbb:hunter2@/tbb?host={tmp_path}"
        words = "cannot be reached. Is it running"
    for command in ("upgrade", "current"):
        code, out, err = call(command)
        assert (code, out) == (1, "")
        assert err.startswith("Error: ")
        assert words in err
        assert len(err.splitlines()) == 1
