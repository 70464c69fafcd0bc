"""What a version holds of its sources, and of whom a question is for. No database."""

from datetime import timedelta

from tbblearn.courses.rules import Certainty
from tbblearn.courses.storing import course_from_json, course_to_json
from tests.courses.example import Courses, edition_of
from tests.courses.test_publishing import COURSE, QUIZ


def test_an_edition_holds_the_sources_of_each_part(courses: Courses):
    course = edition_of(courses).course
    [part] = course.modules
    assert [screen.sources for screen in part.screens] == [("003", "sol-19-1"), ()]
    assert [source.id for source in course.sources] == ["000", "003", "sol-19-1"]
    cited = course.sources_of(part)
    assert [source.id for source in cited] == ["003", "sol-19-1"]
    law = cited[1]
    assert (law.address, law.certainty) == ("https://www.riksdagen.se/", Certainty.LAW)
    assert course.due_sources(law.again_on - timedelta(days=1)) == ()
    assert course.due_sources(law.again_on) == (law,)


def test_an_edition_holds_whom_a_question_is_for(courses: Courses):
    courses.change(COURSE, "  draw: all ", "  draw: one_per_goal ")
    before = edition_of(courses).course.question("q1a-tva")
    only = "  - id: q1a-tva\n    huvudmen:\n      - flen\n      - trosa\n"
    courses.change(QUIZ, "  - id: q1a-tva\n", only)
    after = edition_of(courses).course.question("q1a-tva")
    assert (before.huvudmen, after.huvudmen) == ((), ("flen", "trosa"))
    assert after.hash == before.hash, "an answer given before stands"


def test_a_version_stored_before_there_were_sources_still_loads(courses: Courses):
    course = edition_of(courses).course
    stored = course_to_json(course)
    del stored["sources"]
    for module in stored["modules"]:
        for screen in module["screens"]:
            del screen["sources"]
    for question in stored["questions"]:
        del question["huvudmen"]
    loaded = course_from_json(stored)
    assert loaded.sources_of(loaded.modules[0]) == ()
    assert loaded.questions == course.questions
