"""A mail server that fails as it is told to."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from tbblearn.mail import smtp
from tests.mail.server import Inbox, free_port


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[str]:
    """Address of a running mail server."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a server that does not answer."""
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    monkeypatch.setattr(smtp, "ACCEPT_SECONDS", 1.0)
