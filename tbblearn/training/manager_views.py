"""Vilka är kvar?: the lists of persons that only their own manager sees."""

from flask import Blueprint, request, url_for

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.queries import ancestors, huvudman_name
from tbblearn.people.rules import Role
from tbblearn.training import manager_queries, person_queries
from tbblearn.training.reason_words import record_words
from tbblearn.training.rules import NotFound, Progress, Urgency
from tbblearn.training.status_words import coverage_words, progress_words, urgency_words
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import error_page
from tbblearn.web.pages import Page

blueprint = Blueprint("managing", __name__, template_folder="templates")
blueprint.context_processor(record_words)
PRINT_LIMIT = 1000

_PROGRESS = tuple(progress for progress in Progress if progress is not Progress.FAILED_MAY_RETRY)


@blueprint.app_errorhandler(NotFound)
def not_found(_error: NotFound) -> Page:
    """A unit or person outside the scope looks as if it did not exist."""
    return error_page(404).render()


def _progress() -> Progress | None:
    """How far those are that ?status= asks for; anything else means all who are left."""
    asked = request.args.get("status", "")
    return Progress(asked) if asked in set(_PROGRESS) else None


def _urgency() -> Urgency | None:
    """How urgent it is for those that ?tid= asks for; anything else means all."""
    asked = request.args.get("tid", "")
    return Urgency(asked) if asked in set(Urgency) else None


@blueprint.get("/min-enhet/<int:unit_id>/kvar")
@requires(Role.MANAGER)
def who_is_left(unit_id: int) -> Page:
    """Who has not completed the course, with search and pages; or everyone with a certain status."""
    return _list(unit_id, "training/who_is_left.html", limit=50, after=whole_number("efter"))


@blueprint.get("/min-enhet/<int:unit_id>/kvar/utskrift")
@requires(Role.MANAGER)
def printable(unit_id: int) -> Page:
    """The same list on paper: all rows on one page, with room to tick off."""
    return _list(unit_id, "training/who_is_left_print.html", limit=PRINT_LIMIT, after=None)


def _list(unit_id: int, template: str, *, limit: int, after: int | None) -> Page:
    person = principal()
    scope = person.scope(Role.MANAGER)
    now = utc_now()
    text = request.args.get("q", "").strip()[:80]
    progress, urgency = _progress(), _urgency()
    found = manager_queries.who_is_left(
        unit_id,
        scope,
        stockholm_date(now),
        slug=request.args.get("kurs") or None,
        cycle=whole_number("omgang"),
        progress=progress,
        urgency=urgency,
        text=text,
        after=after,
        limit=limit,
    )
    note_seen(
        Seen.LIST_SHOWN,
        now=now,
        actor_id=person.person_id,
        object_kind="org_unit",
        object_id=unit_id,
        rows=len(found.rows),
    )
    kept = {"kurs": found.slug, "omgang": found.cycle, "status": progress or "", "tid": urgency or "", "q": text}
    return Page(
        template,
        found=found,
        above=[
            (above.name, url_for("reports.unit", unit_id=above.id))
            for above in [*ancestors(found.unit.path, scope), found.unit]
        ],
        text=text,
        later_page=after is not None,
        chosen=progress,
        near=urgency,
        filters=[(known, progress_words(known)) for known in _PROGRESS],
        urgencies=[(known, urgency_words(known)) for known in Urgency],
        coverage_words=coverage_words,
        huvudman=huvudman_name(found.unit.path),
        kept={name: value for name, value in kept.items() if value != ""},
        address=url_for("managing.who_is_left", unit_id=unit_id),
        today=stockholm_date(now),
    )


@blueprint.get("/min-enhet/person/<int:person_id>")
@requires(Role.MANAGER)
def person_history(person_id: int) -> Page:
    """What a manager sees of one person: tasks, completions, exemptions; never answers, scores or tries."""
    person = principal()
    now = utc_now()
    scope = person.scope(Role.MANAGER)
    found = person_queries.person_page(person_id, scope, stockholm_date(now))
    note_seen(Seen.PERSON_SHOWN, now=now, actor_id=person.person_id, object_kind="person", object_id=person_id)
    return Page(
        "training/person_history.html",
        found=found,
        oneself=person_id == person.person_id,
        today=stockholm_date(now),
    )
