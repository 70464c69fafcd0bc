"""Settings, read once from the environment at start.

Every setting has a safe default for a single machine; production sets the ones it needs (docs/operations.md).
"""

import os
import secrets
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "TBBLEARN_"
SHORTEST_SECRET = 32
"""Characters. The key signs sessions and seals forms: who works it out is whoever they like."""
_FEWEST_DIFFERENT = 9
"""Different characters that a key has at least: of random ones of 32 hexadecimal digits one in 100,000 has fewer."""
_GIVEN_AWAY = (
    "change",
    "secret",
    "password",
    "lösenord",
    "losenord",
    "hemlig",
    "example",
    "exempel",
    "tbblearn",
    "12345678",
)
"""What stands in keys out of examples, and hardly ever in a random one."""


class ConfigError(Exception):
    """A setting cannot be used; the message says which, and what it should look like."""


@dataclass(frozen=True)
class Settings:
    """What the environment decides. Times are whole minutes unless the name says otherwise."""

    database_url: str
    secret_key: str
    instance: Path
    public_url: str = "http://127.0.0.1:5000"
    contact: str = ""
    demo: bool = False
    mail_sender: str = "tbblearn@localhost"
    smtp_url: str = ""
    smtp_plain: bool = False
    idle_minutes: int = 15
    session_hours: int = 12
    managers_first_days: int = 7
    response_days: int = 90
    disposal_decision: str = ""
    survey_margin: int = 2
    watching_forbidden: bool = False
    trusted_proxies: int = 0
    workers: int = 2
    threads: int = 8
    log_level: str = "INFO"

    @property
    def secure(self) -> bool:
        """True where people reach the system over https: Secure cookies and HSTS only then (design.md 5)."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def sqlite(self) -> bool:
        """True for the embedded default database."""
        return self.database_url.startswith("sqlite")


def from_environment(environ: os._Environ[str] | dict[str, str] | None = None) -> Settings:
    """Read all settings; raise ConfigError with a sentence that says how to mend a bad one."""
    env = os.environ if environ is None else environ
    instance = Path(env.get(f"{PREFIX}INSTANCE", "instance")).absolute()
    url = env.get(f"{PREFIX}DATABASE_URL") or f"sqlite:///{instance / 'tbblearn.sqlite'}"
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://, not {url.split(':')[0]}:")
    public_url = env.get(f"{PREFIX}PUBLIC_URL", Settings.public_url).rstrip("/")
    if urlsplit(public_url).scheme not in {"http", "https"} or not urlsplit(public_url).netloc:
        raise ConfigError(f"{PREFIX}PUBLIC_URL must be a full address such as https://utbildning.example.se")
    return Settings(
        database_url=url,
        secret_key=_secret(env, instance),
        instance=instance,
        public_url=public_url,
        contact=env.get(f"{PREFIX}CONTACT", ""),
        demo=env.get(f"{PREFIX}DEMO", "") == "1",
        mail_sender=env.get(f"{PREFIX}MAIL_SENDER", Settings.mail_sender),
        smtp_url=env.get(f"{PREFIX}SMTP_URL", ""),
        smtp_plain=env.get(f"{PREFIX}SMTP_PLAIN", "") == "1",
        idle_minutes=_whole_number(env, "IDLE_MINUTES", Settings.idle_minutes),
        session_hours=_whole_number(env, "SESSION_HOURS", Settings.session_hours),
        managers_first_days=_whole_number(env, "MANAGERS_FIRST_DAYS", Settings.managers_first_days, least=0),
        response_days=_whole_number(env, "RESPONSE_DAYS", Settings.response_days),
        disposal_decision=env.get(f"{PREFIX}DISPOSAL_DECISION", ""),
        survey_margin=_whole_number(env, "SURVEY_MARGIN", Settings.survey_margin, least=2, most=4),
        watching_forbidden=env.get(f"{PREFIX}WATCHING_FORBIDDEN", "") == "1",
        trusted_proxies=_whole_number(env, "TRUSTED_PROXIES", Settings.trusted_proxies, least=0),
        workers=_whole_number(env, "WORKERS", Settings.workers),
        threads=_whole_number(env, "THREADS", Settings.threads),
        log_level=env.get(f"{PREFIX}LOG_LEVEL", Settings.log_level).upper(),
    )


def _whole_number(
    env: os._Environ[str] | dict[str, str], name: str, default: int, least: int = 1, most: int | None = None
) -> int:
    text = env.get(PREFIX + name, str(default))
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        span = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"{PREFIX}{name} must be a whole number {span}, not {text!r}")
    return int(text)


def _secret(env: os._Environ[str] | dict[str, str], instance: Path) -> str:
    """The key of the environment, else the one kept for this instance. Raises ConfigError where it could be guessed."""
    given = env.get(f"{PREFIX}SECRET_KEY", "")
    secret = given or _kept_secret(instance)
    if len(secret) >= SHORTEST_SECRET and not _is_guessable(secret):
        return secret
    named = f"{PREFIX}SECRET_KEY" if given else str(instance / "secret_key")
    mend = (
        "set it to what this prints"
        if given
        else "delete the file and a new one is made, or write in it what this prints"
    )
    fault = (
        f"has {len(secret)} characters; it needs at least {SHORTEST_SECRET}"
        if len(secret) < SHORTEST_SECRET
        else "is easy to guess"
    )
    raise ConfigError(
        f"{named} {fault}. Everyone's sign-in hangs on it, so {mend}: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    )


def _is_guessable(secret: str) -> bool:
    """True for few characters again and again, a beginning repeated, runs like 0011 and abcd, and what reads like an
    example.
    """
    repeated = any(secret[:-step] == secret[step:] for step in range(1, len(secret) // 2 + 1))
    in_runs = sum(abs(ord(first) - ord(second)) <= 1 for first, second in pairwise(secret)) > 0.6 * len(secret)
    given_away = any(word in secret.casefold() for word in _GIVEN_AWAY)
    return repeated or in_runs or given_away or len(set(secret)) < _FEWEST_DIFFERENT


def _kept_secret(instance: Path) -> str:
    """The secret made once for this instance, readable by its owner only."""
    file = instance / "secret_key"
    if not file.exists():
        instance.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place: of two processes that start together, both read the same key.
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
