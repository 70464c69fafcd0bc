"""What the pages of decisions about one person share: how things stand, who decides, what was decided meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms.fields import Field

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.courses.rules import Text
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal
from tbblearn.people.rules import Role
from tbblearn.training.managing.actions import Decider
from tbblearn.training.managing.decision_forms import DecisionForm
from tbblearn.training.managing.decision_queries import BeforeDeciding, CourseToDecide, before_deciding
from tbblearn.training.rules import DecidedMeanwhile, NotFound, NothingToEnd, NothingToExtend, TrainingError
from tbblearn.web.kept import Told, View, told, told_by
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page

EMPTY: dict[str, Any] = {"formdata": None}

Refusals = Mapping[type[TrainingError], tuple[Field, Callable[[Mapping[str, Any]], str]]]
"""By error: the field that is wrong, and what to say there, given the error's values."""


def before_now(person_id: int) -> BeforeDeciding:
    """The person as they stand. Raises NotFound outside the manager's units, and for the managers themselves."""
    if person_id == principal().person_id:
        raise NotFound(person_id=person_id)
    return before_deciding(person_id, principal().scope(Role.MANAGER), stockholm_date(utc_now()))


def opened(person_id: int) -> BeforeDeciding:
    """The same for a page that is opened; notes that the manager saw the person."""
    before = before_now(person_id)
    by = principal().person_id
    note_seen(Seen.PERSON_SHOWN, now=utc_now(), actor_id=by, object_kind="person", object_id=person_id)
    return before


def decision_page(template: str, before: BeforeDeciding, form: DecisionForm, status: int = 200, **values: Any) -> Page:
    """A decision's page. Its form is marked with how things stand now, as the page shows them.

    One sent back to be corrected keeps its mark: what was decided meanwhile has still not been shown.
    """
    if status != 422:
        form.seen.data = before.seen
    today = stockholm_date(utc_now())
    return Page(
        template, status, found=before.person, before=before, form=form, meanwhile=status == 409, today=today, **values
    )


def decide(
    template: str,
    before: BeforeDeciding,
    form: DecisionForm,
    act: Callable[[], str],
    refusals: Refusals | None = None,
    shown: Callable[[BeforeDeciding], dict[str, Any]] = lambda _before: {},
) -> Page | Response:
    """Do what a valid form asks for, and go back to the person's page with the receipt that `act` returns.

    `shown` gives what the decision's page shows beside the form.
    """
    person_id, values, known = before.person.person_id, shown(before), refusals or {}
    if not form.validate():
        return decision_page(template, before, form, 422, **values)
    try:
        receipt = act()
    except tuple(known) as error:
        field, words = known[type(error)]
        field.errors = [words(error.values)]
        return decision_page(template, before, form, 422, **values)
    except (DecidedMeanwhile, NothingToExtend, NothingToEnd):
        now = before_now(person_id)
        return decision_page(template, now, form, 409, **shown(now))
    flash(receipt)
    return redirect(url_for("managing.person_history", person_id=person_id), 303)


def by_manager(form: DecisionForm) -> Decider:
    """The manager who sends this form now."""
    by, now, seen = principal(), utc_now(), form.seen.data or ""
    scope = by.scope(Role.MANAGER)
    return Decider(by=by.person_id, scope=scope, now=now, today=stockholm_date(now), seen=seen)


def told_of(
    form: type[DecisionForm], course: Callable[[BeforeDeciding, Mapping[str, Any]], Text] | None = None
) -> Callable[[View], View]:
    """The form in words, should it come too late: about whom, and courses by their titles.

    `course` gives the title if it is the address that names the course, not the form.
    """

    def in_words(values: Mapping[str, Any], sent: MultiDict[str, str]) -> list[Told] | None:
        try:  # that this manager saw this person was noted when the page was opened
            before = before_now(values["person_id"])
            title = None if course is None else course(before, values)[page_language()]
        except NotFound:
            return None
        about = [Told(_("Medarbetare"), (before.person.name or _("Skyddade uppgifter"),))]
        if title is not None:
            about.append(Told(_("Utbildning"), (title,)))
        return [*about, *told(form, sent, {"course": dict(titles(before.courses))})]

    return told_by(in_words)


def titles(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    """The courses to choose from, as pairs of slug and title."""
    return [(course.slug, course.title[page_language()]) for course in courses]
