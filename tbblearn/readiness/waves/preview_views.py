"""Trying out a survey as those who answer will meet it; nothing is stored (docs/rules/surveys.md).

The pages are those of `surveys`, and as `quiet`.
"""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from tbblearn.people.guards import requires_on_county
from tbblearn.people.rules import Role
from tbblearn.surveys import queries
from tbblearn.surveys.forms import Sent, read_sent
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.queries import Asked
from tbblearn.surveys.statements import your_unit
from tbblearn.surveys.views import first_page, in_words, statements_page
from tbblearn.web.kept import told_by
from tbblearn.web.pages import Page

blueprint = Blueprint("readiness_preview", __name__)
blueprint.quiet = True  # type: ignore[attr-defined]


@blueprint.get("/matningar/<int:wave_id>/prova")
@requires_on_county(Role.PROCESS_LEADER)
def first(wave_id: int) -> Page:
    """The survey's first page."""
    return first_page(
        queries.asked(wave_id),
        unit=your_unit(),
        statements_url=url_for("readiness_preview.statements", wave_id=wave_id),
        decline_url="",
        preview=True,
    )


@blueprint.get("/matningar/<int:wave_id>/prova/pastaenden")
@requires_on_county(Role.PROCESS_LEADER)
def statements(wave_id: int) -> Page:
    """All statements, nothing chosen."""
    return _statements_page(queries.asked(wave_id))


@blueprint.post("/matningar/<int:wave_id>/prova/pastaenden")
@told_by(lambda values, sent: in_words(queries.asked(values["wave_id"]), sent))
@requires_on_county(Role.PROCESS_LEADER)
def send(wave_id: int) -> Page | Response:
    """What would happen: the page comes back once with its gaps, then thanks. Nothing is stored."""
    about = queries.asked(wave_id)
    sent = read_sent(request.form, instrument(about.instrument, about.instrument_version))
    if sent.ask_once_more:
        return _statements_page(about, 422, sent)
    return redirect(url_for("readiness_preview.thanks", wave_id=wave_id), 303)


@blueprint.get("/matningar/<int:wave_id>/prova/tack")
@requires_on_county(Role.PROCESS_LEADER)
def thanks(wave_id: int) -> Page:
    """The page of thanks."""
    again = url_for("readiness_preview.first", wave_id=wave_id)
    about = queries.asked(wave_id)
    return Page("surveys/thanks.html", about=about, ends_on=about.closes_on, preview=True, again_url=again)


def _statements_page(about: Asked, status: int = 200, sent: Sent | None = None) -> Page:
    here = url_for("readiness_preview.statements", wave_id=about.wave_id)
    return statements_page(
        about,
        status,
        sent,
        unit=your_unit(),
        first_url=url_for("readiness_preview.first", wave_id=about.wave_id),
        send_url=here,
        clear_url=here,
        draft="",
        preview=True,
    )
