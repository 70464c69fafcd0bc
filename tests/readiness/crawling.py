"""Everything that anybody can open in a small county with published waves, and whether answers were read for it."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from sqlalchemy import select

from tbblearn.access.actions import open_session
from tbblearn.db import db, read_only, unit_of_work, utc_now
from tbblearn.readiness.results import queries as result_queries
from tbblearn.readiness.results.rules import OPERATOR
from tbblearn.reports.readiness_file import unit_csv, unit_json
from tbblearn.surveys.models import WaveUnit
from tbblearn.web.application import Application
from tests.listening import statements
from tests.readiness.published import LATER
from tests.readiness.rounds import Round
from tests.reading import said

Crawl = dict[tuple[str, str], tuple[int, str, str]]
"""(who, address) -> status, where it leads or what kind of file it is, body."""

_LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
_CHANGING = re.compile(r'(name="csrf_token"[^>]*value=|data-visit=)"[^"]*"')


def people(made: Round) -> dict[str, int | None]:
    """One of each role, staff of a unit too small to be shown and of a large one, and nobody."""
    roles = {role.value: person for role, person in made.holders.items()}
    staff = {"small": made.staff["barn-4"][-1], "large": made.staff["vuxen-1"][0]}
    return {"anonymous": None, **staff, "second_manager": made.staff["manager-of-flen"][0], **roles}


def crawl(app: Application, made: Round, only: Collection[str] = ()) -> Crawl:
    """Every page and file that each of them (or `only` these) reaches by links, by the menu or by guessing an address;
    and the files that the command line writes.
    """
    with time_machine.travel(LATER, tick=False):
        found: Crawl = {}
        for who, person_id in people(made).items():
            if not only or who in only:
                crawl_as(app, made, who, person_id, found)
        _run_commands(app, found)
    return found


def crawl_again(app: Application, made: Round, first: Crawl) -> Crawl:
    """What was found, fetched again: by one of those who were shown the same content at the same address."""
    different = {
        (path, status, content(kind, body)): (who, path) for (who, path), (status, kind, body) in first.items()
    }
    with time_machine.travel(LATER, tick=False):
        found: Crawl = {}
        clients = {who: _client(app, person_id) for who, person_id in people(made).items()}
        for who, path in different.values():
            if who in clients:
                found[who, path], _text = _fetch(clients[who], path)
        _run_commands(app, found)
    return found


def content(kind: str, body: str) -> str:
    """A page without its frame, which differs by who reads it; a file as it is."""
    return body[body.index("<main") : body.index("</main>") + 7] if kind == "text/html" else body


@contextmanager
def answers_read(app: Application) -> Iterator[list[str]]:
    """The statements sent meanwhile that name a table of answers; known at the end."""
    named: list[str] = []
    with statements(app) as sent:
        yield named
    named += [statement for statement in sent if re.search(r"\bresponse(_open)?\b", statement)]


def _run_commands(app: Application, found: Crawl) -> None:
    with app.app_context(), read_only():
        for wave_id, unit_id in db.session.execute(select(WaveUnit.wave_id, WaveUnit.unit_id)).all():
            result = result_queries.unit_result(wave_id, unit_id, OPERATOR, LATER.date())
            found["operator", f"{wave_id}/{unit_id}.csv"] = 200, "text/csv", unit_csv(result).decode()
            found["operator", f"{wave_id}/{unit_id}.json"] = 200, "application/json", unit_json(result).decode()


def _client(app: Application, person_id: int | None) -> Any:
    client = app.test_client()
    if person_id is not None:
        with app.app_context(), unit_of_work():
            token = open_session(person_id, utc_now())
        with client.session_transaction() as browser:
            browser["_user_id"] = token
    return client


def _fetch(client: Any, path: str) -> tuple[tuple[int, str, str], str]:
    """What is kept of an answer, and where it leads."""
    answer = client.get(path)
    text = _CHANGING.sub(r"\1", said(answer))
    leads = answer.headers.get("Location", "")
    return (answer.status_code, leads or str(answer.mimetype), text), leads


def crawl_as(app: Application, made: Round, who: str, person_id: int | None, found: Crawl) -> None:
    """Put into `found` all that this person reaches by links, by the menu or by guessing the address of a result."""
    client = _client(app, person_id)
    wave = f"/resultat/{made.wave_id}"
    waiting = ["/", "/resultat", wave, f"{wave}/lan", f"{wave}/lan.csv", f"{wave}/metod"]
    waiting += [f"{wave}/{unit_id}" for unit_id in made.units.values()]
    while waiting:
        path = waiting.pop()
        if (who, path) in found or path.startswith(("/static", "/logga-in?")):
            continue
        found[who, path], leads = _fetch(client, path)
        waiting += [link.replace("&amp;", "&") for link in _LINK.findall(found[who, path][2])]
        if leads:
            waiting.append(leads.removeprefix("http://localhost"))
