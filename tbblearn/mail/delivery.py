"""Delivery of what waits in the outbox: by SMTP, or kept to be read where there is no mail server."""

import smtplib
import ssl
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from tbblearn.db import unit_of_work
from tbblearn.mail.actions import Writer, claim, keep_letter, report
from tbblearn.mail.rules import Letter, may_go_in_clear

Transport = Callable[[Iterable[tuple[int, Letter]]], dict[int, str]]
"""Sends letters; returns a fault for each message id that did not go out."""

TIMEOUT_SECONDS = 20


def deliver(
    now: datetime,
    writers: Mapping[str, Writer],
    transport: Transport | None,
    uncounted: Collection[str] = (),
    never_kept: Collection[str] = (),
) -> dict[str, int]:
    """Deliver everything that is due; returns how many were sent and how many were not.

    No transaction is open while letters go out. With no transport the letters are kept and count as sent, but those of
    the kinds in `never_kept`, whose words nobody but the reader may see: they are not written, and do not arrive. Kinds
    in `uncounted` are delivered and not counted.
    """
    left_out = never_kept if transport is None else ()
    counts = {"messages_sent": 0, "messages_failed": 0}
    while True:
        with unit_of_work():
            claimed = claim(now, writers, uncounted, left_out)
        if not claimed:
            return counts
        faults = transport(claimed.letters) if transport else {}
        with unit_of_work():
            for message_id, letter in claimed.letters:
                report(message_id, now, fault=faults.get(message_id, ""))
                if transport is None:
                    keep_letter(message_id, letter)
        counted = [message_id for message_id, _letter in claimed.letters if message_id not in claimed.uncounted]
        failed = sum(message_id in faults for message_id in counted)
        counts["messages_sent"] += len(counted) - failed
        counts["messages_failed"] += failed + claimed.unwritten


class NotEncrypted(OSError):
    """The mail server offers no STARTTLS. Nothing was handed over."""


def smtp_transport(url: str, sender: str, *, plain: bool = False) -> Transport:
    """A transport from an address such as smtp://user:password@host:587 (STARTTLS) or smtps://host:465.

    A server elsewhere that offers no encryption gets nothing, unless `plain` allows it.
    """
    parts = urlsplit(url)

    def send(letters: Iterable[tuple[int, Letter]]) -> dict[int, str]:
        waiting = dict(letters)
        faults: dict[int, str] = {}
        try:
            with _connect(parts.scheme, parts.hostname or "localhost", parts.port, plain=plain) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                for message_id in list(waiting):
                    letter = waiting.pop(message_id)
                    try:
                        server.send_message(_message(sender, letter))
                    except (
                        OSError,
                        ValueError,
                    ) as error:  # ValueError: no header can hold it
                        faults[message_id] = type(error).__name__
        except OSError as error:
            # Only what had not been handed over: a server that hangs up afterwards must not make us send twice.
            faults |= dict.fromkeys(waiting, type(error).__name__)
        return faults

    return send


def _connect(scheme: str, host: str, port: int | None, *, plain: bool) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    elif not may_go_in_clear(host, allowed=plain):
        server.close()
        raise NotEncrypted(f"{host} offers no STARTTLS")
    return server


def _message(sender: str, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((letter.sender, parseaddr(sender)[1])) if letter.sender else sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message
