"""What is new in a course since somebody took it."""

from collections.abc import Sequence

from tbblearn.courses.queries import VersionRow
from tbblearn.courses.rules import Change, ChangeClass, Course


def new_since(course: Course, published: Sequence[VersionRow], version: int) -> tuple[Change, ...]:
    """The material changes published after `version`, the newest first.

    `published` are the course's versions, each with the ids of the changes that were new in it.
    """
    later = {change_id for row in published if row.number > version for change_id in row.changes}
    return tuple(
        change for change in course.changes if change.id in later and change.change_class is ChangeClass.MATERIAL
    )
