"""Whatever editors publish and learners do, in any order: no answer is lost, no score falls, no certificate lacks its
version (hypothesis, a state machine on a database of its own).
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from tbblearn.courses.edition import Edition
from tbblearn.courses.queries import content, forget_contents, versions
from tbblearn.courses.rules import Change, ChangeClass, Counts, Course, Question
from tbblearn.courses.storing import sha256_of
from tbblearn.db import db, unit_of_work
from tbblearn.tick import tick
from tbblearn.training.attempts import queries as attempt_queries
from tbblearn.training.attempts.marking import needed
from tbblearn.training.changes.effects import effects
from tbblearn.training.changes.publishing import publish_edition
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.learning import actions
from tbblearn.training.models import Answer, Attempt, Enrolment, ReadingPlace, Regrade
from tbblearn.training.record.certificates import certificate
from tbblearn.training.rules import Outcome
from tests.conftest import SQLite
from tests.factories import TODAY
from tests.training.conftest import Training, at, both, course, open_attempt

PERSONS = ("p101", "p102", "p103")
CHOICES = st.sampled_from("abc")
QUESTIONS = st.integers(1, 6)
_numbers = count(1)


class Changes(RuleBasedStateMachine):
    """A course that is edited and published while three persons take it. `given` are the answers that were saved."""

    backend: SQLite
    template: str

    def __init__(self) -> None:
        super().__init__()
        self.url = self.backend.copy()
        shutil.copy(self.template, self.url.removeprefix("sqlite:///"))
        self.backend.point(self.backend.app, self.url)
        self.context = self.backend.app.app_context()
        self.context.push()
        forget_contents()
        readers = select(Enrolment.person_id).join(ReadingPlace, ReadingPlace.enrolment_id == Enrolment.id).distinct()
        self.persons = db.session.scalars(readers.order_by(Enrolment.person_id)).all()
        self.day = TODAY
        self.draft: Course = course()
        self.given: dict[tuple[int, str], str] = {}
        self.scores: dict[int, int] = {}
        self.passed: set[int] = set()

    def teardown(self) -> None:
        db.session.remove()
        self.backend.engine.dispose()
        self.context.pop()
        self.backend.drop(self.url)

    # --- the editor ---

    @rule(number=QUESTIONS, right=CHOICES)
    def correct_a_key(self, number: int, right: str) -> None:
        self._edit(
            number,
            lambda one: replace(
                one, choices=tuple(replace(choice, correct=choice.id == right) for choice in one.choices)
            ),
        )

    @rule(number=QUESTIONS)
    def reword_a_question(self, number: int) -> None:
        self._edit(number, lambda one: replace(one, hash=f"{one.hash}+"))

    @rule(number=QUESTIONS)
    def take_a_question_away_or_bring_it_back(self, number: int) -> None:
        kept = tuple(one for one in self.draft.questions if one.id != f"q{number}")
        if len(kept) == len(self.draft.questions):
            back = next(one for one in course().questions if one.id == f"q{number}")
            kept = (*kept, back)
        if kept:
            self.draft = replace(self.draft, questions=kept)

    @rule(counts=st.sampled_from([None, *Counts]))
    def write_a_change(self, counts: Counts | None) -> None:
        kind = ChangeClass.EDITORIAL if counts is None else ChangeClass.MATERIAL
        due = self.day + timedelta(days=30) if counts is Counts.RENEW else None
        new = Change(f"c{next(_numbers)}", kind, both("Nytt"), counts, due, ("part-1",))
        self.draft = replace(self.draft, changes=(new, *self.draft.changes))

    @rule()
    def publish(self) -> None:
        published = versions("base")
        if content(published[0].id) == self.draft:
            return
        listed = {one.id for one in content(published[0].id).changes}
        new = [one for one in self.draft.changes if one.id not in listed]
        previewed = effects(self.draft, published[0].number + 1, new, self.day)
        edition = Edition(self.draft, sha256_of({"machine": next(_numbers)}), (), 0)
        with unit_of_work():
            done = publish_edition(edition, now=at(self.day))
        assert done.effects == previewed

    def _edit(self, number: int, how: Callable[[Question], Question]) -> None:
        questions = tuple(how(one) if one.id == f"q{number}" else one for one in self.draft.questions)
        self.draft = replace(self.draft, questions=questions)

    # --- learners ---

    @rule(person=st.integers(0, 2), place=QUESTIONS, chosen=CHOICES)
    def answer(self, person: int, place: int, chosen: str) -> None:
        attempt = self._started(person)
        self._save(person, attempt, attempt.questions[(place - 1) % attempt.total]["question"], chosen)

    @rule(person=st.integers(0, 2), wrong=st.sets(QUESTIONS, max_size=3), other=CHOICES)
    def answer_the_rest(self, person: int, wrong: set[int], other: str) -> None:
        """All that is left, with what is right by the attempt's own version; some of them with something else."""
        attempt = self._started(person)
        made = content(attempt.course_version_id)
        for place, one in enumerate(attempt.questions, 1):
            if (attempt.id, one["question"]) not in self.given:
                [right] = made.question(one["question"]).right
                self._save(person, attempt, one["question"], other if place in wrong else right)

    @rule(person=st.integers(0, 2), wrong=st.sets(QUESTIONS, max_size=3), other=CHOICES)
    def take_it(self, person: int, wrong: set[int], other: str) -> None:
        self.answer_the_rest(person, wrong, other)
        self.hand_in(person)

    @rule(person=st.integers(0, 2))
    def take_most_of_it_wrong_and_have_a_key_corrected(self, person: int) -> None:
        """One that fails by a single answer, which then turns out to be right."""
        published = content(versions("base")[0].id)
        short = len(published.questions) - needed(published.pass_mark, len(published.questions)) + 1
        attempt = self._started(person)
        made = content(attempt.course_version_id)
        wrong = [one["question"] for one in attempt.questions][:short]
        for one in attempt.questions:
            [right] = made.question(one["question"]).right
            chosen = right if one["question"] not in wrong else "b" if right != "b" else "c"
            self._save(person, attempt, one["question"], chosen)
        self.hand_in(person)
        [right] = made.question(wrong[0]).right
        self.correct_a_key(int(wrong[0][1:]), "b" if right != "b" else "c")
        self.publish()

    @rule(person=st.integers(0, 2), places=st.sets(QUESTIONS, min_size=1, max_size=5), number=QUESTIONS)
    @precondition(lambda self: (self.day - TODAY).days < 40)
    def leave_it_while_a_question_is_reworded(self, person: int, places: set[int], number: int) -> None:
        for place in sorted(places):
            self.answer(person, place, "a")
        self.reword_a_question(number)
        self.publish()
        self.wait(14)

    def _save(self, person: int, attempt: Attempt, question_id: str, chosen: str) -> None:
        with unit_of_work():
            actions.save_answer(self.persons[person], attempt.id, question_id, [chosen], now=at(self.day))
        self.given[(attempt.id, question_id)] = chosen

    def _started(self, person: int) -> Attempt:
        with unit_of_work():
            attempt_id = actions.start_attempt(self.persons[person], "base", now=at(self.day), today=self.day).id
        return db.session.get_one(Attempt, attempt_id)

    @rule(person=st.integers(0, 2))
    def reload(self, person: int) -> None:
        attempt = self._open(person)
        if attempt is None:
            return
        for number, one in enumerate(attempt.questions, 1):
            page = attempt_queries.question_page(self.persons[person], attempt.id, number)
            given = self.given.get((attempt.id, one["question"]))
            assert page.chosen == (frozenset() if given is None else {given})

    @rule(person=st.integers(0, 2))
    def hand_in(self, person: int) -> None:
        attempt = self._open(person)
        if attempt is not None:
            with unit_of_work():
                actions.hand_in(self.persons[person], attempt.id, now=at(self.day))

    @rule(days=st.sampled_from([1, 14]))
    @precondition(lambda self: (self.day - TODAY).days < 40)
    def wait(self, days: int) -> None:
        """Time goes on, and the timer runs: answers that go on to a new version are given there too."""
        self.day += timedelta(days=days)
        tick(now=at(self.day))
        for old_id, new_id, version_id in db.session.execute(
            select(Attempt.carried_from_id, Attempt.id, Attempt.course_version_id).where(
                Attempt.carried_from_id.is_not(None), Attempt.started_at == at(self.day)
            )
        ).all():
            old = db.session.get_one(Attempt, old_id)
            was, now = content(old.course_version_id), content(version_id)
            for (attempt_id, question_id), chosen in list(self.given.items()):
                after = next((one for one in now.questions if one.id == question_id), None)
                if attempt_id == old_id and after is not None and after.hash == was.question(question_id).hash:
                    self.given[(new_id, question_id)] = chosen

    def _open(self, person: int) -> Attempt | None:
        found = open_attempt(self.persons[person], "base")
        return None if found is None else db.session.get_one(Attempt, found.id)

    # --- what always holds ---

    @invariant()
    def no_answer_is_lost(self) -> None:
        rows = db.session.execute(select(Answer.attempt_id, Answer.question_id, Answer.chosen))
        assert {(row.attempt_id, row.question_id): row.chosen for row in rows} == {
            key: [chosen] for key, chosen in self.given.items()
        }

    @invariant()
    def no_score_falls_and_no_pass_is_taken_away(self) -> None:
        db.session.expire_all()
        for attempt in db.session.scalars(select(Attempt).where(Attempt.handed_in_at.is_not(None))):
            assert attempt.score is not None
            assert attempt.score >= self.scores.get(attempt.id, 0)
            assert attempt.score == len(attempt.right_ids or [])
            assert attempt.outcome is Outcome.PASSED or attempt.id not in self.passed
            self.scores[attempt.id] = attempt.score
            if attempt.outcome is Outcome.PASSED:
                self.passed.add(attempt.id)
            owner = db.session.get_one(Enrolment, attempt.enrolment_id).person_id
            page = attempt_queries.result_page(owner, attempt.id)
            assert (page.right, page.passed) == (attempt.score, attempt.outcome is Outcome.PASSED)
        for row in db.session.scalars(select(Regrade)):
            assert row.score > row.score_before

    @invariant()
    def every_certificate_has_the_version_that_was_passed(self) -> None:
        for completion in db.session.scalars(select(Completion)):
            attempt = db.session.get_one(Attempt, completion.attempt_id)
            assert completion.course_version_id == attempt.course_version_id
            assert completion.achieved_at == attempt.handed_in_at
            assert attempt.outcome is Outcome.PASSED
            shown = certificate(completion.person_id, completion.id)
            assert shown.held is not None
            assert shown.held.version == next(
                one.number for one in versions("base") if one.id == attempt.course_version_id
            )

    @invariant()
    def every_task_that_was_passed_is_on_record_once_at_its_first_pass(self) -> None:
        first: dict[int, int] = {}
        passed = select(Attempt).where(Attempt.outcome == Outcome.PASSED).order_by(Attempt.handed_in_at, Attempt.id)
        for attempt in db.session.scalars(passed):
            first.setdefault(attempt.enrolment_id, attempt.id)
        on_record = set(db.session.scalars(select(Completion.attempt_id)))
        assert set(first.values()) <= on_record
        assert set(db.session.scalars(select(CompletionCredit.completion_id))) == set(
            db.session.scalars(select(Completion.id))
        )


@pytest.fixture
def machine(sqlite_backend: SQLite) -> Iterator[type[Changes]]:
    """The state machine on copies of a county where three persons have read the course."""
    url = sqlite_backend.copy("taught")
    sqlite_backend.point(sqlite_backend.app, url)
    with sqlite_backend.app.app_context():
        training: Training = sqlite_backend.made["taught"]
        tick(now=at(TODAY))
        for name in PERSONS:
            training.read_all(training.person(name))
        db.session.remove()
    sqlite_backend.engine.dispose()
    yield type("Machine", (Changes,), {"backend": sqlite_backend, "template": url.removeprefix("sqlite:///")})
    sqlite_backend.drop(url)


def run(machine: type[Changes], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_lost_or_lowered_whatever_is_published(machine: type[Changes]) -> None:
    run(machine, 12, 25)


@pytest.mark.full
def test_nothing_is_lost_or_lowered_in_many_more_orders(machine: type[Changes]) -> None:
    run(machine, 300, 40)
