"""A course that is written anew from the first section to the last question takes nothing from anybody."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from tbblearn.courses.queries import versions
from tbblearn.courses.rules import Change, ChangeClass, Counts, Course
from tbblearn.db import db, unit_of_work
from tbblearn.training.attempts.queries import review_page
from tbblearn.training.completion_models import Completion
from tbblearn.training.learning import actions
from tests.factories import TODAY
from tests.training.changes.test_content_change_pages import publish
from tests.training.conftest import at, both
from tests.training.learners import FIRST, QUIZ, Learners, asked, teaching
from tests.training.own_statuses import status_of

LATER = TODAY + timedelta(days=2)
SECOND = "/utbildning/base/del/part-2"


def rewritten() -> Course:
    """The same parts; every section and every question is another, and the goals read differently."""
    old = teaching()
    modules = tuple(
        replace(module, screens=tuple(replace(screen, id=f"ny-{screen.id}") for screen in module.screens))
        for module in old.modules
    )
    change = Change("2026-12-ny", ChangeClass.MATERIAL, both("Allt är nytt."), Counts.READ, None, ("part-1", "part-2"))
    return replace(
        old,
        modules=modules,
        goals=tuple(replace(goal, text=both(f"ny {goal.text['sv']}")) for goal in old.goals),
        questions=tuple(asked(f"ny{n}", "1A" if n <= 3 else "1B") for n in range(1, 7)),
        changes=(change,),
    )


def test_an_old_completion_keeps_its_version_and_its_worth(learners: Learners) -> None:
    person_id = learners.be("p101")
    learners.take(person_id)
    certificate = f"/intyg/{learners.completion_of(person_id)}"
    before = learners.get(certificate).main.select_one(".cert")
    publish(learners, rewritten(), LATER)
    learners.be("p101", LATER)
    assert learners.get(certificate).main.select_one(".cert") == before
    course = learners.get("/utbildning/base")
    assert "Genomförd 20 november 2026." in course.text
    assert "Det här är nytt sedan du gick utbildningen 20 november 2026." in course.text
    with learners.inside():
        completion = db.session.scalars(select(Completion).where(Completion.person_id == person_id)).one()
        assert completion.course_version_id == versions("base")[1].id


def test_who_was_reading_goes_on_where_the_old_one_and_the_new_one_agree(learners: Learners) -> None:
    person_id = learners.be("p101")
    with learners.inside(), unit_of_work():
        actions.read_part(person_id, "base", "part-1", now=at(TODAY), today=TODAY)
        actions.remember_section(person_id, "base", "part-2", "s2", now=at(TODAY), today=TODAY)
    publish(learners, rewritten(), LATER)
    learners.be("p101", LATER)
    mine = learners.get("/mina-utbildningar")
    assert "1 av 2 delar" in mine.text
    assert SECOND in mine.links.values(), "the section is gone, so at the beginning of the part"
    assert [section["id"] for section in learners.get(SECOND).soup.select("section[data-section]")] == [
        "ny-s1",
        "ny-s2",
    ]
    learners.get(f"{FIRST}/s1", 301)


def test_who_was_answering_ends_the_old_quiz_and_it_counts(learners: Learners) -> None:
    person_id = learners.be("p101")
    attempt_id = learners.start(person_id, answered=4)
    publish(learners, rewritten(), LATER)
    learners.be("p101", LATER)
    assert "<strong>Fallet</strong> q" in str(learners.get(f"{QUIZ}/{attempt_id}/fraga/5").main)
    with learners.inside(), unit_of_work():
        for row in review_page(person_id, attempt_id).rows[4:]:
            actions.save_answer(person_id, attempt_id, row.question.id, ["a"], now=at(LATER))
        actions.hand_in(person_id, attempt_id, now=at(LATER))
    assert "Bra gjort!" in learners.get(f"{QUIZ}/{attempt_id}/resultat").text
    with learners.inside():
        completion = db.session.scalars(select(Completion).where(Completion.person_id == person_id)).one()
        assert completion.course_version_id == versions("base")[1].id
        assert set(status_of(person_id, LATER).values()) == {"completed"}
