"""Publishing: a version is made once from the same files, on any machine, and is never changed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.cli.courses import courses as courses_command
from tbblearn.courses import queries
from tbblearn.courses.actions import Publication, publish
from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import make_edition
from tbblearn.courses.models import CourseAsset, CourseVersion
from tbblearn.courses.rules import ChangeClass, NoSuchPart, NoSuchVersion, QuestionKind, ScreenRef
from tbblearn.courses.storing import course_from_json, course_to_json
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.operations.demo.marker import mark_begun
from tbblearn.web.application import Application
from tests.courses.checks.spoilt import EN, borrow, waive
from tests.courses.example import PART, Courses, edition_of

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COURSE = "exempel/course.yaml"
SV = f"{PART}/module.sv.md"
QUIZ = f"{PART}/quiz.yaml"


def published(courses: Courses, now: datetime = NOW) -> Publication:
    edition = edition_of(courses)
    with unit_of_work():
        return publish(edition, now=now)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that are sent to the database inside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


# --- editions: no database ---


def test_an_edition_holds_the_course_as_written(courses: Courses):
    course = edition_of(courses).course
    assert course.slug == "exempel"
    assert course.title == {"sv": "Det första steget", "en": "The first step"}
    assert [goal.id for goal in course.goals] == ["1A", "1B"]
    assert [question.kind for question in course.questions[:5]] == list(QuestionKind)
    assert list(course.practice) == ["ova-tyst-barn"]
    assert course.minutes == 6 + 4
    screen = course.screen(ScreenRef("forsta-steget", "ett-steg"))
    assert screen.title == {"sv": "Ta ett steg i taget", "en": "One step at a time"}
    question = course.question("q1a-tva")
    assert question.right == {"a", "b"}
    assert question.is_right(frozenset({"a", "b"}))
    assert not question.is_right(frozenset({"a"}))
    assert not question.is_right(frozenset({"a", "b", "c"}))
    assert course.question("q1a-tyst").choices[2].read == ScreenRef("forsta-steget", "du-ser-det")
    assert course.questions[1].stem["sv"].endswith("<strong>Välj två.</strong>")


@pytest.mark.parametrize("ref", [ScreenRef("ingen", "ett-steg"), ScreenRef("forsta-steget", "ingen")])
def test_what_a_course_does_not_have_is_an_error(courses: Courses, ref: ScreenRef):
    with pytest.raises(NoSuchPart):
        edition_of(courses).course.screen(ref)


def test_a_course_comes_back_from_json_as_it_was(courses: Courses):
    borrow(courses, "1B")
    course = edition_of(courses, "annat").course
    assert course_from_json(course_to_json(course)) == course


def test_the_same_files_have_the_same_hash_wherever_and_however_they_lie(courses: Courses, tmp_path: Path):
    first = edition_of(courses)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(courses.root, elsewhere)
    for path in elsewhere.rglob("*.md"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"  \r\n") + b"\r\n")
    for path in elsewhere.rglob("*.yaml"):
        path.write_bytes(b"# en kommentar\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    report = check(elsewhere)
    second = make_edition(report.courses["exempel"], report.courses)
    assert second.sha256 == first.sha256


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (SV, "räcker långt", "räcker mycket långt"),
        (COURSE, "pass_mark: 80", "pass_mark: 100"),
        (QUIZ, "Wait until you have seen it again.", "Wait until you see it again."),
        (f"{PART}/stigen.svg", 'r="24"', 'r="25"'),
        (SV, "- 003, Vad ska implementeras?", "- 003, Bakgrund"),
        ("exempel/sources.yaml", "again_on: 2027-01-01 ", "again_on: 2027-01-02 "),
    ],
)
def test_any_change_changes_the_hash(courses: Courses, file: str, old: str, new: str):
    before = edition_of(courses).sha256
    courses.change(file, old, new)
    assert edition_of(courses).sha256 != before


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Vad gör du först?", "Vad gör du nu?", False),
        ("Jag frågar henne hur hon har det just nu.", "Jag frågar henne.", False),
        ("kind: single             #", "kind: multiple #", False),
        ("Fråga henne i dag.", "Fråga henne nu.", True),  # feedback
        ("difficulty: easy         #", "difficulty: hard #", True),
    ],
)
def test_a_questions_hash_follows_what_is_seen_before_answering(courses: Courses, old: str, new: str, same: bool):
    before = edition_of(courses).course.question("q1a-tyst").hash
    courses.change(QUIZ, old, new)
    if "multiple" in new:
        courses.change(
            QUIZ,
            "      - id: c\n        text:\n          sv: Jag ber",
            "      - id: c\n        correct: true\n        text:\n          sv: Jag ber",
        )
    assert (edition_of(courses).course.question("q1a-tyst").hash == before) is same


def test_a_corrected_key_keeps_the_questions_hash(courses: Courses):
    before = edition_of(courses).course.question("q1b-fraga")
    courses.change(QUIZ, "      - id: no\n        correct: true\n", "      - id: no\n")
    courses.change(QUIZ, "      - id: yes\n", "      - id: yes\n        correct: true\n")
    after = edition_of(courses).course.question("q1b-fraga")
    assert before.right == {"no"}
    assert after.right == {"yes"}
    assert after.hash == before.hash


def test_waived_placeholders_are_not_counted(courses: Courses):
    assert edition_of(courses).placeholders == 1
    waive(courses)
    assert edition_of(courses).placeholders == 0


# --- versions ---


@pytest.mark.usefixtures("session")
class TestVersions:
    def test_the_first_version(self, courses: Courses):
        publication = published(courses)
        assert (publication.number, publication.is_new, publication.placeholders) == (1, True, 1)
        current = queries.current_version("exempel")
        assert current is not None
        assert (current.id, current.slug, current.number) == (publication.version_id, "exempel", 1)
        assert (current.change_class, current.changes) == (ChangeClass.EDITORIAL, ["2026-11-first"])
        assert (current.published_at, current.published_by, current.placeholders) == (NOW, None, 1)
        assert queries.content(current.id) == edition_of(courses).course

    def test_the_same_files_make_one_version(self, courses: Courses):
        first = published(courses)
        again = published(courses, datetime(2027, 1, 1, tzinfo=UTC))
        assert (again.is_new, again.version_id) == (False, first.version_id)
        assert len(queries.versions("exempel")) == 1

    def test_changed_files_make_the_next_version_and_keep_the_first(self, courses: Courses):
        first = published(courses)
        before = queries.content(first.version_id)
        courses.change(SV, "räcker långt", "räcker mycket långt")
        second = published(courses)
        assert (second.number, second.is_new, second.is_described) == (2, True, False)
        assert [version.number for version in queries.versions("exempel")] == [2, 1]
        assert queries.content(first.version_id) == before
        assert queries.content(second.version_id) != before

    def test_going_back_to_older_files_is_the_older_version(self, courses: Courses):
        first = published(courses)
        courses.change(SV, "räcker långt", "räcker mycket långt")
        published(courses)
        courses.change(SV, "räcker mycket långt", "räcker långt")
        assert published(courses).version_id == first.version_id

    def test_new_changes_say_whether_the_version_is_material(self, courses: Courses):
        published(courses)
        courses.change(
            COURSE,
            "  - id: 2026-11-first\n",
            "  - id: 2027-01-mer\n    class: material\n    counts: read\n    modules:\n      - forsta-steget\n"
            "    text:\n      sv: Mer.\n      en: More.\n  - id: 2026-11-first\n",
        )
        assert published(courses).change_class is ChangeClass.MATERIAL
        courses.change(SV, "räcker långt", "räcker mycket långt")
        later = published(courses)
        assert (later.number, later.change_class, later.is_described) == (3, ChangeClass.EDITORIAL, False)
        current = queries.current_version("exempel")
        assert current is not None
        assert current.changes == []

    def test_pictures_are_kept_once(self, courses: Courses):
        edition = edition_of(courses)
        published(courses)
        courses.change(SV, "räcker långt", "räcker mycket långt")
        published(courses)
        assert db.session.scalar(select(func.count()).select_from(CourseAsset)) == len(edition.assets) == 4
        picture = next(one for one in edition.assets if one.media_type == "image/svg+xml")
        asset = queries.asset(picture.sha256)
        assert asset is not None
        assert (asset.media_type, asset.content) == ("image/svg+xml", courses.path(f"{PART}/stigen.svg").read_bytes())

    def test_publishing_is_in_the_event_log(self, courses: Courses):
        publication = published(courses)
        published(courses)
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.COURSE_PUBLISHED)).all()
        assert [(event.object_id, event.details) for event in events] == [
            (str(publication.version_id), {"course": "exempel", "number": 1})
        ]

    def test_what_has_not_been_published_is_not_there(self):
        assert queries.course_by_slug("exempel") is None
        assert queries.current_version("exempel") is None
        assert list(queries.versions("exempel")) == []
        assert queries.asset("0" * 64) is None
        with pytest.raises(NoSuchVersion):
            queries.content(1)

    def test_the_newest_version_of_each_course_takes_one_query(self, courses: Courses):
        published(courses)
        with counted_queries() as with_one:
            assert [(version.slug, version.number) for version in queries.current_versions()] == [("exempel", 1)]
        borrow(courses, "1B")
        edition = edition_of(courses, "annat")
        with unit_of_work():
            publish(edition, now=NOW)
        courses.change(SV, "räcker långt", "räcker mycket långt")
        published(courses)
        with counted_queries() as with_two:
            found = [(version.slug, version.number) for version in queries.current_versions()]
        assert found == [("annat", 1), ("exempel", 2)]
        assert len(with_one) == len(with_two) == 1

    def test_a_content_is_read_from_the_database_once(self, courses: Courses):
        version_id = published(courses).version_id
        with counted_queries() as first:
            course = queries.content(version_id)
        with counted_queries() as second:
            assert queries.content(version_id) is course
        assert (len(first), len(second)) == (1, 0)
        queries.forget_contents()
        with counted_queries() as third:
            assert queries.content(version_id) == course
        assert len(third) == 1

    def test_the_contents_of_several_versions_are_read_in_one_query(self, courses: Courses):
        ids = [published(courses).version_id]
        for words in ("räcker mycket långt", "räcker ganska långt", "räcker lagom långt"):
            courses.change(SV, "räcker långt", words)
            ids.append(published(courses).version_id)
            courses.change(SV, words, "räcker långt")
        with counted_queries() as for_one:
            [first] = queries.contents(ids[:1]).values()
        with counted_queries() as for_the_rest:
            found = queries.contents(ids)
        with counted_queries() as for_none:
            again = queries.contents(ids)
        assert (len(for_one), len(for_the_rest), len(for_none)) == (1, 1, 0)
        assert list(found) == ids
        assert found[ids[0]] is first
        assert all(again[version_id] is course is queries.content(version_id) for version_id, course in found.items())
        assert len({repr(course) for course in found.values()}) == 4
        with pytest.raises(NoSuchVersion, match=str(ids[-1] + 1)):
            queries.contents([*ids, ids[-1] + 1])

    def test_the_database_refuses_a_second_version_with_the_same_number(self, courses: Courses):
        publication = published(courses)
        version = db.session.get_one(CourseVersion, publication.version_id)
        twin = CourseVersion(
            course_id=version.course_id,
            number=version.number,
            sha256="0" * 64,
            content=version.content,
            change_class=version.change_class,
            changes=[],
            placeholders=0,
            published_at=NOW,
        )
        db.session.rollback()
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.add(twin)


# --- the command ---


@pytest.fixture
def run(app: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Runs `tbblearn courses ...` on the test's database, as a process with these settings would."""
    with app.app_context():
        monkeypatch.setenv("TBBLEARN_DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TBBLEARN_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("TBBLEARN_SECRET_KEY", "K9x-only-for-this-test-vQ2mZ8wL5rT")
    monkeypatch.setenv("TBBLEARN_LOG_LEVEL", "ERROR")

    def invoke(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(courses_command, arguments)
        return result.exit_code, result.output

    return invoke


def test_the_command_publishes_and_says_so(run, app: Application, courses: Courses):
    code, output = run("publish", str(courses.root), "--allow-placeholders")
    assert code == 0, output
    assert output.startswith("exempel, version 1: published (")
    assert "editorial change, 1 placeholder shown." in output
    code, output = run("publish", str(courses.root), "--allow-placeholders")
    assert code == 0, output
    assert output.startswith("exempel, version 1: already published, these very files (")


def test_the_command_refuses_placeholders_unless_they_are_allowed(run, app: Application, courses: Courses):
    code, output = run("publish", str(courses.root))
    assert code == 1
    assert "before production" in output
    assert output.splitlines()[-1] == "Nothing is published: 2 faults."
    with app.app_context():
        assert queries.current_version("exempel") is None
    waive(courses)
    assert run("publish", str(courses.root))[0] == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_blocking_placeholder_is_published_in_a_demo_only_whatever_is_allowed(
    run, app: Application, courses: Courses
):
    for file in (SV, EN):
        courses.change(file, "blocking: false", "blocking: true")
    code, output = run("publish", str(courses.root), "--allow-placeholders")
    assert code == 1
    assert "fill it before production" in output
    with app.app_context():
        assert queries.current_version("exempel") is None
        with unit_of_work():
            mark_begun(utc_now())
    code, output = run("publish", str(courses.root), "--allow-placeholders")
    assert (code, "1 placeholder shown" in output) == (0, True), output


def test_the_command_names_every_fault_and_publishes_nothing(run, app: Application, courses: Courses):
    borrow(courses, "1B")
    courses.change(COURSE, "minutes: 6", "minutes: six")
    courses.change(SV, "(screen:forsta-steget/ett-steg)", "(screen:a/b)")
    code, output = run("publish", str(courses.root), "--allow-placeholders")
    assert code == 1
    assert "minutes must be a whole number" in output
    assert "there is no screen a/b" in output
    with app.app_context():
        assert queries.current_versions() == ()
