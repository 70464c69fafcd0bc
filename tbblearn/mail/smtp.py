"""Sending letters to a mail server, and what its answers mean."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from tbblearn.mail.rules import Letter, MailFault, NotNow, Refused, ServerAway, Unsure, may_go_in_clear

TIMEOUT_SECONDS = 20
ACCEPT_SECONDS = 120
"""How long a server may take to accept a letter. Giving up too early leaves one received but not known to be."""
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class NotEncrypted(OSError):
    """The mail server offers no STARTTLS. Nothing was handed over."""


class _Watched(smtplib.SMTP):
    """Knows whether a whole letter has been handed over, and waits longer for the answer to it."""

    handed_over = False

    def send(self, s: Any) -> None:
        super().send(s)
        if isinstance(s, bytes) and self.sock is not None:  # commands are text; only a letter comes as bytes
            self.handed_over = True
            self.sock.settimeout(ACCEPT_SECONDS)

    def next_letter(self) -> None:
        """Begin the next letter."""
        self.handed_over = False
        if self.sock is not None:
            self.sock.settimeout(TIMEOUT_SECONDS)


class _WatchedSSL(_Watched, smtplib.SMTP_SSL):
    pass


class Smtp:
    """A mail server: smtp://user:password@host:587 (STARTTLS) or smtps://host:465.

    The connection is opened with the first letter, and again after a fault. A server elsewhere without encryption gets
    nothing, unless `plain` allows it.
    """

    def __init__(self, url: str, sender: str, *, plain: bool = False) -> None:
        self.parts, self.sender, self.plain = urlsplit(url), sender, plain
        self.server: _Watched | None = None

    def send(self, letter: Letter) -> None:
        """Send a letter. Raises ServerAway, NotNow, Refused, Unsure."""
        try:
            message = _message(self.sender, letter)
        except ValueError as error:  # no header can hold it
            raise Refused(type(error).__name__) from error
        used_before = self.server is not None
        fault = self._try(letter, message)
        if isinstance(fault, NotNow) and fault.cut and used_before and not fault.stops:
            # The server had had enough of the connection; or it cannot bear this letter.
            fault = self._try(letter, message)
        if fault:
            raise fault

    def _try(self, letter: Letter, message: EmailMessage) -> MailFault | None:
        server = self.server or self._connect()
        server.next_letter()
        try:
            if letter.only_asks:
                _ask(server, message)
            else:
                server.send_message(message)
            return None
        except smtplib.SMTPRecipientsRefused as error:
            return _answered("RCPT", *next(iter(error.recipients.values())))
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code < 0:
                return _lost(error, server)
            return ServerAway(_words("MAIL", error.smtp_code, error.smtp_error))
        except smtplib.SMTPDataError as error:
            return _answered("DATA", error.smtp_code, error.smtp_error)
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            return Refused(type(error).__name__)
        except OSError as error:
            return _lost(error, server)
        finally:
            if server.sock is None:
                self.server = None

    def _connect(self) -> _Watched:
        try:
            self.server = self._open()
        except OSError as error:
            raise ServerAway(_reason(error)) from error
        return self.server

    def _open(self) -> _Watched:
        host = self.parts.hostname or "localhost"
        if self.parts.scheme == "smtps":
            context = ssl.create_default_context()
            server: _Watched = _WatchedSSL(host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = _Watched(host, self.parts.port or 25, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo()
            if self.parts.scheme != "smtps":
                self._encrypt(server, host)
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        except OSError:
            server.close()
            raise
        return server

    def _encrypt(self, server: _Watched, host: str) -> None:
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif not may_go_in_clear(host, allowed=self.plain):
            raise NotEncrypted(f"{host} offers no STARTTLS")

    def close(self) -> None:
        """End the connection, whatever the server answers."""
        if self.server is not None:
            self.server.next_letter()
            try:
                self.server.quit()
            except OSError:
                self.server.close()
            self.server = None


def _ask(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Like sending, up to where the letter would be handed over."""
    sender, to = parseaddr(message["From"])[1], parseaddr(message["To"])[1]
    code, reply = server.mail(sender, () if (sender + to).isascii() else ("SMTPUTF8", "BODY=8BITMIME"))
    if code != 250:
        server.rset()
        raise smtplib.SMTPSenderRefused(code, reply, "")
    code, reply = server.rcpt(to)
    server.rset()
    if code not in {250, 251}:
        raise smtplib.SMTPRecipientsRefused({"": (code, reply)})


def _answered(stage: str, code: int, reply: bytes | str) -> MailFault:
    """What a refusal means: 4xx try again, 5xx never."""
    words = _words(stage, code, reply)
    if code >= 500:
        return Refused(words)
    if code >= 400:
        return NotNow(words, cut=code == 421)
    return Unsure(words)


def _lost(error: OSError, server: _Watched) -> MailFault:
    """The connection broke or timed out."""
    server.close()
    stalled = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    kind = Unsure if server.handed_over else NotNow
    return kind(_reason(error), stops=stalled, cut=True)


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "TimeoutError"
    return type(error).__name__


def _words(stage: str, code: int, reply: bytes | str) -> str:
    """Stage and codes only: a server's words may contain the address."""
    found = ENHANCED.match(reply if isinstance(reply, bytes) else reply.encode())
    return f"{stage} {code} {found[0].decode()}" if found else f"{stage} {code}"


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
