"""What publishing a version means to those who have taken the course: as previewed, so done. On both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from tbblearn.courses.edition import Edition
from tbblearn.courses.queries import versions
from tbblearn.courses.rules import Change, ChangeClass, Counts, Course, Question
from tbblearn.courses.storing import sha256_of
from tbblearn.db import db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.training.attempts import queries as attempt_queries
from tbblearn.training.changes.effects import Effects, effects
from tbblearn.training.changes.publishing import Published, publish_edition
from tbblearn.training.completion_models import Completion, CompletionCredit
from tbblearn.training.learning import actions
from tbblearn.training.learning.news import unread
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.models import Answer, Attempt, Enrolment, ReadingRequest, Regrade
from tbblearn.training.record.tasks import own_tasks
from tbblearn.training.rules import CarriedOver, HandedIn, Outcome, Progress, Status
from tests.factories import TODAY
from tests.training.conftest import Training, at, both, course, open_attempt, question, refused

LATER = TODAY + timedelta(days=3)
_numbers = count(1)


def change(counts: Counts | None, *, renew_by: date | None = None, modules: tuple[str, ...] = ("part-2",)) -> Change:
    kind = ChangeClass.EDITORIAL if counts is None else ChangeClass.MATERIAL
    return Change(f"c{next(_numbers)}", kind, both("Nytt"), counts, renew_by, modules)


def with_key(made: Course, **keys: str) -> Course:
    """The course with other right answers, by question id."""

    def corrected(one: Question) -> Question:
        right = keys.get(one.id)
        if right is None:
            return one
        return replace(one, choices=tuple(replace(choice, correct=choice.id == right) for choice in one.choices))

    return replace(made, questions=tuple(corrected(one) for one in made.questions))


def preview(made: Course, today: date = LATER) -> Effects:
    newest = versions(made.slug)[0]
    listed = {one for row in versions(made.slug) for one in row.changes}
    return effects(made, newest.number + 1, [one for one in made.changes if one.id not in listed], today)


def publish(made: Course, today: date = LATER) -> Published:
    sha256 = sha256_of({"slug": made.slug, "effects": next(_numbers)})
    with unit_of_work():
        return publish_edition(Edition(made, sha256, (), 0), now=at(today))


def told(kind: str) -> list[int]:
    return list(
        db.session.scalars(select(Message.recipient_id).where(Message.kind == kind).order_by(Message.recipient_id))
    )


def answer(training: Training, name: str, chosen: Sequence[str], *, hand_in: bool = True, today: date = TODAY) -> int:
    """Read, start and answer q1, q2, ... as `chosen`; returns the attempt's id."""
    person_id = training.person(name)
    training.read_all(person_id, today)
    with unit_of_work():
        attempt_id = actions.start_attempt(person_id, "base", now=at(today), today=today).id
        for number, one in enumerate(chosen, 1):
            actions.save_answer(person_id, attempt_id, f"q{number}", [one], now=at(today))
        if hand_in:
            actions.hand_in(person_id, attempt_id, now=at(today))
    return attempt_id


def stored(attempt_id: int) -> tuple[int | None, Outcome | None]:
    row = db.session.execute(select(Attempt.score, Attempt.outcome).where(Attempt.id == attempt_id)).one()
    return row.score, row.outcome


def completions(training: Training, name: str) -> list[Completion]:
    chosen = select(Completion).where(Completion.person_id == training.person(name)).order_by(Completion.id)
    return list(db.session.scalars(chosen))


# --- a corrected key ----------------------------------------------------------------------------------------------


def test_a_corrected_key_in_mid_cycle_raises_and_never_lowers_and_the_preview_tells_exactly(training: Training) -> None:
    """Of q1 the right answer was said to be a, and is b. Five right of six pass."""
    training.tick()
    lifted = answer(training, "p101", "baaaab")
    still_failed = answer(training, "p102", "baabbb")
    passed_by_the_wrong_key = answer(training, "p103", "aaaaab")
    passed_all_the_same = answer(training, "p104", "baaaaa")
    failed_by_other_answers = answer(training, "p105", "aaabbb")
    opened = answer(training, "p106", "baaaab", hand_in=False)
    opened_wrong = answer(training, "p107", "aaaaab", hand_in=False)
    better = with_key(course(), q1="b")

    before = preview(better)
    done = publish(better)

    assert done.effects == before
    assert (before.answers, before.persons_passing, before.open_attempts) == (3, 1, 2)
    assert [(key.question.id, key.answers, key.open_attempts) for key in before.keys] == [("q1", 3, 2)]
    assert stored(lifted) == (5, Outcome.PASSED)
    assert stored(still_failed) == (3, Outcome.FAILED)
    assert stored(passed_by_the_wrong_key) == (5, Outcome.PASSED)
    assert stored(passed_all_the_same) == (6, Outcome.PASSED)
    assert stored(failed_by_other_answers) == (3, Outcome.FAILED)
    regraded = {row.attempt_id: (row.score_before, row.score) for row in db.session.scalars(select(Regrade))}
    assert regraded == {lifted: (4, 5), still_failed: (2, 3), passed_all_the_same: (5, 6)}

    [completion] = completions(training, "p101")
    assert (completion.achieved_at, completion.achieved_on) == (at(TODAY), TODAY)
    assert completion.recorded_at == at(LATER)
    assert completion.course_version_id == versions("base")[1].id
    assert completion.attempt_id == lifted
    credited = select(CompletionCredit.enrolment_id).where(CompletionCredit.completion_id == completion.id)
    assert db.session.scalars(credited).all() == [completion.enrolment_id]
    assert [task.status for task in own_tasks(training.person("p101"), LATER)] == [Status(Progress.COMPLETED)]
    assert completions(training, "p102") == []
    assert told("corrected_key") == [training.person("p101")]

    for name, attempt_id, passes in (("p106", opened, True), ("p107", opened_wrong, False)):
        with unit_of_work():
            assert actions.hand_in(training.person(name), attempt_id, now=at(LATER)) is passes
    assert stored(opened_wrong) == (4, Outcome.FAILED)


def test_the_database_refuses_what_lowers_a_score_or_takes_a_pass_away(training: Training) -> None:
    training.tick()
    row = {"attempt_id": answer(training, "p101", "baaaab"), "course_version_id": versions("base")[0].id}
    failed, passed = {"score_before": 4, "outcome_before": Outcome.FAILED}, {"score": 5, "outcome": Outcome.PASSED}
    for wrong in ({"score": 4}, {"score_before": 6}, {"outcome_before": Outcome.PASSED, "outcome": Outcome.FAILED}):
        refused(Regrade(**{**row, **failed, **passed, **wrong}, recorded_at=at(LATER)))
    with unit_of_work():
        db.session.add(Regrade(**row, **failed, **passed, recorded_at=at(LATER)))


def test_what_was_once_right_stays_right_through_two_corrections(training: Training) -> None:
    training.tick()
    attempt_id = answer(training, "p101", "abaaab")
    publish(with_key(course(), q1="b"))
    assert stored(attempt_id) == (4, Outcome.FAILED)
    publish(with_key(course(), q1="b", q2="b"))
    assert stored(attempt_id) == (5, Outcome.PASSED)
    result = attempt_queries.result_page(training.person(), attempt_id)
    assert [one.question.id for one in result.questions if not one.right] == ["q6"]
    assert result.marked_again is not None
    assert (result.marked_again.right_before, result.right, result.marked_again.passed_by_it) == (4, 5, True)


def test_an_attempt_marked_by_the_corrected_key_is_not_marked_by_the_old_one_again(training: Training) -> None:
    training.tick()
    opened = answer(training, "p101", "aaaaab", hand_in=False)
    publish(with_key(course(), q1="b"))
    with unit_of_work():
        assert not actions.hand_in(training.person(), opened, now=at(LATER))
    publish(with_key(course(), q1="b", q2="c"))
    assert stored(opened) == (4, Outcome.FAILED)


def test_another_wording_is_another_question(training: Training) -> None:
    training.tick()
    attempt_id = answer(training, "p101", "baaaab")
    made = with_key(course(), q1="b")
    other = replace(made, questions=(replace(made.questions[0], hash="other"), *made.questions[1:]))
    assert preview(other).keys == ()
    publish(other)
    assert stored(attempt_id) == (4, Outcome.FAILED)


def test_a_question_that_must_be_right_still_must(training: Training) -> None:
    made = course()
    publish(replace(made, questions=(*made.questions[:5], question(6, "1B", must_pass=True))), TODAY)
    training.tick()
    attempt_id = answer(training, "p101", "baaaab")
    publish(with_key(replace(made, questions=(*made.questions[:5], question(6, "1B"))), q1="b"))
    assert stored(attempt_id) == (5, Outcome.FAILED)


def test_two_tries_that_both_pass_now_make_one_completion_of_the_first(training: Training) -> None:
    training.tick()
    first = answer(training, "p101", "baaaab")
    second = answer(training, "p101", "baaaab", today=TODAY + timedelta(days=1))
    done = publish(with_key(course(), q1="b"))
    assert [stored(one)[1] for one in (first, second)] == [Outcome.PASSED, Outcome.PASSED]
    assert [one.attempt_id for one in completions(training, "p101")] == [first]
    assert done.effects.persons_passing == 1


def test_a_pass_after_the_last_day_is_in_time_when_an_earlier_try_was_right(training: Training) -> None:
    training.tick(date(2026, 11, 25))
    in_time = answer(training, "p101", "baaaab", today=date(2026, 11, 25))
    answer(training, "p101", "aaaaaa", today=date(2026, 12, 5))
    person_id = training.person()
    assert [task.status for task in own_tasks(person_id, date(2026, 12, 6))] == [Status(Progress.COMPLETED_LATE)]
    publish(with_key(course(), q1="b"), date(2026, 12, 6))
    assert [task.status for task in own_tasks(person_id, date(2026, 12, 6))] == [Status(Progress.COMPLETED)]
    assert [one.attempt_id == in_time for one in completions(training, "p101")] == [False, True]


# --- what changes ask of holders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [None, Counts.NEXT_CYCLE])
def test_an_editorial_change_or_one_for_the_next_cycle_asks_nothing_now(
    training: Training, counts: Counts | None
) -> None:
    training.tick()
    training.take(training.person())
    done = publish(replace(course(), changes=(change(counts),)))
    assert (done.effects.to_read, done.effects.to_renew) == ((), ())
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
    assert unread(training.person()) == []


def test_holders_are_asked_to_read_until_they_have_and_nobody_else(training: Training) -> None:
    training.tick(date(2025, 6, 1))
    training.take(training.person("p102"), date(2025, 6, 1))
    training.tick()
    training.take(training.person("p101"))
    training.take(training.person("p110"))
    made = replace(course(), changes=(change(Counts.READ),))
    before = preview(made)
    done = publish(made)
    assert done.effects == before
    assert list(before.to_read) == told("course_changed") == [training.person("p101")]
    [news] = unread(training.person("p101"))
    assert (news.minutes, news.asked, [part.id for thing in news.things for part in thing.parts]) == (
        6,
        True,
        ["part-2"],
    )
    with unit_of_work():
        actions.mark_read(training.person("p101"), "base", 1, now=at(LATER))
    assert len(unread(training.person("p101"))) == 1
    with unit_of_work():
        actions.mark_read(training.person("p101"), "base", news.number, now=at(LATER))
    assert unread(training.person("p101")) == []
    assert db.session.scalars(select(ReadingRequest.read_at)).all() == [at(LATER)]


@pytest.mark.parametrize(("renew_by", "due_on"), [(date(2027, 5, 1), date(2027, 5, 1)), (TODAY, date(2026, 12, 7))])
def test_a_renewal_is_a_task_by_its_day_and_never_within_two_weeks(
    training: Training, renew_by: date, due_on: date
) -> None:
    training.tick()
    training.take(training.person("p101"))
    made = replace(course(), changes=(change(Counts.RENEW, renew_by=renew_by), change(Counts.READ)))
    before = preview(made)
    done = publish(made)
    assert done.effects == before
    assert [(one.person_id, one.days.due_on) for one in before.to_renew] == [(training.person("p101"), due_on)]
    assert before.to_read == ()
    assert told("course_renewal") == [training.person("p101")]
    _yearly, renewal = own_tasks(training.person("p101"), LATER)
    assert (renewal.occasion, renewal.due_on, renewal.achieved_on) == ("renewal:2", due_on, None)
    training.take(training.person("p101"), LATER)
    assert own_tasks(training.person("p101"), LATER)[1].achieved_on == LATER


def test_a_pass_of_an_older_version_is_no_renewal_and_is_asked_for_one(training: Training) -> None:
    training.tick()
    opened = answer(training, "p101", "aaaaaa", hand_in=False)
    publish(replace(course(), changes=(change(Counts.RENEW, renew_by=date(2027, 5, 1)),)))
    assert told("course_renewal") == []
    with unit_of_work():
        assert actions.hand_in(training.person(), opened, now=at(LATER))
    assert told("course_renewal") == [training.person()]
    yearly, renewal = own_tasks(training.person(), LATER)
    assert (yearly.achieved_on, renewal.achieved_on) == (LATER, None)


def test_a_newer_renewal_takes_the_place_of_one_that_is_not_done(training: Training) -> None:
    training.tick()
    training.take(training.person())
    first = change(Counts.RENEW, renew_by=date(2027, 5, 1))
    publish(replace(course(), changes=(first,)))
    publish(replace(course(), changes=(change(Counts.RENEW, renew_by=date(2027, 6, 1)), first)))
    tasks = {task.occasion: task.cancelled for task in own_tasks(training.person(), LATER)}
    assert tasks == {"2026": False, "renewal:2": True, "renewal:3": False}


def test_who_was_given_the_course_by_hand_holds_it_too(training: Training) -> None:
    person_id = training.person("p110")
    with unit_of_work():
        manager_actions.enrol_by_hand(
            person_id, "base", opens_on=TODAY, due_on=TODAY + timedelta(days=9), cycle=2026, now=at(TODAY)
        )
    training.take(person_id)
    assert publish(replace(course(), changes=(change(Counts.READ),))).effects.to_read == (person_id,)


def test_the_preview_asks_the_database_as_often_for_three_as_for_one(training: Training, queries) -> None:
    training.tick()
    made = replace(with_key(course(), q1="b"), changes=(change(Counts.READ),))

    def asked() -> int:
        found: int = queries(lambda: preview(made))
        return found

    answer(training, "p101", "baaaab")
    answer(training, "p104", "baaaaa")
    answer(training, "p107", "b", hand_in=False)
    one = asked()
    for passed, failed, opened in (("p102", "p105", "p108"), ("p103", "p106", "p109")):
        answer(training, passed, "baaaaa")
        answer(training, failed, "baaaab")
        answer(training, opened, "b", hand_in=False)
    assert asked() == one


# --- answers go on to the new version ------------------------------------------------------------------------------


def newer() -> Course:
    """q1 reads otherwise, q2 is gone, q7 is new."""
    made = course()
    return replace(made, questions=(replace(made.questions[0], hash="other"), *made.questions[2:], question(7, "1B")))


def answers(attempt_id: int) -> dict[str, list[str]]:
    rows = db.session.execute(select(Answer.question_id, Answer.chosen).where(Answer.attempt_id == attempt_id))
    return {row.question_id: row.chosen for row in rows}


def test_an_idle_attempt_of_an_older_version_goes_on_with_the_answers_that_still_stand(training: Training) -> None:
    training.tick()
    old = answer(training, "p101", "abc", hand_in=False)
    publish(newer())
    assert training.tick(TODAY + timedelta(days=13))["carried_over"] == 0
    assert training.tick(TODAY + timedelta(days=14))["carried_over"] == 1
    assert training.tick(TODAY + timedelta(days=14))["carried_over"] == 0
    going_on = open_attempt(training.person(), "base")
    assert going_on is not None
    new = going_on.id
    assert new != old
    assert answers(old) == {"q1": ["a"], "q2": ["b"], "q3": ["c"]}
    assert answers(new) == {"q3": ["c"]}
    attempt = db.session.get_one(Attempt, new)
    assert {one["question"] for one in attempt.questions} == {"q1", "q3", "q4", "q5", "q6", "q7"}
    assert attempt.course_version_id == versions("base")[0].id
    assert attempt_queries.question_page(training.person(), new, 1).carried


def test_an_answer_sent_from_the_old_page_is_saved_where_it_still_stands(training: Training) -> None:
    training.tick()
    old = answer(training, "p101", "abc", hand_in=False)
    publish(newer())
    later = TODAY + timedelta(days=20)
    training.tick(later)
    person_id = training.person()
    with unit_of_work():
        actions.save_answer(person_id, old, "q4", ["a"], now=at(later))
    going_on = open_attempt(person_id, "base")
    assert going_on is not None
    assert answers(going_on.id) == {"q3": ["c"], "q4": ["a"]}
    for question_id in ("q1", "q2"):
        with pytest.raises(CarriedOver), unit_of_work():
            actions.save_answer(person_id, old, question_id, ["a"], now=at(later))
    with pytest.raises(CarriedOver), unit_of_work():
        actions.hand_in(person_id, old, now=at(later))
    with pytest.raises(CarriedOver):
        attempt_queries.review_page(person_id, old)
    with unit_of_work():
        actions.hand_in(person_id, going_on.id, now=at(later))
    with pytest.raises(HandedIn), unit_of_work():
        actions.save_answer(person_id, old, "q4", ["b"], now=at(later))


def test_who_answered_lately_or_has_the_newest_version_goes_on_as_before(training: Training) -> None:
    training.tick()
    lately = answer(training, "p101", "a", hand_in=False)
    publish(newer())
    newest = answer(training, "p102", "", hand_in=False, today=LATER)
    with unit_of_work():
        actions.save_answer(training.person(), lately, "q3", ["a"], now=at(TODAY + timedelta(days=10)))
    assert training.tick(TODAY + timedelta(days=23))["carried_over"] == 0
    assert {stored(one) for one in (lately, newest)} == {(None, None)}
    assert training.tick(TODAY + timedelta(days=24))["carried_over"] == 1
    assert db.session.scalar(select(func.count()).select_from(Enrolment).where(Enrolment.reason != "yearly")) == 0
