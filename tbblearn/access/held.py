"""A form sent after its session had ended, kept for the same person until they sign in again (docs/rules/people.md).

It travels encrypted in the sign-in page: nobody else at a shared PC can read it, and nothing is stored on the server.
"""

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

MAX_BYTES = 64 * 1024
MAX_SEALED = 2 * MAX_BYTES
"""Sealing adds at most half again."""
STEP = 1024
"""Texts are padded to a multiple of this: the length does not reveal whether a survey was answered."""
LIFE_SECONDS = 12 * 3600


@dataclass(frozen=True)
class HeldForm:
    """The fields of the form, its address (path and query) and its sender."""

    person_id: int
    path: str
    fields: tuple[tuple[str, str], ...]


def seal(held: HeldForm, secret: str) -> str:
    """The form as opaque text; empty when it is too large."""
    plain = json.dumps([held.person_id, held.path, held.fields]).encode()
    padded = plain.ljust(-(-len(plain) // STEP) * STEP)
    return _box(secret).encrypt(padded).decode() if len(plain) <= MAX_BYTES else ""


def unseal(text: str, secret: str) -> HeldForm | None:
    """The form again; None when the text is empty or not ours, was changed, or is older than half a day."""
    if not text:
        return None
    try:
        person_id, path, fields = json.loads(_box(secret).decrypt(text.encode(), ttl=LIFE_SECONDS))
    except (InvalidToken, ValueError):
        return None
    return HeldForm(person_id, path, tuple((name, value) for name, value in fields))


def _box(secret: str) -> Fernet:
    key = hashlib.sha256(b"tbblearn held form\0" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
