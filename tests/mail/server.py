"""A mail server on this machine that keeps what it takes, and fails as it is told to."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Inbox:
    """What the server does at each step is a function of the address, or of nothing; none means that all is well.

    An answer is a reply such as "451 later", or STALL (nothing comes any more), or CUT (the connection breaks).
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.asked: Counter[str] = Counter()
        self.connections = 0
        self.at_rcpt: Callable[[str], str | None] = lambda address: (
            "550 no such person" if "refused" in address else None
        )
        self.at_data: Callable[[str], str | None] = lambda address: None
        """The whole letter has come, and is thrown away."""
        self.after_data: Callable[[str], str | None] = lambda address: None
        """It has been taken."""

    @property
    def taken(self) -> list[str]:
        """To whom, in order."""
        return [str(letter["To"]) for letter in self.letters]

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked[address] += 1
        answer = await _act(server, self.at_rcpt(address))
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        address = envelope.rcpt_tos[0]
        answer = await _act(server, self.at_data(address))
        if answer is not None:
            return answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        return await _act(server, self.after_data(address)) or "250 kept"


STALL, CUT = "stall", "cut"


async def _act(server: Any, answer: str | None) -> str | None:
    if answer == STALL:
        await asyncio.sleep(3600)  # the test's client gives up after a fraction of a second
    if answer == CUT:
        server.transport.abort()
        return "421 cut"
    return answer


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
