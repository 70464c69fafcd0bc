"""What an invited person does: answer, or decline. Each is one change; the caller commits."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.models import Invitation, ResponseOpen, Wave
from tbblearn.surveys.rules import Instrument
from tbblearn.surveys.waves import NotInvited, NotOpen, UnknownAnswer, WaveState


def submit(wave_id: int, person_id: int, answers: Mapping[str, str], *, today: date) -> bool:
    """Store a person's answers, by item code, without a name. False where the person had answered already.

    One transaction: the invitation is locked and marked, and the answers are stored beside all others under a random
    id. Answers sent twice, however it happened, are stored once. `answers` lacks what was not answered.
    Raises NotInvited, NotOpen, UnknownAnswer.
    """
    wave, invitation = _locked(wave_id, person_id)
    if invitation.answered:
        return False
    _demand_open(wave, today)
    questionnaire = instrument(wave.instrument, wave.instrument_version)
    kept = _in_printed_order(questionnaire, answers)
    invitation.answered, invitation.declined = True, False
    db.session.add(
        ResponseOpen(
            id=uuid4(),
            wave_id=wave_id,
            unit_id=invitation.unit_id,
            answers=kept,
            complete=len(kept) == len(questionnaire.items),
            instrument_version=questionnaire.version,
        )
    )
    db.session.flush()
    return True


def decline(wave_id: int, person_id: int, *, today: date) -> bool:
    """The person does not want to answer, and gets no more reminders. False where they have answered already.

    They may still answer while the wave is open. Raises NotInvited, NotOpen.
    """
    wave, invitation = _locked(wave_id, person_id)
    if invitation.answered:
        return False
    _demand_open(wave, today)
    invitation.declined = True
    db.session.flush()
    return True


def _locked(wave_id: int, person_id: int) -> tuple[Wave, Invitation]:
    """The wave, kept open until the commit, and the invitation, locked against a second press."""
    wave = db.session.scalar(
        select(Wave).where(Wave.id == wave_id).with_for_update(read=True).execution_options(populate_existing=True)
    )
    invitation = db.session.scalar(
        select(Invitation)
        .where(Invitation.wave_id == wave_id, Invitation.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if wave is None or invitation is None:
        raise NotInvited(wave_id=wave_id)
    return wave, invitation


def _demand_open(wave: Wave, today: date) -> None:
    if wave.state is not WaveState.OPEN or today > wave.closes_on:
        raise NotOpen(closes_on=wave.closes_on, state=wave.state)


def _in_printed_order(questionnaire: Instrument, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers by item code in the instrument's order, so that their order tells nothing. Raises UnknownAnswer."""
    items = {item.code: item for item in questionnaire.items}
    for code, given in answers.items():
        if code not in items or given not in items[code].response_scale.codes:
            raise UnknownAnswer(item=code)
    return {code: answers[code] for code in items if code in answers}
