"""What a published change looks like to those it touches: news, renewal, a corrected key, answers that went on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from tbblearn.courses.edition import Edition
from tbblearn.courses.rules import Change, ChangeClass, Counts, Course
from tbblearn.courses.storing import sha256_of
from tbblearn.db import unit_of_work
from tbblearn.training.changes.publishing import Published, publish_edition
from tbblearn.training.learning import actions
from tbblearn.training.learning.letters import WRITERS
from tests.factories import TODAY
from tests.training.conftest import at, both
from tests.training.learners import QUIZ, Learners, asked, teaching

COURSE = "/utbildning/base"
_numbers = count(1)


def publish(learners: Learners, made: Course, day: date = TODAY) -> Published:
    with learners.inside(), unit_of_work():
        edition = Edition(made, sha256_of({"news": next(_numbers)}), (), 0)
        return publish_edition(edition, now=at(day))


def changed(counts: Counts, renew_by: date | None = None) -> Course:
    text = both("SIP förklaras på ett nytt sätt.")
    change = Change("2026-12-sip", ChangeClass.MATERIAL, text, counts, renew_by, ("part-2",))
    return replace(teaching(), changes=(change,))


def corrected(right: str = "b") -> Course:
    made = teaching()
    return replace(made, questions=(asked("q1", "1A", right), *made.questions[1:]))


def take(learners: Learners, person_id: int, chosen: Sequence[str]) -> int:
    learners.read_all(person_id)
    with learners.inside(), unit_of_work():
        attempt_id = actions.start_attempt(person_id, "base", now=at(TODAY), today=TODAY).id
        for number, one in enumerate(chosen, 1):
            actions.save_answer(person_id, attempt_id, f"q{number}", [one], now=at(TODAY))
        actions.hand_in(person_id, attempt_id, now=at(TODAY))
    return attempt_id


def letter(learners: Learners, kind: str, person_id: int, **values: int) -> str | None:
    with learners.inside():
        written = WRITERS[kind](person_id, dict(values), at(TODAY))
        return None if written is None else f"{written.subject}: {written.body}"


def test_news_is_first_on_the_page_until_it_is_read(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    version_id = publish(learners, changed(Counts.READ)).publication.version_id
    learners.be("p101")
    mine = learners.get("/mina-utbildningar")
    assert "Nytt i Kursen base" in mine.text
    assert mine.links["Läs det som är nytt"] == f"{COURSE}#nytt"
    mail = letter(learners, "course_changed", person_id, version=version_id)
    assert mail is not None
    assert "Nytt i Kursen base: Utbildningen har ändrats. Läs det som är nytt, cirka 6 minuter: " in mail
    page = learners.get(COURSE)
    assert "Det här är nytt sedan du gick utbildningen 20 november 2026." in page.text
    assert page.links["Del 2: Part 2"] == f"{COURSE}/del/part-2"
    told = learners.reader.submit(page.form(f"{COURSE}/nytt/2"), follow=True)
    assert "Det som är nytt är markerat som läst." in told.text
    assert "Det här är nytt" not in told.text
    assert "Nytt i Kursen base" not in learners.get("/mina-utbildningar").text
    assert letter(learners, "course_changed", person_id, version=version_id) is None


def test_what_counts_from_the_next_round_is_told_then(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    publish(learners, changed(Counts.NEXT_CYCLE))
    learners.be("p101")
    assert "Det här är nytt" not in learners.get(COURSE).text
    learners.be("p101", date(2027, 1, 10))
    page = learners.get(COURSE)
    assert "Det här är nytt sedan du gick utbildningen 20 november 2026." in page.text


def test_a_renewal_is_the_first_thing_to_do(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    version_id = publish(learners, changed(Counts.RENEW, date(2027, 5, 1))).publication.version_id
    learners.be("p101")
    page = learners.get("/mina-utbildningar")
    assert "Ny version av utbildningen" in page.text
    assert "Du har till 1 maj 2027." in page.text
    assert "Det här är nytt" in learners.get(COURSE).text
    mail = letter(learners, "course_renewal", person_id, version=version_id)
    assert mail is not None
    assert "Sista dag är 1\xa0maj\xa02027." in mail
    learners.take(person_id)
    assert letter(learners, "course_renewal", person_id, version=version_id) is None


def test_the_result_tells_of_a_corrected_key(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = take(learners, person_id, "baaaab")
    publish(learners, corrected())
    learners.be("p101")
    page = learners.get(f"{QUIZ}/{attempt_id}/resultat")
    assert "Du är godkänd. 5 av 6 rätt." in page.text
    assert "Du hade 4 av 6 rätt, nu har du 5." in page.text
    assert "Du är nu godkänd från den 20 november 2026." in page.text
    assert "Frågan hade fel facit. Nu är det rättat." in page.text
    completion_id = learners.completion_of(person_id)
    assert page.links["Visa intyg"] == f"/intyg/{completion_id}"
    assert "facit rättat 20 november 2026" in learners.get("/min-historik").text
    mail = letter(learners, "corrected_key", person_id, completion=completion_id)
    assert mail is not None
    assert "En fråga i Kursen base hade fel facit." in mail


def test_what_was_right_by_the_wrong_key_is_kept_and_explained(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.take(person_id)
    publish(learners, corrected())
    learners.be("p101")
    page = learners.get(f"{QUIZ}/{attempt_id}/resultat")
    assert "Du är godkänd. 6 av 6 rätt." in page.text
    assert "Du behåller ditt rätt. Det här gäller nu:" in page.text
    assert "Vi har räknat om ditt prov" not in page.text


def test_who_comes_back_to_an_old_attempt_goes_on_in_the_new_one(learners: Learners) -> None:
    person_id = learners.be("p101")
    old = learners.start(person_id, answered=3)
    made = teaching()
    publish(learners, replace(made, questions=(replace(made.questions[0], hash="other"), *made.questions[1:])))
    learners.be("p101", TODAY + timedelta(days=15))
    learners.get(f"{QUIZ}/{old}/fraga/2", 303)
    page = learners.reader.follow()
    assert "Utbildningen har en ny version. Dina svar har följt med, och du fortsätter här." in page.text
    assert "Utbildningen har en ny version sedan du började." in page.text
    assert f"{QUIZ}/{old}/" not in page.path
    assert "Utbildningen har en ny version sedan du började." in learners.get(QUIZ).text
    learners.get(f"{QUIZ}/{old}/granska", 303)
    assert "Granska" in learners.reader.follow().title
