"""Settings that cannot be used are refused at the start, with a sentence that says how to mend them."""

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner

from tbblearn.cli import main
from tbblearn.config import SHORTEST_SECRET, ConfigError, from_environment


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
