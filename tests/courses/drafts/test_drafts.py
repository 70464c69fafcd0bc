"""What a draft changes, and what becomes of drafts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tbblearn.courses.checks.checking import check
from tbblearn.courses.drafts import actions as draft_actions
from tbblearn.courses.drafts.actions import NewDraft
from tbblearn.courses.drafts.changes import Kind, Thing, compare
from tbblearn.courses.drafts.queries import drafts, packed_draft
from tbblearn.courses.edition import Edition, make_edition
from tbblearn.courses.rules import ChangeClass, Course, NoSuchDraft, PublishedMeanwhile
from tbblearn.db import unit_of_work
from tbblearn.training.changes import publishing
from tbblearn.web.application import Application
from tests.courses.example import PART, Courses
from tests.factories import NOW, County

QUIZ = f"{PART}/quiz.yaml"


def edition_of(courses: Courses) -> Edition:
    report = check(courses.root)
    return make_edition(report.courses["exempel"], report.courses)


def told(before: Course | None, after: Course) -> list[tuple[Kind, Thing, str]]:
    return [(one.kind, one.thing, one.id) for one in compare(before, after, 1).differences]


# --- what changes: no database ---


def test_nothing_differs_between_a_course_and_itself(courses: Courses):
    course = edition_of(courses).course
    found = compare(course, course, 3)
    assert (found.differences, found.changes, found.number) == ((), (), 3)
    assert found.change_class is ChangeClass.EDITORIAL


def test_all_of_a_first_version_is_new(courses: Courses):
    course = edition_of(courses).course
    found = compare(None, course, 0)
    assert {one.kind for one in found.differences} == {Kind.ADDED}
    assert {one.thing for one in found.differences} == set(Thing) - {Thing.COURSE}
    assert [change.id for change in found.changes] == ["2026-11-first"]


def test_another_right_answer_is_a_new_key_only_where_the_question_reads_as_before(courses: Courses):
    before = edition_of(courses).course
    courses.change(QUIZ, "      - id: b\n        correct: true\n        text:\n          sv: Jag fr", TAKEN)
    courses.change(QUIZ, "      - id: a\n        text:\n          sv: Jag v", GIVEN)
    assert told(before, edition_of(courses).course) == [(Kind.KEY, Thing.QUESTION, "q1a-tyst")]
    courses.change(QUIZ, "ser hur det går nästa gång", "ser hur det blir nästa gång")
    assert told(before, edition_of(courses).course) == [(Kind.CHANGED, Thing.QUESTION, "q1a-tyst")]


TAKEN = "      - id: b\n        text:\n          sv: Jag fr"
GIVEN = "      - id: a\n        correct: true\n        text:\n          sv: Jag v"


def test_what_is_gone_is_told_after_what_is_there(courses: Courses):
    course = edition_of(courses).course
    fewer = replace(course, questions=course.questions[1:], pass_mark=90)
    assert told(course, fewer) == [
        (Kind.CHANGED, Thing.COURSE, "exempel"),
        (Kind.REMOVED, Thing.QUESTION, "q1a-tyst"),
    ]


def test_a_material_change_makes_the_version_material(courses: Courses):
    before = edition_of(courses).course
    change = replace(before.changes[0], id="2027-01-law", change_class=ChangeClass.MATERIAL)
    found = compare(before, replace(before, changes=(change, *before.changes)), 1)
    assert found.change_class is ChangeClass.MATERIAL
    assert [one.id for one in found.changes] == ["2027-01-law"]


# --- keeping and publishing ---


def keep(person_id: int, sha256: str = "a" * 64, *, hours: int = 0) -> int:
    with unit_of_work():
        draft = NewDraft("exempel.zip", ("exempel",), sha256, b"PK")
        return draft_actions.keep_draft(draft, person_id=person_id, now=NOW + timedelta(hours=hours))


def test_old_drafts_go_whoever_owns_them(app: Application, county: County):
    with app.app_context():
        keep(county.persons["editor"])
        mine = keep(county.persons["p101"], hours=23)
        with unit_of_work():
            assert draft_actions.throw_away_old(now=NOW + timedelta(hours=24)) == 1
        assert [row.id for row in drafts(county.persons["p101"], NOW + timedelta(hours=24))] == [mine]


def test_nobody_elses_draft_can_be_read_thrown_away_or_published(app: Application, county: County, courses: Courses):
    owner, other = county.persons["editor"], county.persons["p101"]
    with app.app_context():
        draft_id = keep(owner)
        with pytest.raises(NoSuchDraft):
            packed_draft(draft_id, other, NOW)
        with pytest.raises(NoSuchDraft), unit_of_work():
            publishing.publish_draft(draft_id, [edition_of(courses)], {"exempel": 0}, person_id=other, now=NOW)
        with unit_of_work():
            draft_actions.throw_away(draft_id, person_id=other)
        assert packed_draft(draft_id, owner, NOW)[1] == b"PK"


def test_of_two_editors_who_saw_the_same_the_second_is_refused(app: Application, county: County, courses: Courses):
    first, second = county.persons["editor"], county.persons["p101"]
    with app.app_context():
        drafts_of = {person_id: keep(person_id) for person_id in (first, second)}
        edition = edition_of(courses)
        with unit_of_work():
            publishing.publish_draft(drafts_of[first], [edition], {"exempel": 0}, person_id=first, now=NOW)
        courses.change("exempel/course.yaml", "minutes: 6", "minutes: 7")
        with pytest.raises(PublishedMeanwhile), unit_of_work():
            publishing.publish_draft(
                drafts_of[second], [edition_of(courses)], {"exempel": 0}, person_id=second, now=NOW
            )
        assert [row.id for row in drafts(second, NOW)] == [drafts_of[second]]
        assert drafts(first, NOW) == []


def test_the_id_of_a_draft_that_is_gone_is_never_used_again(app: Application, county: County):
    with app.app_context():
        editor = county.persons["editor"]
        gone = keep(editor)
        with unit_of_work():
            draft_actions.throw_away(gone, person_id=editor)
        assert keep(editor, "b" * 64) > gone
