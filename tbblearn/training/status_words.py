"""Statuses in words, for files and sentences; pages use the component `web/components/tag.html` (words.md 2)."""

from flask_babel import gettext as _

from tbblearn.training.rules import Status


def status_words(status: Status) -> str:
    """What a manager reads; `failed_may_retry` reads as under way."""
    return {
        Status.NOT_REQUIRED: _("Krävs inte"),
        Status.COMPLETED: _("Genomförd"),
        Status.COMPLETED_LATE: _("Genomförd efter sista dag"),
        Status.EXEMPT: _("Undantagen"),
        Status.ON_LEAVE: _("Pausad"),
        Status.NOT_YET_OPEN: _("Inte öppen än"),
        Status.MISSED: _("Inte genomförd"),
        Status.OVERDUE: _("Försenad"),
        Status.IN_GRACE: _("Tilläggstid"),
        Status.DUE_SOON: _("Sista dag snart"),
        Status.FAILED_MAY_RETRY: _("Pågår"),
        Status.IN_PROGRESS: _("Pågår"),
        Status.NOT_STARTED: _("Inte påbörjad"),
    }[status]
