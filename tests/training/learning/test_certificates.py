"""A certificate that an auditor accepts, its file, and the page where anybody checks its number."""

import io
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from tbblearn.access.actions import open_session
from tbblearn.access.models import LoginAttempt
from tbblearn.access.rules import PACE
from tbblearn.db import db, unit_of_work
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.tick import NUMBERED, tick
from tbblearn.training.certificate_numbers import new_number, shown
from tbblearn.training.completion_models import Completion
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.rules import Basis, RevocationReason
from tests.factories import NOW, TODAY, employ
from tests.reading import ReadPage
from tests.training.learners import Learners, teaching

CHECK = "/intyg/kontrollera"
FREE = PACE[0][0]
"""Wrong tries before the first wait."""


def passed(learners: Learners, name: str = "p101") -> int:
    """Somebody passes; returns the completion."""
    person_id = learners.be(name)
    learners.take(person_id)
    return learners.completion_of(person_id)


def number_of(learners: Learners, completion_id: int) -> str:
    with learners.inside():
        number = db.session.scalars(select(Completion.number).where(Completion.id == completion_id)).one()
    assert number is not None
    return number


def change_person(learners: Learners, name: str, **values: object) -> None:
    with learners.inside() as training, unit_of_work():
        db.session.execute(update(Person).where(Person.id == training.person(name)).values(**values))


def revoke(learners: Learners, completion_id: int) -> None:
    with learners.inside() as training, unit_of_work():
        manager_actions.revoke_completion(
            completion_id,
            reason=RevocationReason.WRONG_PERSON,
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )


def facts(page: ReadPage) -> dict[str, str]:
    """The terms and values of the page."""
    return {
        dt.get_text(): dt.find_next("dd").get_text().replace("\N{NO-BREAK SPACE}", " ") for dt in page.main.select("dt")
    }


def ask(learners: Learners, number: str, name: str = "", status: int = 200) -> ReadPage:
    """Somebody who is not signed in types a number."""
    learners.reader.forget()
    form = learners.get(CHECK).form(CHECK)
    return learners.reader.submit(form, status, number=number, name=name)


def tries(learners: Learners) -> int:
    with learners.inside():
        return db.session.scalar(select(func.count()).select_from(LoginAttempt)) or 0


# --- what stands on it --------------------------------------------------------------------------------------------


def test_it_names_employer_unit_work_level_extent_version_and_what_it_counts_for(learners: Learners) -> None:
    completion_id = passed(learners)
    page = learners.get(f"/intyg/{completion_id}")
    assert facts(page) == {
        "Genomförd": "20 november 2026",
        "Räknas som": "Årlig utbildning, omgång 2026",
        "Nivå": "Grundnivå",
        "Omfattning": "Cirka 15 minuter",
        "Version": "1, publicerad 20 november 2026",
        "Arbetsgivare": "Region Sörmland",
        "Enhet": "Enhet 1",
        "Yrke": "undersköterska",
        "Nästa gång": "omgång 2027",
        "Utfärdare": "Sörmland",
    }
    goals = [item.get_text() for item in page.main.select(".cert__goals li")]
    assert len(goals) == 2
    number = shown(number_of(learners, completion_id))
    assert f"Nummer {number} Kontrollera numret på http://127.0.0.1:5000/intyg/kontrollera" in page.text
    assert page.links["http://127.0.0.1:5000/intyg/kontrollera"] == CHECK


def test_two_of_one_name_in_one_unit_have_certificates_that_do_not_look_alike(learners: Learners) -> None:
    change_person(learners, "p102", given_name="Medarbetare", family_name="101")
    pages = [learners.get(f"/intyg/{passed(learners, name)}") for name in ("p101", "p102")]
    assert facts(pages[0]) == facts(pages[1])
    numbers = [page.main.select_one(".cert__check strong") for page in pages]
    assert numbers[0] != numbers[1]


def test_the_issuer_is_the_one_of_the_settings(learners: Learners, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = "Region Sörmland och länets kommuner"
    settings = replace(learners.app.config["TBBLEARN"], issuer=issuer)
    monkeypatch.setitem(learners.app.config, "TBBLEARN", settings)
    assert facts(learners.get(f"/intyg/{passed(learners)}"))["Utfärdare"] == issuer


def test_several_employments_of_the_day_are_all_named(learners: Learners) -> None:
    with learners.inside() as training, unit_of_work():
        school = db.session.get_one(OrgUnit, training.unit("skola-1"))
        employ(db.session.get_one(Person, training.person("p101")), school, profession="lärare")
    assert facts(learners.get(f"/intyg/{passed(learners)}"))["Anställningar den dagen"] == (
        "Flens kommun, Skola 1, lärare; Region Sörmland, Enhet 1, undersköterska"
    )


def test_a_later_move_changes_neither_employer_nor_work(learners: Learners) -> None:
    completion_id = passed(learners)
    with learners.inside() as training, unit_of_work():
        db.session.execute(
            update(Placement)
            .where(Placement.person_id == training.person("p101"))
            .values(unit_id=training.unit("skola-1"), profession="lärare")
        )
    shown_facts = facts(learners.get(f"/intyg/{completion_id}"))
    assert (shown_facts["Enhet"], shown_facts["Yrke"]) == ("Enhet 1", "undersköterska")


def test_one_recorded_later_says_on_what_it_rests_and_promises_no_goals(learners: Learners) -> None:
    person_id = learners.be("p101")
    with learners.inside() as training, unit_of_work():
        completion_id = manager_actions.record_completion(
            person_id,
            "base",
            achieved_on=TODAY,
            basis=Basis.EQUIVALENT,
            evidence="Kursintyg, Länsstyrelsen",
            by=training.person("admin"),
            scope=training.scope(),
            now=NOW,
            today=TODAY,
        )
    page = learners.get(f"/intyg/{completion_id}")
    assert facts(page)["Bygger på"] == ("motsvarande utbildning, Kursintyg, Länsstyrelsen, inskrivet 20 november 2026")
    assert not {"Version", "Omfattning"} & set(facts(page))
    assert not page.main.select(".cert__goals")


# --- the number ---------------------------------------------------------------------------------------------------


def test_anybody_reads_that_a_number_is_in_force_and_not_whose_it_is(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    page = ask(learners, shown(number).lower())
    assert "Numret är giltigt" in page.text
    assert facts(page) == {
        "Utbildning": "Kursen base",
        "Nivå": "Grundnivå",
        "Genomförd": "20 november 2026",
        "Version": "1, publicerad 20 november 2026",
    }
    answer = page.response.get_data(as_text=True)
    for secret in ("Medarbetare", "101", "Enhet 1", "undersköterska", "Region"):
        assert secret not in answer
    assert "Namnet" not in page.text


@pytest.mark.parametrize("typed", ["Medarbetare 101", "  medarbetare   101 ", "MEDARBETARE 101"])
def test_the_name_that_was_typed_is_compared(learners: Learners, typed: str) -> None:
    page = ask(learners, number_of(learners, passed(learners)), typed)
    assert "Numret är giltigt" in page.text
    assert "Namnet stämmer med numret." in page.text


@pytest.mark.parametrize("typed", ["Medarbetare 102", "Medarbetare", "101 Medarbetare"])
def test_a_wrong_name_is_told_and_the_right_one_is_not(learners: Learners, typed: str) -> None:
    page = ask(learners, number_of(learners, passed(learners)), typed)
    assert page.main.h2 is not None
    assert page.main.h2.get_text() == "Namnet stämmer inte"
    assert "Numret är giltigt, men intyget är utfärdat i ett annat namn." in page.text
    assert "Medarbetare 101" not in page.response.get_data(as_text=True)


def test_a_name_that_has_been_erased_is_not_compared(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    change_person(learners, "p101", given_name="", family_name="")
    page = ask(learners, number, "Medarbetare 101")
    assert "Numret är giltigt" in page.text
    assert "Namnet går inte längre att jämföra" in page.text


def test_one_that_was_withdrawn_is_no_longer_in_force_and_compares_no_name(learners: Learners) -> None:
    completion_id = passed(learners)
    revoke(learners, completion_id)
    page = ask(learners, number_of(learners, completion_id), "Medarbetare 101")
    assert "Intyget gäller inte längre" in page.text
    assert "Det återkallades 20 november 2026." in page.text
    assert "giltigt" not in page.text
    assert "Namnet" not in page.text
    assert "fel person" not in page.text


def test_a_mistyped_number_is_noticed_and_counts_as_no_try(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    mistyped = number[1] + number[0] + number[2:] if number[0] != number[1] else number[:-1]
    page = ask(learners, mistyped, status=422)
    assert page.errors == ["Ett tecken i numret är fel eller saknas. Jämför med intyget."]
    assert page.form(CHECK)["number"] == mistyped
    assert ask(learners, "", status=422).errors == ["Skriv numret som står på intyget."]
    assert tries(learners) == 0


def test_guessing_numbers_is_slowed_for_a_network_address(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    for _ in range(FREE):
        assert ask(learners, new_number(), status=422).errors == [
            "Vi har inget intyg med det numret. Jämför med intyget."
        ]
    page = ask(learners, number, status=429)
    assert page.errors == ["För många försök. Vänta 30 sekunder och försök igen."]
    assert page.response.headers["Retry-After"] == "30"
    learners.clock.shift(30)
    ask(learners, number)


def test_guessing_names_is_slowed_for_a_number_wherever_they_come_from(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    for guess in range(FREE):
        ask_from(learners, f"10.0.0.{guess}", number, f"Medarbetare {guess}", 200)
    ask_from(learners, "10.0.1.1", number, "Medarbetare 7", 200)
    ask_from(learners, "10.0.1.1", number, "Medarbetare 8", 200)
    ask_from(learners, "10.0.1.1", number, "Medarbetare 9", 429)


def ask_from(learners: Learners, address: str, number: str, name: str, status: int) -> None:
    learners.reader.forget()
    form = learners.get(CHECK).form(CHECK)
    values = {"number": number, "name": name, "csrf_token": form["csrf_token"]}
    learners.reader.post(CHECK, values, status, csrf=False, environ_base={"REMOTE_ADDR": address})


def test_a_right_number_is_no_try(learners: Learners) -> None:
    number = number_of(learners, passed(learners))
    for _ in range(FREE + 1):
        ask(learners, number, "Medarbetare 101")
    assert tries(learners) == 0


def test_neither_number_nor_name_is_logged_or_stored(
    learners: Learners, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    number = number_of(learners, passed(learners))
    missing = new_number()
    caplog.clear()
    ask(learners, number, "Medarbetare 999")
    ask(learners, missing, "Medarbetare 998", 422)
    told = caplog.text + "".join(capfd.readouterr())
    with learners.inside():
        told += repr([tuple(row) for row in db.session.execute(select(*LoginAttempt.__table__.columns))])
    assert tries(learners) == 4
    for typed in (number, shown(number), missing, shown(missing), "Medarbetare"):
        assert typed not in told


def test_one_recorded_by_the_release_before_has_its_number_from_the_timer(learners: Learners) -> None:
    completion_id = passed(learners)
    with learners.inside(), unit_of_work():
        db.session.execute(update(Completion).values(number=None))
    page = learners.get(f"/intyg/{completion_id}")
    assert "Nummer" not in page.text
    assert "None" not in page.text
    assert "Kontrollera numret" not in learners_pdf(learners, completion_id).pages[0].extract_text()
    with learners.inside():
        assert tick(now=NOW)[NUMBERED] == 1
        assert tick(now=NOW)[NUMBERED] == 0
    assert shown(number_of(learners, completion_id)) in learners.get(f"/intyg/{completion_id}").text


# --- the file -----------------------------------------------------------------------------------------------------


def learners_pdf(learners: Learners, completion_id: int) -> PdfReader:
    answer = learners.get(f"/intyg/{completion_id}.pdf").response
    assert answer.mimetype == "application/pdf"
    assert f"-{completion_id}.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    return PdfReader(io.BytesIO(answer.get_data()))


def root_of(file: PdfReader) -> Any:
    """The dictionary in which a PDF says what it is."""
    return file.trailer["/Root"]


def test_the_file_is_one_tagged_page_with_the_same_words(learners: Learners) -> None:
    completion_id = passed(learners)
    file = learners_pdf(learners, completion_id)
    (page,) = file.pages
    text = " ".join(page.extract_text().replace("\N{NO-BREAK SPACE}", " ").split())
    seen = learners.get(f"/intyg/{completion_id}")
    for term, value in facts(seen).items():
        assert f"{term} {value}" in text
    for words in ("Medarbetare 101", "Kursen base", shown(number_of(learners, completion_id)), CHECK):
        assert words in text
    for goal in seen.main.select(".cert__goals li"):
        assert goal.get_text() in text
    root = root_of(file)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv"
    assert b"pdfuaid:part" in root_of(file)["/Metadata"].get_data()
    assert file.metadata is not None
    assert file.metadata.title == "Intyg: Kursen base"


def test_the_file_is_in_the_language_of_its_reader(learners: Learners) -> None:
    completion_id = passed(learners)
    learners.post("/sprak", {"language": "en", "next": "/om"})
    file = learners_pdf(learners, completion_id)
    assert root_of(file)["/Lang"] == "en"
    assert "Certificate" in file.pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "standard"),
    [("Łukasz Žižek-Şahin", True), ("Иван Ελένη", True), ("名前 محمد", False), ("#[*a* $x$]", True)],
)
def test_the_file_holds_any_name_as_it_is_written(learners: Learners, name: str, standard: bool) -> None:
    completion_id = passed(learners)
    change_person(learners, "p101", given_name=name)
    file = learners_pdf(learners, completion_id)
    assert len(file.pages) == 1
    assert (b"pdfuaid:part" in root_of(file)["/Metadata"].get_data()) is standard
    if standard:
        assert name in file.pages[0].extract_text()


@pytest.mark.parametrize("goals", [12, 24])
def test_the_file_is_one_page_however_many_goals_a_course_has(learners: Learners, goals: int) -> None:
    made = teaching()
    goal = replace(made.goals[0], text={"sv": "se när något har börjat gå fel för ett barn, och veta att det är nu"})
    more = tuple(replace(goal, id=f"m{number}") for number in range(goals - len(made.goals)))
    learners.publish(replace(made, goals=(*made.goals, *more)))
    (page,) = learners_pdf(learners, passed(learners)).pages
    assert page.extract_text().count("börjat gå fel") == len(more)


def test_whoever_has_left_reads_the_own_file_with_the_mailed_link(learners: Learners) -> None:
    completion_id = passed(learners)
    with learners.inside() as training, unit_of_work():
        token = open_session(training.person("p101"), NOW, history_only=True)
    with learners.reader.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    learners.get("/utbildning/base", 403)
    assert len(learners_pdf(learners, completion_id).pages) == 1


def test_the_file_of_another_or_of_one_that_was_withdrawn_is_not_there(learners: Learners) -> None:
    completion_id = passed(learners)
    learners.be("p102")
    learners.get(f"/intyg/{completion_id}.pdf", 404)
    learners.be("p101")
    revoke(learners, completion_id)
    learners.get(f"/intyg/{completion_id}.pdf", 404)
