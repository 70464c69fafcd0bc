"""`tbblearn mail`, and what `tbblearn tick` says of letters."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Run
from tests.mail.conftest import inbox, server
from tests.mail.server import Inbox

__all__ = ["inbox", "server"]


def fail(path: Path, *kinds: str) -> None:
    """Letters that did not arrive."""
    with closing(sqlite3.connect(path)) as database, database:
        for number, kind in enumerate(kinds):
            database.execute(
                'INSERT INTO message (dedupe_key, kind, recipient_id, "values", state, attempts, created_at, due_at,'
                " fault, kept_subject, kept_body) VALUES (?, ?, 987, '{}', 'failed', 1, datetime('now'),"
                " datetime('now'), 'RCPT 550 5.1.1', '', '')",
                (str(number), kind),
            )


def test_letters_that_failed_are_told_and_tried_again_and_nobody_is_named(run: Run, tmp_path: Path):
    run("db", "upgrade")
    assert json.loads(run("mail", "status", "--format", "json").stdout) == {
        "messages_late": 0,
        "messages_not_arrived": 0,
        "quiet_messages_late": 0,
        "quiet_messages_not_arrived": 0,
        "kinds": {},
        "quiet": [],
    }
    fail(tmp_path / "tbblearn.sqlite", "course_changed", *["survey_reminder"] * 3)
    told = json.loads(run("tick", "--format", "json", status=1).stdout)
    assert (told["messages_not_arrived"], told["quiet_messages_not_arrived"]) == (1, 1)
    assert told["enrolled"] == 0, "all else was done"
    run("tick", "--dry-run")
    run("tick", "--no-mail")
    status = run("mail", "status", status=1).stdout
    assert "course_changed: 0 waiting, 0 sent, 1 failed, 0 not needed" in status
    assert "survey_reminder: 3 letters, done, some failed" in status
    assert "987" not in status
    assert "There is no kind 'x'" in run("mail", "retry", "--kind", "x", status=2).stderr
    assert "3" not in run("mail", "retry", "--kind", "survey_reminder").stdout
    assert json.loads(run("mail", "retry", "--format", "json").stdout) == {"messages": 1}
    again = json.loads(run("mail", "status", "--format", "json").stdout)
    assert again["kinds"]["course_changed"]["waiting"] == 1
    assert [(act["letters"], act["some_failed"]) for act in again["quiet"]] == [(3, False)]


def test_the_mail_server_is_tried_with_a_letter(run: Run, environment: dict[str, str], server: str, inbox: Inbox):
    assert "set TBBLEARN_SMTP_URL" in run("mail", "test", "m@example.org", status=1).stderr
    environment["TBBLEARN_SMTP_URL"] = server
    assert "The server took it." in run("mail", "test", "m@example.org").stdout
    assert inbox.taken == ["m@example.org"]
    refused = run("mail", "test", "refused@example.org", "--format", "json", status=1)
    assert json.loads(refused.stdout) == {"sent": False, "fault": "RCPT 550"}
