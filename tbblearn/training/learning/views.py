"""The learner's way: my courses, the course, its parts, my history. The quiz is in `quiz_views`, the certificate in
`certificate_views`.
"""

from functools import partial

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.courses.queries import versions
from tbblearn.courses.rendering import Addresses
from tbblearn.courses.rules import ScreenRef
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.training.learning import actions, certificate_views, quiz_views  # noqa: F401  (of the same blueprint)
from tbblearn.training.learning import news as news_queries
from tbblearn.training.learning import queries as learner_queries
from tbblearn.training.learning.blueprint import asset_url, blueprint, screen_url, word_url
from tbblearn.training.learning.screens import part_after, show_part
from tbblearn.training.record import queries as record_queries
from tbblearn.training.rules import NotFound, Progress
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page
from tbblearn.web.starting import offers_to

__all__ = ["blueprint"]

WAITING = frozenset({Progress.EXEMPT, Progress.ON_LEAVE, Progress.NOT_YET_OPEN, Progress.NOT_REQUIRED})
"""Tasks with nothing to do today; they are listed, never first."""


@blueprint.get("/mina-utbildningar")
@signed_in
def my_courses() -> Page:
    """What to do first, what else there is, and what is done."""
    today = stockholm_date(utc_now())
    found = learner_queries.my_courses(principal().person_id, today)
    asked = [task for task in found.tasks if task.status.progress not in WAITING]
    waiting = [task for task in found.tasks if task.status.progress in WAITING]
    openings = [task.opens_on for task in waiting if task.status.progress is Progress.NOT_YET_OPEN]
    if found.next_opens_on is not None:
        openings.append(found.next_opens_on)
    return Page(
        "training/my_courses.html",
        first=asked[0] if asked else None,
        others=[*asked[1:], *waiting],
        done=found.done,
        more=found.more,
        news=news_queries.unread(principal().person_id),
        next_opens_on=min(openings, default=None),
        offers=offers_to(current_app, principal()),
        today=today,
    )


@blueprint.get("/utbildning/<slug>")
@signed_in
def course(slug: str) -> Page:
    """One course: its parts as a path, the quiz as the last step, what it gives and who sees what."""
    today = stockholm_date(utc_now())
    person_id = principal().person_id
    found = learner_queries.course_page(person_id, slug, today)
    published = versions(slug)
    return Page(
        "training/course.html",
        found=found,
        course=found.course,
        task=found.task,
        newest=published[0],
        news=news_queries.course_news(person_id, found, published),
        today=today,
    )


@blueprint.post("/utbildning/<slug>/nytt/<int:number>")
@signed_in
def read_news(slug: str, number: int) -> Response:
    """What is new up to this version is read."""
    actions.mark_read(principal().person_id, slug, number, now=utc_now())
    flash(_("Tack! Det som är nytt är markerat som läst."))
    return redirect(url_for("training.course", slug=slug), 303)


@blueprint.get("/utbildning/<slug>/del/<module_id>")
@signed_in
def part(slug: str, module_id: str) -> Page:
    """A part, whole. Practice is answered in the address: ?<question>=<choice>, and ?svara= names the button."""
    found = learner_queries.part_page(principal().person_id, slug, module_id, stockholm_date(utc_now()))
    return Page(
        "training/part.html",
        course=found.course,
        module=found.module,
        sections=show_part(
            found.course,
            found.module,
            page_language(),
            request.args.to_dict(flat=False),
            request.args.get("svara", ""),
            Addresses(partial(screen_url, slug), word_url, asset_url),
            found.services,
        ),
        to_quiz=part_after(found.course, found.module, found.parts_read | {module_id}) is None,
    )


@blueprint.post("/utbildning/<slug>/del/<module_id>")
@signed_in
def read_part(slug: str, module_id: str) -> Response:
    """This part is read: go on to the next unread one, or to the quiz."""
    person_id, now = principal().person_id, utc_now()
    today = stockholm_date(now)
    actions.read_part(person_id, slug, module_id, now=now, today=today)
    found = learner_queries.part_page(person_id, slug, module_id, today)
    after = part_after(found.course, found.module, found.parts_read)
    if after is None:
        return redirect(url_for("training.quiz", slug=slug), 303)
    return redirect(url_for("training.part", slug=slug, module_id=after.id), 303)


@blueprint.post("/utbildning/<slug>/del/<module_id>/plats")
@signed_in
def remember_section(slug: str, module_id: str) -> tuple[str, int]:
    """The section on the screen, told by script (part.js) so that reading goes on there."""
    now = utc_now()
    section = request.form.get("section", "")
    actions.remember_section(principal().person_id, slug, module_id, section, now=now, today=stockholm_date(now))
    return "", 204


@blueprint.get("/utbildning/<slug>/del/<module_id>/<screen_id>")
@signed_in
def screen(slug: str, module_id: str, screen_id: str) -> Response:
    """An address of a single section, from an old link: sections are anchors."""
    return redirect(screen_url(slug, ScreenRef(module_id, screen_id)), 301)


@blueprint.get("/min-historik")
@signed_in
def history() -> Page:
    """Everything on record about my courses, and what my manager sees of it."""
    today = stockholm_date(utc_now())
    return Page("training/history.html", found=record_queries.history(principal().person_id, today), today=today)


@blueprint.get("/utbildning/<slug>/ord")
@signed_in
def glossary(slug: str) -> Page:
    """The words that the course explains."""
    found = learner_queries.course_page(principal().person_id, slug, stockholm_date(utc_now()))
    if not found.course.glossary:
        raise NotFound(slug=slug)
    return Page("training/glossary.html", course=found.course)
