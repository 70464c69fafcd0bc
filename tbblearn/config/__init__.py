"""Settings, read once from the environment at start.

Every setting has a safe default for a single machine; production sets those it needs (docs/operations.md). All are
checked before anything starts, and all that is wrong is reported at once.
"""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tbblearn.config.files import fault_of_file, keep_private
from tbblearn.config.secret_key import MAKE_A_KEY, kept_key, make_key
from tbblearn.config.shapes import READERS, SQLITE

PREFIX = "TBBLEARN_"
_OF_THE_TESTS = frozenset({"TBBLEARN_TEST_DATABASE_URL"})


class ConfigError(Exception):
    """Unusable settings. `faults` has a sentence for each: which one, what is wrong, and how to write it."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        if len(self.faults) == 1:
            return self.faults[0]
        return "\n".join([f"{len(self.faults)} settings are wrong.", *(f"- {fault}" for fault in self.faults)])


@dataclass(frozen=True)
class Settings:
    """What the environment decides. Times are whole minutes unless the name says otherwise."""

    database_url: str
    secret_key: str
    instance: Path
    public_url: str = "http://127.0.0.1:5000"
    contact: str = ""
    intranet: str = ""
    issuer: str = ""
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
    staffing_folder: Path | None = None
    watching_forbidden: bool = False
    trusted_proxies: int = 0
    workers: int = 2
    threads: int = 8
    log_level: str = "INFO"

    @property
    def secure(self) -> bool:
        """True where people reach the system over https: Secure cookies and HSTS only then."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def sqlite(self) -> bool:
        """True for the embedded default database."""
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path:
        """The embedded database."""
        return Path(self.database_url.removeprefix(SQLITE))


@dataclass(frozen=True)
class Read:
    """One setting: its value, None if it is wrong or yet to be made, and where that comes from.

    `source` is `environment`, `default`, or `file` for the key that an instance has made.
    """

    name: str
    value: Any
    source: str
    fault: str = ""


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings, and make what is missing: the instance's folder and key, the database's file.

    Raises ConfigError with a sentence for everything that is wrong; then nothing is made.
    """
    read = look(environ)
    faults = [one.fault for one in read if one.fault]
    if faults:
        raise ConfigError(*faults)
    values = {one.name.removeprefix(PREFIX).lower(): one.value for one in read}
    settings = Settings(**values | {"secret_key": values["secret_key"] or make_key(values["instance"])})
    if settings.sqlite:
        keep_private(settings.database_file)
    return settings


def look(environ: Mapping[str, str] | None = None) -> list[Read]:
    """Every setting with its source and what is wrong; then unknown names. Makes nothing."""
    env = os.environ if environ is None else environ
    found = {field: _read(field, env) for field in READERS}
    given = found["database_url"]
    sqlite = not given.fault and (given.value is None or given.value.startswith(SQLITE))
    instance = found["instance"]
    if instance.source == "default" and not (sqlite and given.value is None) and found["secret_key"].value:
        found["instance"] = instance = Read(instance.name, Path(_INSTANCE).absolute(), "default")  # nothing needs it
    if instance.value is not None:
        if sqlite:
            found["database_url"] = _sqlite(given, instance.value)
        if found["secret_key"].source == "default":
            found["secret_key"] = _own_key(instance.value, allowed=sqlite or bool(given.fault or found["demo"].value))
    return [*found.values(), *_unknown(env)]


def _read(field: str, env: Mapping[str, str]) -> Read:
    """An empty value counts as none."""
    name = PREFIX + field.upper()
    given = env.get(name, "").strip()
    source = "environment" if given else "default"
    text = given or (_INSTANCE if field == "instance" else "")
    if not text:
        return Read(name, _DEFAULTS.get(field), source)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        return Read(name, None, source, f"{name} holds control characters, or bytes that are not UTF-8.")
    try:
        return Read(name, READERS[field](text), source)
    except ValueError as error:
        return Read(name, None, source, f"{name} {error}.")
    except OSError as error:
        return Read(name, None, source, f"{name} cannot be used: {error.strerror}.")


def _sqlite(given: Read, instance: Path) -> Read:
    """The embedded database by its full path; a relative one starts in the instance's folder."""
    file = instance / (given.value or "tbblearn.sqlite").removeprefix(SQLITE)
    fault = fault_of_file(file, made=instance)
    return Read(given.name, f"{SQLITE}{file}", given.source, fault and f"{given.name} {fault}.")


def _own_key(instance: Path, *, allowed: bool) -> Read:
    """The instance's own key. Several nodes, as with PostgreSQL, must be given one."""
    name = f"{PREFIX}SECRET_KEY"
    if not allowed:
        fault = (
            f"{name} must be set with PostgreSQL, the same on every web node: else each makes its own, and nobody "
            f"stays signed in. Set it to what this prints: {MAKE_A_KEY}"
        )
        return Read(name, None, "default", fault)
    try:
        key = kept_key(instance)
    except ValueError as error:
        return Read(name, None, "file", str(error))
    return Read(name, key or None, "file" if key else "default")


def _unknown(env: Mapping[str, str]) -> Iterator[Read]:
    """Names with our prefix, or that look like one of ours."""
    known = [PREFIX + field.upper() for field in READERS]
    for name in sorted(set(env) - set(known) - _OF_THE_TESTS):
        ours = name.upper().startswith(PREFIX)
        likely = get_close_matches(name.upper(), known, 1, 0.8 if ours else 0.9)
        if ours or likely:
            mean = f"Did you mean {likely[0]}?" if likely else "docs/operations.md lists those that there are."
            yield Read(name, None, "environment", f"{name} is not a setting of tbblearn. {mean}")


_INSTANCE = "instance"
_DEFAULTS = {one.name: one.default for one in fields(Settings) if one.default is not MISSING}
