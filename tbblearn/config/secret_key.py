"""The key that signs sessions and seals forms: a good one, or none."""

import os
import re
import secrets
from itertools import pairwise
from pathlib import Path

SHORTEST_SECRET = 32
"""Characters. The key signs sessions and seals forms: whoever works it out can sign in as anyone."""
_FEWEST_DIFFERENT = 9
"""Different characters needed in a key: of random ones of 32 hexadecimal digits one in 100,000 has fewer."""
_GIVEN_AWAY = re.compile("change|secret|password|lösenord|losenord|hemlig|example|exempel|tbblearn|12345678")
"""Found in keys copied from examples, and hardly ever in random ones."""
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def kept_key(instance: Path) -> str:
    """The key made for this instance; empty if none is yet. Raises ValueError when it cannot be used."""
    file = instance / "secret_key"
    try:
        key = file.read_text() if file.exists() else ""
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no text"
        raise ValueError(f"{file} cannot be read: {reason}. Whoever runs tbblearn must own it.") from error
    fault = weakness(key) if file.exists() else ""
    if fault:
        mend = "delete the file and a new one is made, or write in it what this prints"
        raise ValueError(f"{file} {fault}, so {mend}: {MAKE_A_KEY}")
    return key


def weakness(secret: str) -> str:
    """Why a key could be guessed; empty for a good one."""
    if len(secret) < SHORTEST_SECRET:
        return f"has {len(secret)} characters; it needs at least {SHORTEST_SECRET}. Everyone's sign-in hangs on it"
    return "is easy to guess. Everyone's sign-in hangs on it" if _is_guessable(secret) else ""


def _is_guessable(secret: str) -> bool:
    """True for repetition, few different characters, runs like 0011 and abcd, and keys that look like examples."""
    repeated = any(secret[:-step] == secret[step:] for step in range(1, len(secret) // 2 + 1))
    in_runs = sum(abs(ord(first) - ord(second)) <= 1 for first, second in pairwise(secret)) > 0.6 * len(secret)
    given_away = _GIVEN_AWAY.search(secret.casefold()) is not None
    return repeated or in_runs or given_away or len(set(secret)) < _FEWEST_DIFFERENT


def make_key(instance: Path) -> str:
    """Make the key of this instance, once, readable by its owner only."""
    file = instance / "secret_key"
    if not file.exists():
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written aside and linked into place, so that two processes starting together read the same key.
        draft = instance / f".secret_key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()
