"""What the pages of decisions about one person share: how they stand, who decides, what was decided meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.courses.rules import Text
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal
from tbblearn.people.rules import Role
from tbblearn.training.managing.decision_forms import (
    DecisionForm,
)
from tbblearn.training.managing.decision_queries import (
    BeforeDeciding,
    CourseToDecide,
    before_deciding,
)
from tbblearn.training.rules import (
    NotFound,
)
from tbblearn.web.kept import Told, View, told, told_by
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page

EMPTY: dict[str, Any] = {"formdata": None}


def before_now(person_id: int) -> BeforeDeciding:
    """How somebody in the own units stands. There is nothing to decide about oneself: that is for one's own manager."""
    if person_id == principal().person_id:
        raise NotFound(person_id=person_id)
    return before_deciding(person_id, principal().scope(Role.MANAGER), stockholm_date(utc_now()))


def opened(person_id: int) -> BeforeDeciding:
    """The same for a page that is opened: it shows somebody to a manager, which is noted."""
    before = before_now(person_id)
    note_seen(
        Seen.PERSON_SHOWN,
        now=utc_now(),
        actor_id=principal().person_id,
        object_kind="person",
        object_id=person_id,
    )
    return before


def decision_page(template: str, before: BeforeDeciding, form: DecisionForm, status: int = 200, **values: Any) -> Page:
    """A decision's page. The form gets the mark of how things stand now, as the page shows them.

    One sent with something to correct keeps its mark: what was decided meanwhile has still not been told.
    """
    if status != 422:
        form.seen.data = before.seen
    today = stockholm_date(utc_now())
    return Page(
        template, status, found=before.person, before=before, form=form, meanwhile=status == 409, today=today, **values
    )


def titles(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    """The courses to choose from, as pairs of slug and title."""
    return [(course.slug, course.title[page_language()]) for course in courses]


def told_of(
    form: type[DecisionForm], course: Callable[[BeforeDeciding, Mapping[str, Any]], Text] | None = None
) -> Callable[[View], View]:
    """The form in words, should it come too late: about whom, and courses by their titles.

    `course` gives the title where the address names it and the form does not.
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


def done(person_id: int, receipt: str) -> Response:
    """Back to the person's page, with a sentence that says what was done."""
    flash(receipt)
    return redirect(url_for("managing.person_history", person_id=person_id), 303)


def by_manager() -> dict[str, Any]:
    """Who decides, where and when."""
    person = principal()
    now: datetime = utc_now()
    return {"by": person.person_id, "scope": person.scope(Role.MANAGER), "now": now, "today": stockholm_date(now)}
