"""Invalid settings are refused at startup, with a sentence that says how to fix them."""

import os
import secrets
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from tbblearn.cli import main
from tbblearn.config import ConfigError, from_environment, look
from tbblearn.config.secret_key import SHORTEST_SECRET


def read(folder: Path, secret: str) -> str:
    return from_environment({"TBBLEARN_INSTANCE": str(folder), "TBBLEARN_SECRET_KEY": secret}).secret_key


@pytest.mark.parametrize(
    "secret",
    [
        "x",
        "k3Jq9vT2mZ8wL5rX1bN7cY4pD6sF0aG"[: SHORTEST_SECRET - 1],
        "x" * 64,
        "abababababababababababababababababab",
        "changemechangemechangemechangeme",
        "k3Jq9vT2mZ8wL5rX" * 2,
        "0123456789abcdef" * 4,
        "abcdefghij" * 3 + "abcdef",
        "00000000111111112222222233333333444455556666777788889999",
        "please-change-me-before-production-xyz",
        "det här är vår hemliga nyckel i Sörmland",
    ],
)
def test_a_key_that_could_be_guessed_is_refused_with_what_makes_a_good_one(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ConfigError, match=r"TBBLEARN_SECRET_KEY .*secrets\.token_urlsafe\(48\)") as refusal:
        read(tmp_path, secret)
    assert secret not in str(refusal.value) or secret == "x"


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_a_random_key_is_taken(tmp_path: Path, make: object) -> None:
    secret = make(48)  # type: ignore[operator]
    assert read(tmp_path, secret) == secret


def test_without_one_a_key_is_made_once_and_can_be_used(tmp_path: Path) -> None:
    made = read(tmp_path, "")
    assert read(tmp_path, "") == made
    assert len(made) == 64


def test_a_kept_key_that_was_cut_off_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("abc")
    with pytest.raises(ConfigError, match=r"secret_key has 3 characters"):
        read(tmp_path, "")


@pytest.mark.parametrize("command", [["serve"], ["db", "upgrade"], ["tick"]])
def test_a_command_ends_with_the_sentence(tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TBBLEARN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TBBLEARN_SECRET_KEY", "a")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert "TBBLEARN_SECRET_KEY has 1 characters; it needs at least 32" in done.output
    assert "Traceback" not in done.output


GOOD = "K9x-only-for-this-test-vQ2mZ8wL5rT"
OF_POSTGRESQL = {"TBBLEARN_DATABASE_URL": "postgresql://user:hunter2@host/name", "TBBLEARN_SECRET_KEY": GOOD}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"),
        ("SMTP_URL", "smtp://h:abc", "must look like smtp://user:password@host:587"),
        ("SMTP_URL", "mail.example.se:587", "must look like smtp://user:password@host:587"),
        ("SMTP_URL", "smtp://user:hunter2/x@host", "in user names and passwords write %40 for @"),
        ("SMTP_URL", "smtp://user@host", "must have both a user and a password, or neither"),
        ("DATABASE_URL", "mysql://user:hunter2@host/name", "must begin with sqlite:/// or postgresql://, not mysql:"),
        ("DATABASE_URL", "hunter2", "must begin with sqlite:/// or postgresql://."),
        ("DATABASE_URL", "postgresql://user:hunter2@host:port/name", "must look like postgresql://"),
        ("DATABASE_URL", "postgresql://user:hunter2@host", "must end with the name of the database"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("DATABASE_URL", "sqlite:////no/such/folder/name.sqlite", "there is no such folder. Make it."),
        ("PUBLIC_URL", "utbildning.example.se", "must be a full address"),
        ("PUBLIC_URL", "https://host:many", "must be a full address"),
        ("PUBLIC_URL", "https://host/utbildning", "with nothing after the host"),
        ("MAIL_SENDER", "Utbildningen", "must be an e-mail address"),
        ("CONTACT", "a\nBcc: b@example.org", "holds control characters"),
        ("CONTACT", b"f\xf6rvaltningen".decode("utf-8", "surrogateescape"), "or bytes that are not UTF-8"),
        ("SMTP_PLAIN", "yes", "must be 1 (yes) or 0 (no), not 'yes'"),
        ("SESSION_HOURS", "9" * 5000, "must be a whole number from 1 to 744"),
        ("RESPONSE_DAYS", "\N{ARABIC-INDIC DIGIT ONE}", "must be a whole number from 1 to 3650"),
        ("TRUSTED_PROXIES", "-1", "must be a whole number from 0 to 9, not '-1'"),
        ("SURVEY_MARGIN", "1", "must be a whole number from 2 to 4"),
    ],
)
def test_what_cannot_be_used_is_named_and_no_password_with_it(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refusal:
        from_environment({"TBBLEARN_INSTANCE": str(tmp_path / "new"), f"TBBLEARN_{name}": value})
    (fault,) = refusal.value.faults
    assert fault.startswith(f"TBBLEARN_{name} ")
    assert words in fault
    assert "hunter2" not in fault
    assert len(fault) < 400
    assert not (tmp_path / "new").exists(), "nothing is made before all is right"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    wrong = {"WORKERS": "no", "THREADS": "0", "LOG_LEVEL": "x", "SMPT_URL": "smtp://host"}
    with pytest.raises(ConfigError) as refusal:
        from_environment({"TBBLEARN_INSTANCE": str(tmp_path)} | {f"TBBLEARN_{name}": wrong[name] for name in wrong})
    assert str(refusal.value).splitlines()[0] == "4 settings are wrong."
    assert len(str(refusal.value).splitlines()) == 5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TBBLEARN_SMPT_URL", "Did you mean TBBLEARN_SMTP_URL?"),
        ("tbblearn_smtp_url", "Did you mean TBBLEARN_SMTP_URL?"),
        ("TBLEARN_SMTP_URL", "Did you mean TBBLEARN_SMTP_URL?"),
        ("TBBLEARN_COLOUR", "docs/operations.md lists those that there are."),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_likely_one(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is not a setting of tbblearn. .*") as refusal:
        from_environment({"TBBLEARN_INSTANCE": str(tmp_path), name: "x", "PATH": "/bin", "LEARN_SMTP_HOST": "y"})
    assert str(refusal.value).endswith(words)


def test_empty_is_as_good_as_not_set(tmp_path: Path) -> None:
    empty = {one.name: " " for one in look({})} | {"TBBLEARN_INSTANCE": str(tmp_path)}
    assert from_environment(empty).idle_minutes == 15


def test_postgresql_wants_a_key_for_all_nodes_but_for_a_demo() -> None:
    assert from_environment(OF_POSTGRESQL).database_url == "postgresql+psycopg://user:hunter2@host/name"
    with pytest.raises(ConfigError, match="TBBLEARN_SECRET_KEY must be set with PostgreSQL, the same on every"):
        from_environment(OF_POSTGRESQL | {"TBBLEARN_SECRET_KEY": ""})
    shown = {one.name: one for one in look(OF_POSTGRESQL | {"TBBLEARN_SECRET_KEY": "", "TBBLEARN_DEMO": "1"})}
    assert not shown["TBBLEARN_SECRET_KEY"].fault


def test_a_node_that_keeps_nothing_needs_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "instance").touch()
    monkeypatch.chdir(tmp_path)
    assert from_environment(OF_POSTGRESQL).sqlite is False
    with pytest.raises(ConfigError, match="TBBLEARN_INSTANCE must name a folder"):
        from_environment({})


def test_what_is_made_is_its_owners_alone_and_so_is_what_versions_before_made(tmp_path: Path) -> None:
    folder, old = tmp_path / "new", os.umask(0)
    try:
        made = from_environment({"TBBLEARN_INSTANCE": str(folder)})
    finally:
        os.umask(old)
    file = made.database_file
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, file, folder / "secret_key")] == [0o700, 0o600, 0o600]
    folder.chmod(0o755)
    wal = file.with_name(f"{file.name}-wal")
    wal.touch()
    for one in (file, wal):
        one.chmod(0o644)
    from_environment({"TBBLEARN_INSTANCE": str(folder)})
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, file, wal)] == [0o700, 0o600, 0o600]
    (folder / "somebody's").touch()
    folder.chmod(0o755)
    from_environment({"TBBLEARN_INSTANCE": str(folder)})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755, "a folder with other things in it is not ours to close"
