"""What is on a list, in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tbblearn.training.managing.lists import Chosen, Group
from tbblearn.training.rules import Progress, Urgency
from tbblearn.training.standing.words import listed, progress_words
from tbblearn.web.language import number

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


def filter_words(status: Group | Progress) -> str:
    """What a list is filtered by, as its choice reads."""
    return str(_GROUPS[status][0]) if isinstance(status, Group) else progress_words(status)


def list_title(chosen: Chosen) -> str:
    """Vilka är kvar? A heading that says who is on the list, apart from the search."""
    status = chosen.status
    if status is Group.ALL and chosen.urgency is None:
        return filter_words(status)
    clauses = [str(_GROUPS[status][1] if isinstance(status, Group) else _WHO[status])]
    if chosen.urgency is not None:
        urgent = str(_WHO_URGENT[chosen.urgency])
        clauses = [urgent] if isinstance(status, Group) and status is not Group.DONE else [*clauses, urgent]
    return _("Vilka %(are)s?", are=listed(clauses))


def day_words(chosen: Chosen) -> str:
    """The heading of the column of days."""
    return _("Genomförd") if chosen.by_completion else _("Sista dag")


def found_words(chosen: Chosen, total: int, of: int) -> str:
    """How many are on a list; for a search also out of how many."""
    persons = of if chosen.text else total
    counted = ngettext("%(persons)s person", "%(persons)s personer", persons, persons=number(persons))
    if not chosen.text:
        return counted
    return _("Sökningen ”%(q)s” gav %(total)s av %(of)s", q=chosen.text, total=number(total), of=counted)
