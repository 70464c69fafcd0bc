"""What goes with time: the answers of published waves, and who was invited."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.mail.actions import take_back
from tbblearn.readiness.models import Response
from tbblearn.readiness.wave_actions import locked, log_wave, mail_prefix
from tbblearn.readiness.wiping import empty
from tbblearn.surveys.models import Invitation, Wave
from tbblearn.surveys.waves import INVITATION_DAYS, INVITATION_MAIL, REMINDER_MAIL, STAFF_RESULT_MAIL, WaveState


def dispose_of_answers(wave_id: int, *, decision: str, now: datetime) -> None:
    """Wipe the answers of a wave that has been published long enough; the log names the decision."""
    wave = locked(wave_id)
    empty("response", wave_id)
    _soil(wave)
    log_wave(Event.RESPONSES_DISPOSED, wave_id, by=None, now=now, decision=decision)


def forget_invitations(wave_id: int) -> None:
    """Delete who was invited; the counts stay with the wave's units."""
    wave = locked(wave_id)
    db.session.execute(delete(Invitation).where(Invitation.wave_id == wave_id))
    for kind in (INVITATION_MAIL, REMINDER_MAIL, STAFF_RESULT_MAIL):
        take_back(f"{mail_prefix(kind, wave_id)}:")
    _soil(wave)


def _soil(wave: Wave) -> None:
    """The disk must be wiped after this change, also where it was to be wiped for another one already."""
    wave.cleaned = False
    flag_modified(wave, "cleaned")  # a new version, whoever wipes just now
    db.session.flush()


def waves_to_dispose_of(published_before: datetime) -> list[int]:
    """Published waves whose answers have been kept long enough."""
    return list(
        db.session.scalars(
            select(Wave.id)
            .where(
                Wave.state == WaveState.PUBLISHED,
                Wave.published_at <= published_before,
                select(Response.id).where(Response.wave_id == Wave.id).exists(),
            )
            .order_by(Wave.id)
        )
    )


def waves_to_forget(now: datetime) -> list[int]:
    """Waves that closed, or were withdrawn, so long ago that nobody needs to know who was invited."""
    before = now - timedelta(days=INVITATION_DAYS)
    return list(
        db.session.scalars(
            select(Wave.id)
            .where(
                (Wave.closed_at <= before) | (Wave.withdrawn_at <= before),
                select(Invitation.person_id).where(Invitation.wave_id == Wave.id).exists(),
            )
            .order_by(Wave.id)
        )
    )
