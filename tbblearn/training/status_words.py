"""Statuses in words, for files, filters and sentences; pages use `web/components/tag.html` beside it."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tbblearn.training.counts import Coverage
from tbblearn.training.cycles import ONE_DAY
from tbblearn.training.lists import Chosen, Group
from tbblearn.training.rules import Progress, Urgency
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

_GROUPS = {
    Group.LEFT: (_l("Alla som är kvar"), _l("är kvar")),
    Group.DONE: (_l("Alla som är klara"), _l("är klara")),
    Group.ALL: (_l("Alla anställda"), _l("är anställda")),
}
_WHO = {
    Progress.NOT_REQUIRED: _l("omfattas inte"),
    Progress.COMPLETED: _l("är klara i tid"),
    Progress.COMPLETED_LATE: _l("blev klara efter sista dag"),
    Progress.EXEMPT: _l("är undantagna"),
    Progress.ON_LEAVE: _l("är pausade"),
    Progress.NOT_YET_OPEN: _l("kan inte börja än"),
    Progress.MISSED: _l("blev inte klara"),
    Progress.FAILED_MAY_RETRY: _l("har börjat"),
    Progress.IN_PROGRESS: _l("har börjat"),
    Progress.NOT_STARTED: _l("har inte börjat"),
}
_WHO_URGENT = {
    Urgency.NONE: _l("har inte bråttom än"),
    Urgency.DUE_SOON: _l("har sista dag snart"),
    Urgency.IN_GRACE: _l("har tilläggstid"),
    Urgency.OVERDUE: _l("är försenade"),
}


def progress_words(progress: Progress) -> str:
    """How far, as a manager reads it; `failed_may_retry` reads as under way."""
    return str(_PROGRESS[progress])


def urgency_words(urgency: Urgency) -> str:
    """How urgent, of many."""
    return str(_URGENCY[urgency])


def filter_words(status: Group | Progress) -> str:
    """What a list is filtered by, as its choice reads."""
    return str(_GROUPS[status][0]) if isinstance(status, Group) else progress_words(status)


def list_title(chosen: Chosen) -> str:
    """Vilka är kvar? A heading that says whom the list holds, the search apart."""
    status = chosen.status
    if status is Group.ALL and chosen.urgency is None:
        return filter_words(status)
    clauses = [str(_GROUPS[status][1] if isinstance(status, Group) else _WHO[status])]
    if chosen.urgency is not None:
        urgent = str(_WHO_URGENT[chosen.urgency])
        clauses = [urgent] if isinstance(status, Group) and status is not Group.DONE else [*clauses, urgent]
    return _("Vilka %(are)s?", are=_listed(clauses))


def day_words(chosen: Chosen) -> str:
    """The heading of the column of days."""
    return _("Genomförd") if chosen.by_completion else _("Sista dag")


def found_words(chosen: Chosen, total: int, of: int) -> str:
    """How many a list holds; of a search also of how many."""
    if chosen.text:
        return _(
            "Sökningen ”%(q)s” gav %(total)s av %(of)s",
            q=chosen.text,
            total=number(total),
            of=ngettext("%(persons)s person", "%(persons)s personer", of, persons=number(of)),
        )
    return ngettext("%(persons)s person", "%(persons)s personer", total, persons=number(total))


def coverage_words(coverage: Coverage) -> str:
    """Whom the figures over several huvudmän are about, and which of these they leave out."""
    about = _(
        "Siffrorna gäller %(adopted)s av %(huvudmen)s huvudmän, %(staff)s av %(of_staff)s anställda.",
        adopted=number(coverage.adopted),
        huvudmen=number(coverage.huvudmen),
        staff=number(coverage.staff),
        of_staff=number(coverage.of_staff),
    )
    if not coverage.missing:
        return about
    missing = _("Inte beslutat i %(names)s.", names=_listed(coverage.missing))
    return f"{about} {missing}"


def how_urgent(urgency: Urgency, due_on: date | None, grace_until_on: date | None, today: date) -> str:
    """How urgent one task is, with its days; empty where it is not."""
    if due_on is None or grace_until_on is None:
        return ""
    match urgency:
        case Urgency.NONE:
            return ""
        case Urgency.DUE_SOON:
            left = (due_on - today).days
            if left == 0:
                return _("sista dag i dag")
            return ngettext("sista dag om %(num)s dag", "sista dag om %(num)s dagar", left)
        case Urgency.IN_GRACE:
            return _("tilläggstid till %(date)s", date=day(grace_until_on))
        case Urgency.OVERDUE:
            return _("försenad sedan %(date)s", date=day(grace_until_on + ONE_DAY))


def _listed(names: Sequence[str]) -> str:
    """A, B and C."""
    *first, last = names
    return _("%(first)s och %(last)s", first=", ".join(first), last=last) if first else last
