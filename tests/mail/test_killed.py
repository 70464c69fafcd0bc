"""A process that is killed while it sends: nothing that the server took goes twice, nothing is lost, and it is told."""

import os
import secrets
import signal
import subprocess
import sys
from datetime import timedelta

from tbblearn.access.letters import WRITERS
from tbblearn.access.rules import SET_PASSWORD_MAIL
from tbblearn.db import unit_of_work, utc_now
from tbblearn.mail.actions import queue
from tbblearn.mail.delivery import deliver
from tbblearn.mail.queries import trouble
from tbblearn.mail.rules import MessageState
from tbblearn.mail.sending import LEASE, MAY_HAVE_ARRIVED
from tbblearn.mail.smtp import Smtp
from tbblearn.web.application import Application
from tests.conftest import Backend
from tests.factories import County
from tests.mail.outbox import Clock, states
from tests.mail.server import Inbox


def test_killed_between_the_servers_yes_and_our_note_of_it(
    app: Application, backend: Backend, county: County, server: str, inbox: Inbox
) -> None:
    with app.app_context(), unit_of_work():
        for number in range(101, 106):
            queue(SET_PASSWORD_MAIL, county.persons[f"p{number}"], str(number), now=utc_now())
    killed: list[subprocess.Popen[bytes]] = []

    def kill(address: str) -> None:
        if len(inbox.letters) == 3:
            os.kill(killed[0].pid, signal.SIGKILL)

    inbox.after_data = kill
    environment = os.environ | {
        "TBBLEARN_DATABASE_URL": backend.engine.url.render_as_string(hide_password=False).replace("+psycopg", ""),
        "TBBLEARN_INSTANCE": str(backend.folder),
        "TBBLEARN_SMTP_URL": server,
        "TBBLEARN_SECRET_KEY": secrets.token_urlsafe(48),
        "TBBLEARN_LOG_LEVEL": "ERROR",
    }
    killed.append(subprocess.Popen([sys.executable, "-m", "tbblearn.cli", "tick"], env=environment))
    assert killed[0].wait(timeout=120) == -signal.SIGKILL
    with app.app_context():
        told = [state for _key, (state, _n, _f) in sorted(states().items())]
        assert told == [MessageState.SENT] * 2 + [MessageState.SENDING] + [MessageState.WAITING] * 2
        clock = Clock(utc_now())
        deliver(clock, WRITERS, Smtp(server, "tbblearn@example.org"))
        assert len(inbox.taken) == len(set(inbox.taken)) == 5
        clock.now += LEASE + timedelta(minutes=1)
        assert deliver(clock, WRITERS, Smtp(server, "tbblearn@example.org"))["messages_failed"] == 1
        assert len(inbox.taken) == 5, "it may have arrived, so it does not go again by itself"
        assert states()["103"] == (MessageState.FAILED, 1, MAY_HAVE_ARRIVED)
        assert trouble(clock(), ())["messages_not_arrived"] == 1
