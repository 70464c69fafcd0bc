"""An editor's pages about a course's questions: how they do at first try, and what learners report as wrong."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.training.editing import question_queries
from tbblearn.training.editing.question_counts import LEAST_ANSWERS, LEAST_RIGHT_PERCENT, Flag
from tbblearn.training.editing.question_queries import QuestionRow
from tbblearn.training.faults import actions as fault_actions
from tbblearn.training.faults import queries as fault_queries
from tbblearn.training.faults.rules import FaultOutcome, HandledOtherwise
from tbblearn.training.faults.words import fault_words, outcome_words
from tbblearn.training.learning.screens import safe_html
from tbblearn.web.errors import ErrorWords, error_page
from tbblearn.web.kept import Told, told_by
from tbblearn.web.language import page_language, percent
from tbblearn.web.pages import Page, download
from tbblearn.web.spreadsheets import csv_file

blueprint = Blueprint("examining", __name__, template_folder="../templates")


def flag_words(flag: Flag) -> str:
    """Why a question needs review."""
    if flag is Flag.WRONG_BEATS_KEY:
        return _("Ett fel svar är vanligare än det rätta.")
    return _("Under %(pct)s har rätt på första försöket.", pct=percent(LEAST_RIGHT_PERCENT, 100))


@blueprint.context_processor
def words() -> dict[str, object]:
    """Words that these templates use."""
    return {
        "fault_words": fault_words,
        "flag_words": flag_words,
        "least_answers": LEAST_ANSWERS,
        "outcome_words": outcome_words,
        "safe_html": safe_html,
    }


@blueprint.errorhandler(HandledOtherwise)
def handled_otherwise(_error: HandledOtherwise) -> Response:
    """Another editor was quicker, with another outcome."""
    said = ErrorWords(
        _("Någon hann före"), _("Någon annan har redan hanterat rapporten, med ett annat svar. Det svaret gäller.")
    )
    back = url_for("examining.reports", slug=(request.view_args or {})["slug"])
    return error_page(409, said=said, actions=[(_("Till rapporterna"), back)]).render()


# --- how the questions do ---


@blueprint.get("/kurser/<slug>/fragor")
@requires(Role.EDITOR)
def questions(slug: str) -> Page:
    """Every question of the newest version: answers, share right at first try, share per choice, what to review."""
    return Page("training/questions.html", found=question_queries.question_table(slug))


@blueprint.get("/kurser/<slug>/fragor.csv")
@requires(Role.EDITOR)
def questions_file(slug: str) -> Response:
    """The same numbers as a file, one row per choice."""
    found = question_queries.question_table(slug)
    header = [
        _("Fråga"),
        _("Mål"),
        _("Frågans text"),
        _("Svar på första försöket"),
        _("Rätt på första försöket, procent"),
        _("Att se över"),
        _("Alternativ"),
        _("Alternativets text"),
        _("Räknas som rätt"),
        _("Andel som valde det, procent"),
    ]
    content = csv_file(header, (cells for row in found.rows for cells in _file_rows(row)))
    return download(content, f"{slug}-v{found.version}-fragor.csv")


def _file_rows(row: QuestionRow) -> list[list[str]]:
    language, counts, hidden = page_language(), row.counts, _("Visas inte")
    if counts is None:
        figures, shares = [hidden, hidden, ""], [hidden] * len(row.question.choices)
    else:
        flags = " ".join(flag_words(flag) for flag in counts.flags)
        figures = [str(counts.answers), _share(counts.right, counts.answers), flags]
        shares = [_share(one.answers, counts.answers) for one in counts.choices]
    about = [row.question.id, row.goal, _plain(row.question.stem[language]), *figures]
    return [
        [*about, choice.id, _plain(choice.text[language]), _("ja") if choice.correct else _("nej"), share]
        for choice, share in zip(row.question.choices, shares, strict=True)
    ]


def _share(part: int, whole: int) -> str:
    """Whole percent, half up, as a number."""
    return str((200 * part + whole) // (2 * whole)) if whole else ""


def _plain(html: str) -> str:
    """The text of safe HTML on one line."""
    return Markup(html.replace("<br>", " ")).striptags()  # noqa: S704


# --- what learners report ---


@blueprint.get("/kurser/<slug>/rapporter")
@requires(Role.EDITOR)
def reports(slug: str) -> Page:
    """What learners report as wrong, by question and version, and what came of it."""
    return Page("training/fault_reports.html", found=fault_queries.fault_reports(slug))


def _outcome_in_words(_values: object, sent: MultiDict[str, str]) -> list[Told] | None:
    outcome = sent.get("outcome", "")
    if outcome not in set(FaultOutcome):
        return None
    return [Told(_("Vad det blev av rapporten"), (outcome_words(FaultOutcome(outcome)),))]


@blueprint.post("/kurser/<slug>/rapporter/<int:report_id>/klar")
@told_by(_outcome_in_words)
@requires(Role.EDITOR)
def handle(slug: str, report_id: int) -> BaseResponse:
    """Settle a report: the button that was pressed names the outcome; anything else is not a form of ours."""
    outcome = request.form.get("outcome", "")
    if outcome not in set(FaultOutcome):
        raise BadRequest
    now = utc_now()
    fault_actions.handle_report(
        slug, report_id, FaultOutcome(outcome), by=principal().person_id, now=now, today=stockholm_date(now)
    )
    flash(_("Rapporten är klar: %(outcome)s.", outcome=outcome_words(FaultOutcome(outcome)).lower()))
    return redirect(url_for("examining.reports", slug=slug), 303)
