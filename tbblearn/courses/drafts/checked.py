"""A draft as its pages need it: read in a moment, then checked with no transaction open."""

from dataclasses import dataclass
from datetime import datetime

from tbblearn.courses.drafts.checking import CheckedUpload, check_upload
from tbblearn.courses.drafts.queries import DraftRow, packed_draft
from tbblearn.courses.edition import Edition
from tbblearn.courses.rules import NoSuchDraft
from tbblearn.db import read_only


@dataclass(frozen=True)
class CheckedDraft:
    """An editor's draft with what the check says of it."""

    row: DraftRow
    checked: CheckedUpload

    def edition(self, slug: str) -> Edition:
        """One course of the draft. Raises NoSuchDraft where the draft has faults or holds no such course."""
        course = self.checked.courses.get(slug)
        if course is None or course.edition is None:
            raise NoSuchDraft(self.row.id)
        return course.edition


def checked_draft(draft_id: int, person_id: int, now: datetime) -> CheckedDraft:
    """One of the editor's drafts, checked. Raises NoSuchDraft. Call it before anything else is read."""
    with read_only():
        found = packed_draft(draft_id, person_id, now)
    return CheckedDraft(found.row, check_upload(found.packed))
