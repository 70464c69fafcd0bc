"""Vilka är kvar? The lists of persons, and one person's page, which only their own manager sees."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request, url_for

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.queries import ancestors, huvudman_name
from tbblearn.people.rules import Role
from tbblearn.training.managing import list_queries, person_queries
from tbblearn.training.managing.list_address import lead_back
from tbblearn.training.managing.lists import SHOWN, Chosen, SortBy
from tbblearn.training.managing.words import day_words, filter_words, found_words, list_title
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import NotFound, Urgency
from tbblearn.training.standing.words import coverage_words, urgency_words
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import error_page
from tbblearn.web.pages import Page

blueprint = Blueprint("managing", __name__, template_folder="../templates")
blueprint.context_processor(record_words)
lead_back(blueprint)
PRINT_LIMIT = 1000


@blueprint.app_errorhandler(NotFound)
def not_found(_error: NotFound) -> Page:
    """A unit or person outside the scope looks as if nonexistent."""
    return error_page(404).render()


@blueprint.get("/min-enhet/<int:unit_id>/kvar")
@requires(Role.MANAGER)
def who_is_left(unit_id: int) -> Page:
    """Who has not completed the course, or whoever the filter asks for; searched, sorted, a page at a time."""
    return _list(unit_id, "training/who_is_left.html", limit=50, page=whole_number("sida") or 1)


@blueprint.get("/min-enhet/<int:unit_id>/kvar/utskrift")
@requires(Role.MANAGER)
def printable(unit_id: int) -> Page:
    """The same list on paper: the first thousand rows on one page, with room to tick off."""
    return _list(unit_id, "training/who_is_left_print.html", limit=PRINT_LIMIT, page=1)


def _list(unit_id: int, template: str, *, limit: int, page: int) -> Page:
    person = principal()
    scope = person.scope(Role.MANAGER)
    now = utc_now()
    chosen = Chosen.read(request.args)
    found = list_queries.who_is_left(
        unit_id,
        scope,
        stockholm_date(now),
        slug=request.args.get("kurs") or None,
        cycle=whole_number("omgang"),
        chosen=chosen,
        page=page,
        limit=limit,
    )
    by, rows = person.person_id, len(found.rows)
    note_seen(Seen.LIST_SHOWN, now=now, actor_id=by, object_kind="org_unit", object_id=unit_id, rows=rows)
    course: dict[str, Any] = {"kurs": found.slug, "omgang": found.cycle}

    def address(number: int = 1, as_chosen: Chosen = chosen) -> str:
        values: dict[str, Any] = course | as_chosen.address() | ({} if number == 1 else {"sida": number})
        return url_for("managing.who_is_left", unit_id=unit_id, **values)

    def sorting(column: SortBy) -> tuple[str, str]:
        """Where the heading of a column leads, and how the list is sorted by it now."""
        by_it = chosen.sort is column
        turned = replace(chosen, sort=column, downward=by_it and not chosen.downward)
        return address(as_chosen=turned), ("descending" if chosen.downward else "ascending") if by_it else ""

    return Page(
        template,
        found=found,
        above=[
            (above.name, url_for("reports.unit", unit_id=above.id))
            for above in [*ancestors(found.unit.path, scope), found.unit]
        ],
        title=list_title(chosen),
        chosen=chosen,
        sorting={column.name.lower(): sorting(column) for column in SortBy},
        day_words=day_words(chosen),
        found_words=found_words(chosen, found.total, found.of),
        filters=[(known, filter_words(known)) for known in SHOWN],
        urgencies=[(known, urgency_words(known)) for known in Urgency],
        coverage_words=coverage_words,
        huvudman=huvudman_name(found.unit.path),
        course=course,
        kept=course | chosen.address(),
        address=address,
        unsearched=address(as_chosen=replace(chosen, text="")),
        today=stockholm_date(now),
    )


@blueprint.get("/min-enhet/person/<int:person_id>")
@requires(Role.MANAGER)
def person_history(person_id: int) -> Page:
    """What a manager sees of one person: tasks, completions, exemptions; never answers, scores or tries."""
    person, now = principal(), utc_now()
    today = stockholm_date(now)
    found = person_queries.person_page(person_id, person.scope(Role.MANAGER), today)
    note_seen(Seen.PERSON_SHOWN, now=now, actor_id=person.person_id, object_kind="person", object_id=person_id)
    return Page("training/person_history.html", found=found, oneself=person_id == person.person_id, today=today)
