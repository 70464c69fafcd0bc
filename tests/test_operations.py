"""docs/operations.md, followed to the letter: its commands in order on an empty folder, up to a real sign-in.

Each block is one script for sh. The word after `sh` says which database it is for, or `install` (needs a network, a
system user or systemd: not run), `faults` (must exit with 1), `filled` (once the placeholders are) and `served` (while
the site runs). Only paths, users and addresses are replaced.
"""

import getpass
import http.client
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from tbblearn.config import look
from tests.courses.checks.spoilt import waive
from tests.courses.example import Courses
from tests.pages.conftest import free_port
from tests.postgresql import PACKAGE

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^```(\w+)(?: ([\w.-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = "utbildning.example.se"
BACKUPS = "/var/backups/"
PASSWORD = "tre gröna ekorrar i Nyköping"


class Machine:
    """A folder that stands for a machine, with this source tree as what was installed."""

    def __init__(self, folder: Path, kind: str, database_url: str, name: str) -> None:
        self.folder, self.kind, self.port = folder, kind, free_port()
        url = make_url(database_url).set(drivername="postgresql", username=name, password="PASSWORD", database=name)
        self.others = {
            "/opt/tbblearn/.venv/bin/tbblearn": f"{sys.executable} -m tbblearn.cli",
            "/opt/tbblearn": str(ROOT),
            "cd /\n": f"cd {ROOT}\n",
            '"$(id -un)" = tbblearn': f'"$(id -un)" = {getpass.getuser()}',
            "-o tbblearn": f"-o {getpass.getuser()}",
            "runuser -u postgres -- ": "",
            "postgresql://tbblearn:$password@127.0.0.1/tbblearn": url.render_as_string(hide_password=False).replace(
                "PASSWORD", "$password"
            ),
            "ROLE tbblearn": f"ROLE {name}",
            "DATABASE tbblearn OWNER tbblearn": f"DATABASE {name} OWNER {name}",
            "response_open tbblearn": f"response_open {name}",
            "127.0.0.1:5000": f"127.0.0.1:{self.port}",
            "--port 5000": f"--port {self.port}",
        } | {f"/{top}/": f"{folder}/{top}/" for top in ("etc", "var", "usr")}
        self.server = make_url(database_url)
        for place in ("usr/local/bin", "etc", "var/lib", "var/backups"):
            (folder / place).mkdir(parents=True)

    def here(self, text: str) -> str:
        """The text with the places of this machine."""
        return re.sub("|".join(map(re.escape, self.others)), lambda found: self.others[found[0]], text)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.folder}/usr/local/bin:{postgresql_programs()}:/usr/bin:/bin:{Path(sys.executable).parent}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PGUSER": self.server.username or "",
            "PGPASSWORD": self.server.password or "",
            "PGHOST": str(self.server.query.get("host") or self.server.host or ""),
            "PGPORT": str(self.server.port or 5432),
            "PGDATABASE": self.server.database or "",
        }

    def run(self, script: str, status: int = 0) -> str:
        done = subprocess.run(
            ["sh", "-eu", "-c", self.here(script)], env=self.environment, cwd=self.folder,
            capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
        assert done.returncode == status, script + done.stdout + done.stderr
        return done.stdout


def postgresql_programs() -> Path:
    """psql and pg_dump of the package whose server runs."""
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


class Browser:
    """Somebody at https, seen from behind the proxy of the guide."""

    def __init__(self, port: int) -> None:
        self.port, self.at = port, "/"
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, fields: dict[str, str] | None = None) -> BeautifulSoup:
        """A page, with the answers to its redirections followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Host": HOST, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        connection.request("GET" if fields is None else "POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for told in answer.headers.get_all("Set-Cookie") or []:
            assert "Secure" in told
            self.cookies |= {name: one.value for name, one in SimpleCookie(told).items()}
        if answer.status in {302, 303}:
            return self.ask(answer.headers["Location"])
        assert answer.status == 200, (answer.status, text)
        self.at = path
        return BeautifulSoup(text, "html.parser")

    def send(self, page: BeautifulSoup, **values: str) -> BeautifulSoup:
        """Send the form of a page that has these fields."""
        for form in page.find_all("form"):
            assert isinstance(form, Tag)
            fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
            if set(values) <= set(fields):
                return self.ask(str(form.get("action", self.at)), fields | values)
        raise AssertionError(f"no form with {', '.join(values)}")


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    if request.param == "sqlite":
        yield Machine(tmp_path, "sqlite", "postgresql://nobody@nowhere/nothing", "nothing")
        return
    url, name = request.getfixturevalue("postgresql_url"), f"guide_{secrets.token_hex(4)}"
    yield Machine(tmp_path, "postgresql", url, name)
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {name}")


def blocks() -> list[tuple[str, str, str]]:
    """Of each block of the guide its language, what stands after it, and the text."""
    return BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


def scripts(machine: Machine, kind: str) -> list[str]:
    """The blocks of this kind, in their order; of the plain kind also those for this database."""
    wanted = {kind, machine.kind} if kind == "" else {kind}
    return [text for language, after, text in blocks() if language == "sh" and after in wanted]


@pytest.mark.parametrize("machine", ["sqlite", "postgresql"], indirect=True)
def test_the_guide_leads_from_an_empty_machine_to_a_sign_in(machine: Machine) -> None:
    printed = machine.run("".join(text for text in scripts(machine, "") if BACKUPS not in text))
    (link,) = re.findall(rf"^https://{re.escape(HOST)}(/valj-losenord/\S+)$", printed, re.MULTILINE)
    if machine.kind == "sqlite":
        courses(machine)
    serve, tick = commands_of_units()
    server = subprocess.Popen(
        ["sh", "-c", f"set -a; . {machine.folder}/etc/tbblearn/settings; cd {ROOT}; exec {machine.here(serve)}"],
        env=machine.environment,
    )
    try:
        wait_for(machine.port)
        if shutil.which("curl"):
            (ready,) = scripts(machine, "served")
            machine.run(ready)
        browser = Browser(machine.port)
        welcome = browser.send(browser.ask(link), password=PASSWORD)
        assert "Utskick" in welcome.get_text(), "an administrator's menu"
        other = Browser(machine.port)
        home = other.send(other.ask("/logga-in"), email="fornamn.efternamn@example.se", password=PASSWORD)
        assert "Utskick" in home.get_text()
        machine.run(f"set -a; . /etc/tbblearn/settings; cd /\n{tick}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    copies(machine)


def commands_of_units() -> list[str]:
    """What systemd is told to run: the server, and the timer's."""
    return re.findall(r"^ExecStart=(.*)$", "".join(text for *_kind, text in blocks()), re.MULTILINE)


def courses(machine: Machine) -> None:
    """Those of this source tree wait for somebody; in their place comes one for which nobody is waited any more."""
    (check,) = scripts(machine, "faults")
    machine.run(check, status=1)
    folder = machine.folder / "etc" / "tbblearn" / "courses"
    shutil.rmtree(folder)
    waive(Courses(folder))
    (publish,) = scripts(machine, "filled")
    assert "exempel, version 1: published" in machine.run(publish)


def wait_for(port: int) -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": HOST})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the site did not become ready")


def copies(machine: Machine) -> None:
    (copy,) = (text for text in scripts(machine, "") if BACKUPS in text)
    if machine.kind == "sqlite" and shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed: the copy was not tried")
    machine.run(copy)
    made = list((machine.folder / "var" / "backups" / "tbblearn").iterdir())
    assert [one.stat().st_mode & 0o777 for one in made] == [0o600]
    assert b"fornamn.efternamn@example.se" in made[0].read_bytes()


def test_every_setting_is_explained() -> None:
    table = GUIDE.read_text(encoding="utf-8")
    for one in look({}):
        assert f"`{one.name}`" in table or one.name == "TBBLEARN_DEMO", one.name
