"""Statuses in words, for files and sentences; pages also use `web/components/tag.html`."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tbblearn.training.rules import Progress, Urgency
from tbblearn.training.standing.counts import Coverage
from tbblearn.web.language import day, number

_PROGRESS = {
    Progress.NOT_REQUIRED: _l("Krävs inte"),
    Progress.COMPLETED: _l("Genomförd"),
    Progress.COMPLETED_LATE: _l("Genomförd efter sista dag"),
    Progress.EXEMPT: _l("Undantagen"),
    Progress.ON_LEAVE: _l("Pausad"),
    Progress.NOT_YET_OPEN: _l("Inte öppen än"),
    Progress.MISSED: _l("Inte genomförd"),
    Progress.FAILED_MAY_RETRY: _l("Pågår"),
    Progress.IN_PROGRESS: _l("Pågår"),
    Progress.NOT_STARTED: _l("Inte påbörjad"),
}
_URGENCY = {
    Urgency.NONE: _l("Inte bråttom än"),
    Urgency.DUE_SOON: _l("Sista dag snart"),
    Urgency.IN_GRACE: _l("Tilläggstid"),
    Urgency.OVERDUE: _l("Försenad"),
}


def progress_words(progress: Progress) -> str:
    """Progress as a manager sees it: `failed_may_retry` reads as in progress."""
    return str(_PROGRESS[progress])


def urgency_words(urgency: Urgency) -> str:
    """Urgency as a category, without dates."""
    return str(_URGENCY[urgency])


def coverage_words(coverage: Coverage) -> str:
    """Whom the figures over several huvudmän cover, and which huvudmän they leave out."""
    about = _(
        "Siffrorna gäller %(adopted)s av %(huvudmen)s huvudmän, %(staff)s av %(of_staff)s anställda.",
        adopted=number(coverage.adopted),
        huvudmen=number(coverage.huvudmen),
        staff=number(coverage.staff),
        of_staff=number(coverage.of_staff),
    )
    if not coverage.missing:
        return about
    missing = _("Inte beslutat i %(names)s.", names=listed(coverage.missing))
    return f"{about} {missing}"


def how_urgent(urgency: Urgency, due_on: date | None, grace_until_on: date | None, today: date) -> str:
    """How urgent one task is, with its date; empty where it is not urgent."""
    if due_on is None or grace_until_on is None or urgency is Urgency.NONE:
        return ""
    match urgency:
        case Urgency.DUE_SOON:
            left = (due_on - today).days
            if left == 0:
                return _("sista dag i dag")
            return ngettext("sista dag om %(num)s dag", "sista dag om %(num)s dagar", left)
        case Urgency.IN_GRACE:
            return _("tilläggstid till %(date)s", date=day(grace_until_on))
        case Urgency.OVERDUE:
            return _("försenad sedan %(date)s", date=day(grace_until_on + timedelta(days=1)))


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    *first, last = names
    return _("%(first)s och %(last)s", first=", ".join(first), last=last) if first else last
