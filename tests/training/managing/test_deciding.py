"""What a manager decides on a person's page, and what that person then reads: the same status, day and reason."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tbblearn.access.actions import end_all_sessions
from tbblearn.audit.models import AccessLog, AuditEvent
from tbblearn.audit.rules import Event, Seen
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.models import Person
from tbblearn.training.completion_models import Completion
from tbblearn.training.exemption_models import Exemption
from tests.page_rules import words
from tests.reading import ReadPage
from tests.training.learners import Learners

HISTORY = "/min-historik"


class Desk:
    """p101's page as the manager of verksamhet-1 opens it."""

    def __init__(self, learners: Learners) -> None:
        self.learners = learners
        self.person_id = learners.training.person("p101")
        self.address = f"/min-enhet/person/{self.person_id}"
        self.manager()

    def manager(self, day: date | None = None) -> None:
        self.learners.be("manager", day)

    def form(self, page: str) -> ReadPage:
        return self.learners.get(f"{self.address}/{page}")

    def send(self, page: str, status: int = 303, **values: Any) -> ReadPage:
        """Open the page, fill it in, send it."""
        opened = self.form(page)
        return self.learners.reader.submit(opened.form(f"{self.address}/{page}"), status, **values)

    def exempt(self, status: int = 303, **values: Any) -> ReadPage:
        return self.send("undantag", status, **{"until_on": "2027-03-31", "reason": "other_duties", **values})

    def extend(self, status: int = 303, **values: Any) -> ReadPage:
        return self.send("forlang", status, **{"until_on": "2026-12-20", "reason": "technical_fault", **values})

    def record(self, status: int = 303, **values: Any) -> ReadPage:
        given = {"basis": "equivalent", "achieved_on": "2026-04-01", "evidence": "Intyg från Flen", **values}
        return self.send("registrera", status, **given)

    def completion(self) -> int:
        return self.learners.completion_of(self.person_id)

    def count(self, model: type) -> int:
        with self.learners.inside():
            return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def desk(learners: Learners) -> Desk:
    return Desk(learners)


def test_the_persons_page_leads_to_each_decision(desk: Desk) -> None:
    links = desk.learners.get(desk.address).links
    assert links["Bevilja undantag"] == f"{desk.address}/undantag"
    assert links["Förläng tiden"] == f"{desk.address}/forlang"
    assert links["Registrera genomförd"] == f"{desk.address}/registrera"
    for page in ("undantag", "forlang", "registrera"):
        opened = desk.form(page)
        assert "Det här händer" in opened.text
        assert "Medarbetare 101 · Enhet 1" in opened.text
        assert "Årlig utbildning, omgång 2026 · 1 januari 2026 till 30 november 2026" in opened.text
        assert opened.form(f"{desk.address}/{page}")["course"] == "base", "the only course is chosen"
    with desk.learners.inside():
        seen = db.session.scalars(select(AccessLog.object_id).where(AccessLog.seen == Seen.PERSON_SHOWN)).all()
        assert seen == [desk.person_id] * 4


def test_an_exemption_reads_the_same_on_both_pages(desk: Desk) -> None:
    page = desk.learners.reader.follow(desk.exempt())
    assert "Undantaget är sparat. Medarbetaren ser det på sina egna sidor." in page.text
    said = "Undantagen 20 november 2026 till 31 mars 2027 · andra arbetsuppgifter"
    assert said in page.text
    assert "Undantagen" in page.soup.select_one("#tasks ~ div .tag").text
    desk.learners.be("p101")
    history = desk.learners.get(HISTORY)
    assert said in history.text
    assert "Undantagen" in history.soup.select_one("#tasks ~ ul .tag").text
    sentence = "Du är undantagen till och med 31 mars 2027 (andra arbetsuppgifter) och behöver inte gå utbildningen."
    ask = "Har du frågor om det? Prata med din chef."
    for address in ("/mina-utbildningar", "/utbildning/base"):
        page = desk.learners.get(address)
        assert sentence in page.text
        assert ask in page.text


def test_an_exemption_for_good(desk: Desk) -> None:
    desk.exempt(until_on="", reason="leaving_soon")
    assert "Undantagen från 20 november 2026 · slutar snart" in desk.learners.reader.follow().text
    desk.learners.be("p101")
    assert "Du är undantagen tills vidare (slutar snart)" in desk.learners.get("/mina-utbildningar").text


def test_a_leave_over_the_last_day_needs_no_decision(desk: Desk) -> None:
    """Exempt without a decision: the page says no reason and no day, since nobody decided any."""
    with desk.learners.inside() as training:
        training.leave(desk.person_id, date(2026, 11, 25), date(2026, 12, 5))
    desk.learners.be("p101", date(2026, 12, 8))
    page = desk.learners.get("/mina-utbildningar")
    assert "Du är undantagen och behöver inte gå utbildningen." in page.text
    assert "Prata med din chef" not in page.text


def test_a_longer_time_reads_the_same_on_both_pages(desk: Desk) -> None:
    assert "Kursen base (sista dag nu: 30 november 2026)" in desk.form("forlang").text
    page = desk.learners.reader.follow(desk.extend())
    assert "Tiden är förlängd till 20 december 2026." in page.text
    said = "Förlängd tid till 20 december 2026 · tekniskt fel"
    days = "1 januari 2026 till 20 december 2026"
    assert said in page.text
    assert days in page.text
    desk.learners.be("p101")
    history = desk.learners.get(HISTORY)
    assert said in history.text
    assert days in history.text
    page = desk.learners.get("/utbildning/base")
    assert "Du har till 20 december 2026. Tiden är förlängd (tekniskt fel)." in page.text
    assert "Har du frågor om det? Prata med din chef." in page.text


def test_a_recorded_completion_reads_the_same_on_both_pages(desk: Desk) -> None:
    page = desk.learners.reader.follow(desk.record())
    assert "Registrerad som genomförd 1 april 2026." in page.text
    said = "Genomförd 1 april 2026 · motsvarande utbildning · omgång 2026 · Intyg från Flen"
    assert said in page.text
    desk.learners.be("p101")
    assert said in desk.learners.get(HISTORY).text
    assert "Motsvarande utbildning" in desk.learners.get("/mina-utbildningar").text
    assert "Motsvarande utbildning." in desk.learners.get("/utbildning/base").text
    assert "har gått en motsvarande utbildning" in desk.learners.get(f"/intyg/{desk.completion()}").text


def test_a_withdrawn_completion_reads_the_same_on_both_pages(desk: Desk) -> None:
    desk.record(basis="recorded")
    address = f"aterkalla/{desk.completion()}"
    assert desk.learners.reader.follow().links["Återkalla Kursen base, 1 april 2026"] == f"{desk.address}/{address}"
    opened = desk.form(address)
    assert "Genomförd 1 april 2026 Bygger på registrerad i efterhand Underlag Intyg från Flen" in opened.text
    page = desk.learners.reader.follow(desk.send(address, reason="wrong_person"))
    said = "omgång 2026 · Intyg från Flen · återkallad 20 november 2026: fel person"
    assert said in page.text
    assert "Återkalla Kursen base, 1 april 2026" not in page.links
    assert "redan återkallad 20 november 2026: fel person" in desk.form(address).text
    desk.learners.be("p101")
    assert said in desk.learners.get(HISTORY).text
    told = "Det som stod som genomfört 1 april 2026 är återkallat: fel person. Har du frågor? Prata med din chef."
    for where in ("/mina-utbildningar", "/utbildning/base"):
        page = desk.learners.get(where)
        assert told in page.text
        assert "Inte påbörjad" in page.text
    desk.learners.get(f"/intyg/{desk.completion()}", 404)


def test_the_event_log_says_who_decided_in_codes_only(desk: Desk) -> None:
    desk.exempt()
    desk.record()
    desk.send(f"aterkalla/{desk.completion()}", reason="not_valid")
    with desk.learners.inside() as training:
        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        logged = [(one.event, one.actor_id, one.details) for one in events if one.event in Event and one.details]
        by = training.person("manager")
    assert (Event.EXEMPTION_GRANTED, by, {"given": "exempt"}) in logged
    assert (Event.COMPLETION_RECORDED, by, {"basis": "equivalent"}) in logged
    assert (Event.COMPLETION_REVOKED, by, {"reason": "not_valid"}) in logged


@pytest.mark.parametrize(
    ("page", "values", "error"),
    [
        ("undantag", {"reason": None}, "Välj ett skäl."),
        ("undantag", {"reason": "sjuk"}, "Välj ett skäl."),
        ("undantag", {"course": "annan"}, "Välj en utbildning."),
        ("undantag", {"until_on": "2026-11-19"}, "Den sista dagen kan inte vara före den första."),
        ("undantag", {"until_on": "nästa vår"}, "Skriv datumet så här: 2027-05-20."),
        ("undantag", {"from_on": ""}, "Skriv från vilken dag."),
        ("undantag", {"until_on": "9999-12-31"}, "Skriv ett årtal mellan 2000 och 2099."),
        ("forlang", {"until_on": ""}, "Skriv den nya sista dagen."),
        ("forlang", {"until_on": "2026-11-30"}, "Sista dag är redan 30 november 2026. Välj en senare dag."),
        ("registrera", {"basis": "passed"}, "Välj vad personen har gjort."),
        ("registrera", {"evidence": "   "}, "Skriv vilket underlag du har sett."),
        ("registrera", {"evidence": "x" * 201}, "Skriv högst 200 tecken."),
        ("registrera", {"achieved_on": "2026-11-21"}, "Den dagen har inte varit än."),
        ("registrera", {"achieved_on": "2019-05-05"}, "Den dagen var personen inte anställd, enligt personalfilen."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    desk: Desk, page: str, values: dict[str, Any], error: str
) -> None:
    send = {"undantag": desk.exempt, "forlang": desk.extend, "registrera": desk.record}[page]
    answer = send(422, **values)
    assert answer.errors == [error]
    kept = dict(answer.form(f"{desk.address}/{page}").fields)
    for name, value in values.items():
        if name not in {"reason", "course", "basis"} and value:
            assert kept[name] == value.strip()
    assert (desk.count(Exemption), desk.count(Completion)) == (0, 0)


def test_a_day_that_has_been_cannot_become_the_last_one(desk: Desk) -> None:
    desk.manager(date(2026, 12, 10))
    assert desk.extend(422, until_on="2026-12-05").errors == [
        "Den dagen har redan varit. Välj en dag från och med i dag."
    ]


def test_a_button_pressed_twice_decides_once(desk: Desk) -> None:
    sent: dict[str, dict[str, Any]] = {
        "undantag": {"until_on": "2027-03-31", "reason": "other"},
        "registrera": {"basis": "recorded", "achieved_on": "2026-04-01", "evidence": "Lista"},
    }
    for page, values in sent.items():
        form = desk.form(page).form(f"{desk.address}/{page}")
        for _ in range(2):
            desk.learners.reader.submit(form, 303, **values)
    withdrawal = f"aterkalla/{desk.completion()}"
    form = desk.form(withdrawal).form(f"{desk.address}/{withdrawal}")
    for _ in range(2):
        desk.learners.reader.submit(form, 303, reason="wrong_date")
    form = desk.form("forlang").form(f"{desk.address}/forlang")
    for _ in range(2):
        desk.learners.reader.submit(form, 303, until_on="2026-12-20", reason="other")
    assert (desk.count(Exemption), desk.count(Completion)) == (2, 1)


@pytest.mark.parametrize("page", ["undantag", "forlang", "registrera"])
def test_where_somebody_was_quicker_the_page_says_how_it_is_and_keeps_the_text(desk: Desk, page: str) -> None:
    values: dict[str, Any] = {
        "undantag": {"until_on": "2027-03-31", "reason": "other_duties"},
        "forlang": {"until_on": "2026-12-20", "reason": "technical_fault"},
        "registrera": {"basis": "recorded", "achieved_on": "2026-04-01", "evidence": "Lista från kursdagen"},
    }[page]
    form = desk.form(page).form(f"{desk.address}/{page}")
    desk.exempt(until_on="2026-12-01", reason="other")
    answer = desk.learners.reader.submit(form, 409, **values)
    assert "Någon hann före. Så här ser det ut nu." in answer.text
    assert "Undantagen 20 november 2026 till 1 december 2026 · annat skäl" in answer.text
    kept = answer.form(f"{desk.address}/{page}")
    assert {name: kept[name] for name in values} == values
    assert (desk.count(Exemption), desk.count(Completion)) == (1, 0)
    desk.learners.reader.submit(kept, 303)


def test_withdrawn_by_somebody_else_for_another_reason(desk: Desk) -> None:
    desk.record()
    address = f"aterkalla/{desk.completion()}"
    form = desk.form(address).form(f"{desk.address}/{address}")
    desk.send(address, reason="wrong_person")
    answer = desk.learners.reader.submit(form, 409, reason="wrong_date")
    assert "Någon hann före." in answer.text
    assert "Den är redan återkallad 20 november 2026: fel person." in answer.text


def test_with_nothing_left_there_is_no_time_to_extend(desk: Desk) -> None:
    form = desk.form("forlang").form(f"{desk.address}/forlang")
    desk.learners.take(desk.person_id)
    assert "ingen tid att förlänga" in desk.form("forlang").text
    answer = desk.learners.reader.submit(form, 409, until_on="2026-12-20", reason="other")
    assert "Någon hann före." in answer.text


def test_outside_the_own_units_and_about_oneself_there_is_no_such_page(desk: Desk) -> None:
    oneself = desk.learners.training.person("manager")
    page = desk.learners.get(f"/min-enhet/person/{oneself}")
    assert "Bevilja undantag" not in page.links
    assert "beslutar din egen chef" in page.text
    for person_id in (oneself, desk.learners.training.person("p107"), 999_999):
        for action in ("undantag", "forlang", "registrera", "aterkalla/1"):
            desk.learners.get(f"/min-enhet/person/{person_id}/{action}", 404)
            desk.learners.post(f"/min-enhet/person/{person_id}/{action}", {"reason": "other"}, 404)


def test_another_persons_completion_is_not_found_on_this_page(desk: Desk) -> None:
    other = desk.learners.training.person("p102")
    desk.learners.take(other)
    desk.learners.get(f"{desk.address}/aterkalla/{desk.learners.completion_of(other)}", 404)
    desk.learners.post(
        f"{desk.address}/aterkalla/{desk.learners.completion_of(other)}", {"reason": "wrong_person"}, 404
    )


def test_a_protected_name_is_withheld_on_every_page(desk: Desk) -> None:
    desk.record()
    with desk.learners.inside(), unit_of_work():
        db.session.get_one(Person, desk.person_id).protected_identity = True
    for page in ("", "/undantag", "/forlang", "/registrera", f"/aterkalla/{desk.completion()}"):
        shown = desk.learners.get(desk.address + page)
        assert "Skyddade uppgifter" in shown.whole_text
        assert "101" not in shown.whole_text
    receipt = desk.learners.reader.follow(desk.exempt())
    assert "101" not in receipt.whole_text


def test_in_english(desk: Desk) -> None:
    desk.exempt()
    desk.learners.post("/sprak", {"language": "en", "next": "/om"})
    for page in ("undantag", "forlang", "registrera"):
        assert desk.form(page).language == "en"
    assert "Exempt" in desk.learners.get(desk.address).text


def test_the_page_asks_the_database_as_often_for_three_decisions_as_for_one(desk: Desk) -> None:
    desk.record()
    desk.exempt()
    pages = [f"{desk.address}/undantag", desk.address, "/utbildning/base"]
    one = [desk.learners.queries(page) for page in pages]
    for month in (5, 6):
        desk.record(achieved_on=f"2026-0{month}-01")
        desk.exempt(until_on=f"2027-0{month}-01")
    assert [desk.learners.queries(page) for page in pages] == one


def sent_too_late(desk: Desk, page: str, **values: Any) -> tuple[ReadPage, dict[str, str]]:
    """A form sent after the session has ended: the page after signing in again, and the words it tells the form in."""
    from tests.access.accounts import PASSWORD, give_password

    reader, manager = desk.learners.reader, desk.learners.training.person("manager")
    email = give_password(reader.app, manager)
    form = desk.form(page).form(f"{desk.address}/{page}")
    with desk.learners.inside(), unit_of_work():
        end_all_sessions(manager, utc_now())
    asked = reader.submit(form, 401, **values)
    back = reader.submit(asked.form("/logga-in"), 200, email=email, password=PASSWORD)
    terms, texts = ([words(tag) for tag in back.main.select(name)] for name in ("dt", "dd"))
    return back, dict(zip(terms, texts, strict=True))


def test_a_decision_sent_too_late_is_told_in_words_before_it_is_made(desk: Desk) -> None:
    """About whom, which course, from when until when and why: the manager decides once more, knowing what."""
    back, said = sent_too_late(desk, "undantag", until_on="2027-03-31", reason="other_duties")
    assert said.pop("Från och med").endswith("2026")
    assert said == {
        "Medarbetare": "Medarbetare 101",
        "Utbildning": "Kursen base",
        "Till och med": "31 mars 2027",
        "Skäl": "Andra arbetsuppgifter",
    }
    assert desk.count(Exemption) == 0
    desk.learners.reader.submit(back.form(f"{desk.address}/undantag"))
    assert desk.count(Exemption) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_taken_back_too_late_is_told_by_person_and_course(desk: Desk) -> None:
    """The form holds no course, since the address names what is taken back."""
    desk.exempt()
    desk.record()
    with desk.learners.inside():
        exemption_id = db.session.scalars(select(Exemption.id)).one()
    about = {"Medarbetare": "Medarbetare 101", "Utbildning": "Kursen base"}
    _page, said = sent_too_late(desk, f"avsluta/{exemption_id}", last_on="2026-12-01", reason="other")
    assert said == {**about, "Sista dag då det gäller": "1 december 2026", "Varför?": "Annat skäl"}
    _page, said = sent_too_late(desk, f"aterkalla/{desk.completion()}", reason="wrong_date")
    assert said == {**about, "Varför återkallar du den?": "Fel datum"}


def crumb(page: ReadPage) -> str:
    """Where the crumb of the list leads."""
    links = {link.get_text(strip=True): str(link["href"]) for link in page.soup.select("nav.crumbs a")}
    return links["Alla anställda"]


def test_a_persons_pages_lead_back_to_the_list_as_it_was(desk: Desk) -> None:
    """Through a form with something to correct, and after the decision; never to another page or site."""
    unit = desk.learners.training.unit("enhet-1")
    listed = desk.learners.get(f"/min-enhet/{unit}/kvar?status=alla&q=10&ordning=-namn&kurs=base")
    back = f"/min-enhet/{unit}/kvar?kurs=base&omgang=2026&status=alla&q=10&ordning=-namn"
    person = desk.learners.get(listed.links["Medarbetare 101"])
    assert person.links["Tillbaka till listan"] == crumb(person) == back
    page = desk.learners.get(person.links["Bevilja undantag"])
    assert crumb(page) == back
    form = page.form(person.links["Bevilja undantag"])
    page = desk.learners.reader.submit(form, 422, until_on="2020-01-01", reason="other_duties")
    assert crumb(page) == back
    desk.learners.reader.submit(page.form(person.links["Bevilja undantag"]), until_on="2027-03-31", reason="other")
    page = desk.learners.reader.follow()
    assert "Undantaget är sparat." in page.text
    assert page.links["Tillbaka till listan"] == back
    for other in ("https://example.org/min-enhet/1/kvar", "//example.org", "/logga-ut", "/min-historik", "/[", "kvar"):
        page = desk.learners.get(f"{desk.address}?lista={other}")
        assert "Tillbaka till listan" not in page.links, other
        assert page.links["Bevilja undantag"] == f"{desk.address}/undantag"
