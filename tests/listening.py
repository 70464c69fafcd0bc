"""Recording the statements sent to the database."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import event

from tbblearn.db import db
from tbblearn.web.application import Application


@contextmanager
def statements(app: Application | None = None) -> Iterator[list[str]]:
    """The statements sent inside, also by requests to `app`; without it there must be an application context."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    with app.app_context() if app else nullcontext():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
