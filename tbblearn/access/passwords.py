"""Hashing of passwords: argon2id, at most two at a time per worker, outside any transaction (docs/rules/people.md)."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from tbblearn.db import TransactionError, db

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_gate = threading.BoundedSemaphore(2)
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to store."""
    _no_transaction()
    with _gate:
        return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """True when the password matches the hash. An unknown account (None) takes as long as a known one."""
    _no_transaction()
    with _gate:
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def _no_transaction() -> None:
    if db.session().in_transaction():
        raise TransactionError("hashing takes tens of milliseconds: close the transaction first (read_only)")
