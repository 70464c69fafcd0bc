"""Statuses in words, for files and sentences; pages use the component `web/components/tag.html` (words.md 2)."""

from flask_babel import lazy_gettext as _l

from tbblearn.training.rules import Status

_WORDS = {
    Status.NOT_REQUIRED: _l("Krävs inte"),
    Status.COMPLETED: _l("Genomförd"),
    Status.COMPLETED_LATE: _l("Genomförd efter sista dag"),
    Status.EXEMPT: _l("Undantagen"),
    Status.ON_LEAVE: _l("Pausad"),
    Status.NOT_YET_OPEN: _l("Inte öppen än"),
    Status.MISSED: _l("Inte genomförd"),
    Status.OVERDUE: _l("Försenad"),
    Status.IN_GRACE: _l("Tilläggstid"),
    Status.DUE_SOON: _l("Sista dag snart"),
    Status.FAILED_MAY_RETRY: _l("Pågår"),
    Status.IN_PROGRESS: _l("Pågår"),
    Status.NOT_STARTED: _l("Inte påbörjad"),
}


def status_words(status: Status) -> str:
    """What a manager reads; `failed_may_retry` reads as under way."""
    return str(_WORDS[status])
