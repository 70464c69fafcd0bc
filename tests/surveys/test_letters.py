"""Letters about surveys: the words, in both languages, and never one that no longer applies."""

from dataclasses import replace

import pytest
from flask import current_app
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.mail.rules import Letter
from tbblearn.mail.smtp import _message
from tbblearn.operations.queries import Wanted, outbox
from tbblearn.people.models import Person
from tbblearn.people.rules import Language, Role
from tbblearn.readiness.waves.actions import remind
from tbblearn.readiness.waves.publishing import withdraw_wave
from tbblearn.surveys.actions import decline
from tbblearn.surveys.letters import WRITERS
from tbblearn.surveys.models import Invitation
from tests.factories import NOW, TODAY
from tests.readiness.rounds import Round
from tests.surveys.conftest import SIZES, THREES

pytestmark = pytest.mark.usefixtures("session")
CLOSING = {
    Language.SV: "Du når också sidan via intranätet: sök på barnens bästa. Frågor? hjalp@example.org.",
    Language.EN: "You also find the page through the intranet: search for barnens bästa. Questions? hjalp@example.org.",
}


@pytest.fixture
def opened() -> Round:
    made = Round.county(SIZES)
    made.open()
    return made


def letter(made: Round, kind: str, person_id: int, language: Language = Language.SV) -> Letter | None:
    with unit_of_work():
        db.session.get_one(Person, person_id).language = language
    found = WRITERS[kind](person_id, {"wave": made.wave_id}, NOW)
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    ("kind", "language", "subject", "said"),
    [
        (
            "survey_invitation",
            Language.SV,
            "Hur redo är vi för Tillsammans för barnens bästa?",
            "Tolv påståenden, cirka 3 minuter. Frivilligt och konfidentiellt. Öppet till 4 december 2026.",
        ),
        (
            "survey_invitation",
            Language.EN,
            "How ready are we for Tillsammans för barnens bästa?",
            "Voluntary and confidential. Open until 4 December 2026.",
        ),
        ("survey_reminder", Language.SV, "Enkäten är öppen till 4 december 2026", "så slipper du fler påminnelser."),
        ("survey_reminder", Language.EN, "The survey is open until 4 December 2026", "we have no answer from you."),
    ],
)
def test_asking_says_what_it_is_and_leads_to_the_promise(
    opened: Round, kind: str, language: Language, subject: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(current_app.config["TBBLEARN"], contact="hjalp@example.org", intranet="barnens bästa")
    monkeypatch.setitem(current_app.config, "TBBLEARN", named)
    person = opened.staff["skola-1"][0]
    found = letter(opened, kind, person, language)
    assert found is not None
    body = found.body.replace("\N{NO-BREAK SPACE}", " ")
    assert found.subject.replace("\N{NO-BREAK SPACE}", " ") == subject
    assert said in body
    assert body.count("http") == 1
    assert f"http://127.0.0.1:5000/enkat/{opened.wave_id}" in body
    assert body.endswith(f"\n\n{CLOSING[language]}\n")
    assert found.sender == "tbblearn, Flen"
    assert _message("tbblearn <post@example.org>", found)["From"] == '"tbblearn, Flen" <post@example.org>'


@pytest.mark.parametrize("kind", ["survey_invitation", "survey_reminder"])
@pytest.mark.parametrize("done", ["answered", "declined", "closed", "withdrawn"])
def test_nobody_is_asked_who_has_answered_or_declined_or_once_it_is_over(opened: Round, kind: str, done: str) -> None:
    person, other = opened.staff["barn-1"][:2]
    assert letter(opened, kind, person) is not None
    if done == "answered":
        opened.answer(person, THREES)
    elif done == "declined":
        with unit_of_work():
            decline(opened.wave_id, person, today=TODAY)
    elif done == "closed":
        opened.close()
    else:
        with unit_of_work():
            withdraw_wave(opened.wave_id, by=None, now=NOW)
    found = letter(opened, kind, person)
    if done in {"answered", "declined"}:
        assert found is not None
        assert found.only_asks, "the server is only asked about the address: its faults say nothing of who has answered"
        assert found.subject == found.body == ""
    else:
        assert found is None
    assert (letter(opened, kind, other) is None) is (done in {"closed", "withdrawn"})


def test_results_are_told_once_they_can_be_read_and_not_once_withdrawn(opened: Round) -> None:
    person, manager = opened.staff["barn-1"][0], opened.holders[Role.MANAGER]
    assert letter(opened, "survey_result_staff", person) is None
    assert letter(opened, "survey_result_manager", manager) is None
    opened.answer_all()
    opened.close()
    assert opened.audit()
    opened.publish()
    staff = letter(opened, "survey_result_staff", person)
    assert staff is not None
    assert staff.subject == "Nu kan du se resultatet"
    assert "Här är resultatet för Barn 1 eller närmaste större grupp" in staff.body
    assert f"http://127.0.0.1:5000/resultat/{opened.wave_id}" in staff.body
    first = letter(opened, "survey_result_manager", manager, Language.EN)
    assert first is not None
    assert first.subject == "The result is ready"
    assert "Staff can see the result from 27 November 2026." in first.body.replace("\N{NO-BREAK SPACE}", " ")
    assert first.sender == "tbblearn, Region"
    with unit_of_work():
        withdraw_wave(opened.wave_id, by=None, now=NOW)
    assert letter(opened, "survey_result_staff", person) is None
    assert letter(opened, "survey_result_manager", manager) is None


def test_the_list_of_messages_shows_nobody_who_is_asked(opened: Round) -> None:
    opened.answer_all(share=0.5)
    with unit_of_work():
        remind(opened.wave_id, by=None, now=NOW, today=TODAY)
    assert len(list(db.session.scalars(select(Invitation.person_id)))) > 10
    assert outbox(Wanted()).rows == []
    assert outbox(Wanted(kind="survey_reminder")).rows == []
