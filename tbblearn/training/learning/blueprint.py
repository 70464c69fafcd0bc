"""The blueprint of the learner's pages, and what they share: addresses inside a course, errors in words."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.courses.rules import ScreenRef
from tbblearn.training.learning.queries import Step, StepKind
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import (
    CarriedOver,
    HandedIn,
    NotFound,
    NotHandedIn,
    NotOpenYet,
    ReadingFirst,
    TrainingError,
)
from tbblearn.web.errors import error_page
from tbblearn.web.language import day

blueprint = Blueprint("training", __name__, template_folder="../templates")
blueprint.context_processor(record_words)


def screen_url(slug: str, ref: ScreenRef) -> str:
    """The address of a section that a page of the course `slug` names; it may belong to another course."""
    return url_for("training.part", slug=ref.course or slug, module_id=ref.module, _anchor=ref.screen)


def quiz_url(slug: str, attempt_id: int, number: int | None, *, just_saved: int | None = None) -> str:
    """The address of a question, or of the review if `number` is None. It names the question just saved, if any."""
    if number is None:
        return url_for("training.review", slug=slug, attempt_id=attempt_id, sparat=just_saved)
    return url_for("training.question", slug=slug, attempt_id=attempt_id, number=number, sparat=just_saved)


def step_url(slug: str, step: Step) -> str:
    """Where the one big button leads."""
    if step.module is not None:
        return url_for("training.part", slug=slug, module_id=step.module, _anchor=step.screen)
    if step.kind is StepKind.RESUME_QUIZ and step.attempt_id is not None:
        return quiz_url(slug, step.attempt_id, step.question)
    return url_for("training.quiz", slug=slug)


@blueprint.context_processor
def addresses() -> dict[str, object]:
    """What the learner's templates use to make addresses."""
    return {"step_url": step_url, "screen_url": screen_url, "quiz_url": quiz_url}


def word_url(term_id: str) -> str:
    """Where a word is explained: on the part's own page, under the section that uses it first."""
    return f"#ord-{term_id}"


def asset_url(sha256: str) -> str:
    """The address of a picture of a published course."""
    return url_for("courses.asset", sha256=sha256)


@blueprint.errorhandler(TrainingError)
def refused(error: TrainingError) -> Response:
    """What cannot be done, in words: on the page where one can go on, else on an error page. Nothing was written.

    The routes that raise the first five all have the course in their address.
    """
    slug = (request.view_args or {}).get("slug", "")
    attempt_id = error.values.get("attempt_id")
    if isinstance(error, HandedIn):
        flash(_("Provet är redan inlämnat. Här är ditt resultat."), "warm")
        return redirect(url_for("training.result", slug=slug, attempt_id=attempt_id), 303)
    if isinstance(error, CarriedOver):
        return _carried_over(error, slug)
    if isinstance(error, NotHandedIn):
        return redirect(url_for("training.review", slug=slug, attempt_id=attempt_id), 303)
    if isinstance(error, ReadingFirst):
        return redirect(url_for("training.quiz", slug=slug), 303)
    if isinstance(error, NotOpenYet):
        opens_on = error.values["opens_on"]
        flash(_("Utbildningen öppnar %(date)s. Då kan du börja.", date=day(opens_on)), "warm")  # type: ignore[arg-type]
        return redirect(url_for("training.course", slug=slug), 303)
    return error_page(404 if isinstance(error, NotFound) else 400).render()


def _carried_over(error: CarriedOver, slug: str) -> Response:
    """To the attempt of the newer version: the question of the same number if it has one, else the review."""
    flash(_("Utbildningen har en ny version. Dina svar har följt med, och du fortsätter här."), "warm")
    attempt_id = error.values["attempt_id"]
    number = (request.view_args or {}).get("number", 0)
    if 1 <= number <= int(str(error.values["total"])):
        return redirect(url_for("training.question", slug=slug, attempt_id=attempt_id, number=number), 303)
    return redirect(url_for("training.review", slug=slug, attempt_id=attempt_id), 303)
