"""Checks a folder of courses: the whole of it, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from tbblearn.courses.checks.balance import Balance, key_balance
from tbblearn.courses.checks.questions import check_questions
from tbblearn.courses.checks.references import check_references
from tbblearn.courses.checks.wording import note_wording
from tbblearn.courses.files.findings import Finding, Findings, phrase
from tbblearn.courses.files.folders import CourseFiles, read_courses
from tbblearn.courses.rules import LANGUAGES

WAITS = "the placeholder {id} waits for {owner} until {due}: {needed}"
WAIVED = "{wants} (waived by {role})"


@dataclass(frozen=True)
class Report:
    """What a check found. `courses` may be published only if there are no faults."""

    courses: Mapping[str, CourseFiles]
    faults: list[Finding]
    notes: list[Finding]
    balances: Mapping[str, Balance]


class Placeholders(Enum):
    """How to treat placeholders that are neither filled nor waived; a blocking one cannot be waived."""

    NOTES = auto()
    BLOCKING_ARE_FAULTS = auto()
    FAULTS = auto()


def check(root: Path, placeholders: Placeholders = Placeholders.NOTES) -> Report:
    """Check every course in the folder `root`."""
    findings = Findings()
    courses = read_courses(root, findings)
    for course in courses.values():
        check_references(course, courses, findings)
        check_questions(course, findings)
        _list_placeholders(course, findings, placeholders)
        note_wording(course, findings)
    balances = {slug: key_balance(course) for slug, course in courses.items()}
    return Report(courses, findings.faults, findings.notes, balances)


def _list_placeholders(course: CourseFiles, findings: Findings, allowed: Placeholders) -> None:
    for module in course.modules:
        for language, part in module.parts.items():
            for placeholder in part.placeholders():
                shape = placeholder.shape
                wants = phrase(WAITS, id=shape.id, owner=shape.owner, due=shape.due, needed=shape.needed)
                is_fault = shape.blocking if allowed is Placeholders.BLOCKING_ARE_FAULTS else shape.is_open
                if is_fault and allowed is not Placeholders.NOTES:
                    mend = phrase("fill it" if shape.blocking else "fill it, or let a named role waive it")
                    findings.fault(
                        part.path, placeholder.line, "{wants}; {mend} before production", wants=wants, mend=mend
                    )
                elif language == LANGUAGES[0]:
                    if shape.waived is not None and not shape.is_open:
                        wants = phrase(WAIVED, wants=wants, role=shape.waived.role)
                    findings.note(part.path, placeholder.line, wants)
