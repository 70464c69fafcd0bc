"""What the process leader's pages of survey rounds share: the blueprint, a wave, and refusals in words."""

from typing import Any

from flask import Blueprint, Response, after_this_request, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.people.guards import principal
from tbblearn.people.rules import Role, Scope
from tbblearn.readiness.results.words import not_shown, rate_words
from tbblearn.readiness.waves import timing
from tbblearn.readiness.waves.opening_words import line_words
from tbblearn.readiness.waves.queries import WavePage, wave_page
from tbblearn.readiness.waves.words import STATE_TAGS, refusal_words, state_words, step_words
from tbblearn.surveys.waves import NoSuchWave, WaveError, WaveState, WrongState
from tbblearn.web.errors import error_page
from tbblearn.web.pages import Page

blueprint = Blueprint("waves", __name__, template_folder="../templates")


@blueprint.context_processor
def words() -> dict[str, object]:
    """What the templates put into words."""
    return {
        "line_words": line_words,
        "not_shown": not_shown,
        "rate_words": rate_words,
        "state_tags": STATE_TAGS,
        "state_words": state_words,
        "step_words": step_words,
    }


@blueprint.errorhandler(WaveError)
def refused(error: WaveError) -> Response:
    """Say why it cannot be done, with a link back to the wave."""
    wave_id = (request.view_args or {}).get("wave_id")
    if isinstance(error, NoSuchWave) or wave_id is None:
        return error_page(404).render()
    actions = [(_("Till mätningen"), url_for("waves.wave", wave_id=wave_id))]
    return error_page(409, said=refusal_words(error), actions=actions).render()


def own_scope() -> Scope:
    """What the person sees as a process leader."""
    return principal().scope(Role.PROCESS_LEADER)


def shown_wave(wave_id: int, *wanted: WaveState) -> WavePage:
    """The wave of the page. Raises NoSuchWave, and WrongState unless it is in one of the states `wanted`, if any.

    The actions check the state again under lock.
    """
    shown = wave_page(wave_id, own_scope())
    if wanted and shown.state not in wanted:
        raise WrongState(state=shown.state, wanted=wanted[0])
    return shown


def to_wave(wave_id: int) -> BaseResponse:
    """Lead to the wave's page after a change."""
    return redirect(url_for("waves.wave", wave_id=wave_id), 303)


def page_below(wave: WavePage, template: str, status: int = 200, **values: Any) -> Page:
    """A page below the wave's own, with the way back up."""
    parents = [(_("Mätningar"), url_for("waves.rounds")), (wave.name, url_for("waves.wave", wave_id=wave.id))]
    return Page(template, status, wave=wave, parents=parents, **values)


def clean_afterwards() -> None:
    """Wipe what the change leaves on the disk, after its commit; the timer finishes what is cut off."""

    @after_this_request
    def clean(response: Response) -> Response:
        if response.status_code < 400:
            timing.clean()
        return response
