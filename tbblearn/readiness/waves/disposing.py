"""What is deleted with time: who answered, the answers, and who was invited."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm.attributes import flag_modified

from tbblearn.audit.rules import Event
from tbblearn.db import db
from tbblearn.readiness.waves.actions import locked, log_wave, take_letters_back
from tbblearn.readiness.waves.wiping import empty
from tbblearn.surveys.models import Invitation, Wave
from tbblearn.surveys.waves import ASKING_MAIL, INVITATION_DAYS, STAFF_RESULT_MAIL, WaveState


def forget_who_answered(wave_id: int) -> None:
    """Erase who has answered or declined. The disk must be wiped afterwards.

    The letters that asked go too, sent or not: one that was not needed when it was due tells that its recipient had
    answered, and a reminder that they had not.
    """
    db.session.execute(
        update(Invitation)
        .where(Invitation.wave_id == wave_id)
        .values(answered=False, declined=False)
        .execution_options(synchronize_session=False)
    )
    take_letters_back(sorted(ASKING_MAIL), wave_id)


def dispose_of_answers(wave_id: int, *, decision: str, now: datetime) -> None:
    """Wipe the answers of a wave published or closed long enough ago; the log names the decision.

    For a wave never published, who answered is erased as well, and nothing can be checked any more.
    """
    wave = locked(wave_id)
    forget_who_answered(wave_id)
    empty("response", wave_id)
    wave.disposed_at = now
    _soil(wave)
    log_wave(Event.RESPONSES_DISPOSED, wave_id, by=None, now=now, decision=decision)


def forget_invitations(wave_id: int) -> None:
    """Delete who was invited; the wave's units keep the counts."""
    wave = locked(wave_id)
    db.session.execute(delete(Invitation).where(Invitation.wave_id == wave_id))
    take_letters_back(sorted(ASKING_MAIL | {STAFF_RESULT_MAIL}), wave_id)
    _soil(wave)


def _soil(wave: Wave) -> None:
    """The disk must be wiped after this change, even if it was waiting to be wiped already."""
    wave.cleaned = False
    flag_modified(wave, "cleaned")  # a new version, even if a wiping is under way
    db.session.flush()


def waves_to_dispose_of(before: datetime) -> list[int]:
    """Waves published, or else closed, before that moment, whose answers have been kept long enough."""
    return list(
        db.session.scalars(
            select(Wave.id)
            .where(
                Wave.disposed_at.is_(None),
                or_(
                    and_(Wave.state == WaveState.PUBLISHED, Wave.published_at <= before),
                    and_(Wave.state.in_((WaveState.CLOSED, WaveState.AUDITED)), Wave.closed_at <= before),
                ),
            )
            .order_by(Wave.id)
        )
    )


def waves_to_forget(now: datetime) -> list[int]:
    """Waves that closed or were withdrawn so long ago that nobody needs to know who was invited."""
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
