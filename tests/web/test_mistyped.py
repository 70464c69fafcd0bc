"""Nonsense typed into every field of every form: told at the field, kept on the page, and never a fault of ours."""

import re
from collections.abc import Iterator

import pytest
from markupsafe import escape
from werkzeug.test import TestResponse

from tbblearn.web.application import Application
from tbblearn.web.fields import LONGEST_SHOWN
from tests.conftest import Backend, SQLite
from tests.nonsense import (
    ALL_TEXT,
    CHOSEN,
    FORGED,
    NONSENSE,
    Field,
    Filled,
    Nonsense,
    forms_in,
    send_a_file,
    send_twice,
    type_in,
)
from tests.page_rules import faults, parse
from tests.reading import Reader
from tests.training.conftest import Training
from tests.walking import LEAVER, NOBODY, PEOPLE, Walk, walking

MEET_FORMS = (NOBODY, "staff", "manager", "process_leader", "editor", LEAVER)
"""Everybody else meets the same forms as one of these."""

ONE_TITLE = re.compile(r"/enkat/|/prova/")
"""A survey's pages have one title, so that a browser's history does not tell who has answered."""


class Typist:
    """Somebody at a browser who fills in every form of every page, wrongly."""

    def __init__(self, app: Application, walk: Walk, role: str) -> None:
        self.app, self.walk, self.role = app, walk, role
        self.wrong: list[str] = []
        self.typed = 0

    def forms(self, met: set[str]) -> Iterator[Filled]:
        """Every form that has not been met yet, by where it is sent and what it asks."""
        client = self.walk.browser(self.app, self.role)
        for address in self.walk.addresses(self.app, self.role):
            answer = client.get(address)
            if answer.mimetype != "text/html":
                continue
            for form in forms_in(address, answer.get_data(as_text=True)):
                kind = re.sub(r"\d+|[\w-]{40,}", "*", form.name)
                if kind not in met:
                    met.add(kind)
                    yield form

    def misuse(self, form: Filled) -> None:
        """Type all nonsense into each field in turn: first what is never taken, so that the form stays as it was."""
        client = self.walk.browser(self.app, self.role)
        order = sorted(form.fields, key=lambda field: field.kind == "hidden")
        for field in order:
            for nonsense in NONSENSE if field.kind in ALL_TEXT else FORGED:
                self.judge(form, field, type_in(client, form, field.name, nonsense), nonsense)
            if form.method == "post":
                self.judge(form, field, send_twice(client, form, field.name), None)
                self.judge_file(form, field, send_a_file(client, form, field.name))

    def judge(self, form: Filled, field: Field, answer: TestResponse, nonsense: Nonsense | None) -> None:
        self.typed += 1
        said = f"{self.role} {form.action} {field.name} ({field.kind}) {nonsense}: {answer.status_code}"
        if answer.status_code >= 500:
            self.wrong.append(said)
        elif form.method == "get":
            if answer.status_code not in {200, 404}:
                self.wrong.append(said)
        elif answer.status_code == 422:
            self.judge_page(form, field, answer.get_data(as_text=True), nonsense, said)
        elif nonsense and self.must_be_told(field, nonsense):
            self.wrong.append(said)

    def must_be_told(self, field: Field, nonsense: Nonsense) -> bool:
        return field.kind in (ALL_TEXT | CHOSEN | {"file"}) and field.kind not in nonsense.meant_in

    def judge_page(self, form: Filled, field: Field, body: str, nonsense: Nonsense | None, said: str) -> None:
        """The title says it, and all that was typed is there."""
        if not ONE_TITLE.search(form.action) and not re.search(r"<title>(Fel|Error): ", body):
            self.wrong.append(f"{said}: no word in the title")
        for name, value in form.others(field.name):
            if form.kind(name) in ALL_TEXT - {"password"} and str(escape(value)) not in body:
                self.wrong.append(f"{said}: {name} is lost")
        if nonsense is None or field.kind not in ALL_TEXT - {"password"}:
            return
        if str(escape(nonsense.shown.strip())) not in body:
            self.wrong.append(f"{said}: it is lost")
        if field.kind == "date" and not re.search(rf'<input[^>]*name="{field.name}"[^>]*type="text"', body):
            self.wrong.append(f"{said}: a browser does not show it")
        if nonsense.raw == "20+maj":
            self.wrong += [f"{said}: {fault}" for fault in faults(parse(body))]

    def judge_file(self, form: Filled, field: Field, answer: TestResponse) -> None:
        self.typed += 1
        visible = field.kind != "hidden"
        if answer.status_code >= 500 or (visible and answer.status_code != 422):
            self.wrong.append(f"{self.role} {form.action} {field.name} ({field.kind}) file: {answer.status_code}")


def walk_all(backend: Backend, people: tuple[str, ...], *, each_once: bool) -> tuple[list[str], set[str], int]:
    """What is wrong, the forms that were met, and how often something was typed."""
    wrong: list[str] = []
    met: set[str] = set()
    typed = 0
    with walking(backend) as (app, walk):
        for role in people:
            typist = Typist(app, walk, role)
            for form in list(typist.forms(met if each_once else set())):
                typist.misuse(form)
            wrong += typist.wrong
            typed += typist.typed
    return wrong, met, typed


def test_nonsense_in_any_field_is_told_and_kept(sqlite_backend: SQLite) -> None:
    wrong, met, typed = walk_all(sqlite_backend, MEET_FORMS, each_once=True)
    assert not wrong
    assert len(met) >= 20
    assert typed >= 800


@pytest.mark.full
def test_whoever_types_it_on_either_database(backend: Backend) -> None:
    wrong, _met, _typed = walk_all(backend, PEOPLE, each_once=False)
    assert not wrong


@pytest.mark.parametrize(
    ("language", "beginning", "error"),
    [
        ("sv", "Fel: Ny mätning", "Skriv datumet så här: 2027-05-20."),
        ("en", "Error: New survey round", "Write the date like this: 2027-05-20."),
    ],
)
def test_the_title_says_in_the_pages_language_that_something_is_to_be_corrected(
    sqlite_backend: SQLite, language: str, beginning: str, error: str
) -> None:
    with sqlite_backend.database("taught") as app:
        made: Training = sqlite_backend.made["taught"]
        reader = Reader(app)
        reader.sign_in(made.person("process_leader"))
        reader.post("/sprak", {"language": language})
        page = reader.submit(reader.get("/matningar/ny").form("/matningar/ny"), 422, opens_on="20 maj")
        assert page.title.startswith(beginning)
        assert error in page.errors
        assert not reader.get("/matningar/ny").title.startswith(beginning[:4])


def test_only_what_is_longer_than_anybody_types_is_not_shown_again(sqlite_backend: SQLite) -> None:
    with sqlite_backend.database() as app:
        reader = Reader(app)
        for length, shown in ((LONGEST_SHOWN, LONGEST_SHOWN), (LONGEST_SHOWN + 1, 0)):
            page = reader.post("/logga-in", {"email": "x" * length, "password": "y"}, 422)
            assert page.errors == ["E-postadressen är för lång. Högst 254 tecken."]
            assert len(page.form("/logga-in")["email"]) == shown
