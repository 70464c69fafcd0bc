"""Checks a folder of courses: the whole of it, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path

from tbblearn.courses.checks.audience import check_audience
from tbblearn.courses.checks.balance import Balance, key_balance
from tbblearn.courses.checks.overview import Overview, overview
from tbblearn.courses.checks.questions import check_questions
from tbblearn.courses.checks.references import check_references
from tbblearn.courses.checks.sources import check_sources
from tbblearn.courses.checks.wording import note_wording
from tbblearn.courses.files.findings import Finding, Findings, phrase
from tbblearn.courses.files.folders import CourseFiles, read_courses
from tbblearn.courses.files.parts import Part
from tbblearn.courses.rules import LANGUAGES, Level
from tbblearn.db import stockholm_date, utc_now

WAITS = "the placeholder {id} waits for {owner} until {due}: {needed}"
REVIEW = "{by} is to review the part before production, by {due}: {of}"
WAIVED = "{wants} (waived by {role})"

MOST_PLACEHOLDERS, MOST_IN_BASE = 6, 8
"""Open placeholders that a reader can bear in a course."""


@dataclass(frozen=True)
class Report:
    """What a check found. `courses` may be published only if there are no faults."""

    courses: Mapping[str, CourseFiles]
    faults: list[Finding]
    notes: list[Finding]
    balances: Mapping[str, Balance]
    overviews: Mapping[str, Overview]


class Placeholders(Enum):
    """How to treat placeholders that are neither filled nor waived; a blocking one cannot be waived."""

    NOTES = auto()
    BLOCKING_ARE_FAULTS = auto()
    FAULTS = auto()


def check(root: Path, placeholders: Placeholders = Placeholders.NOTES, *, today: date | None = None) -> Report:
    """Check every course in the folder `root`; sources grow old by `today`, the present day unless given."""
    on = today or stockholm_date(utc_now())
    findings = Findings()
    courses = read_courses(root, findings)
    for course in courses.values():
        check_references(course, courses, findings)
        check_questions(course, findings)
        check_sources(course, on, findings)
        check_audience(course, courses, findings)
        _list_placeholders(course, findings, placeholders)
        _count_placeholders(course, findings)
        _list_reviews(course, findings, placeholders)
        note_wording(course, findings)
    balances = {slug: key_balance(course) for slug, course in courses.items()}
    overviews = {slug: overview(course, on) for slug, course in courses.items()}
    return Report(courses, findings.faults, findings.notes, balances, overviews)


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


def _list_reviews(course: CourseFiles, findings: Findings, allowed: Placeholders) -> None:
    """What somebody with the right knowledge is to read first: a note until production."""
    if course.shape is None:
        return
    for module, entry in zip(course.shape.modules, course.document.top.entries("modules"), strict=True):
        review = module.review
        if review is not None and review.done_on is None:
            find = findings.fault if allowed is Placeholders.FAULTS else findings.note
            find(*entry.at("review"), REVIEW, by=review.by, of=review.of, due=review.due)


def _count_placeholders(course: CourseFiles, findings: Findings) -> None:
    """Find sections that are mostly holes, and note a course with too many; waived ones are not shown."""
    total = 0
    for module in course.modules:
        for language, part in module.parts.items():
            shown = _crowded(part, findings, is_fault=course.sources is not None)
            total += shown if language == LANGUAGES[0] else 0
    in_base = course.document.top.text("level") == Level.BASE
    if total > (most := MOST_IN_BASE if in_base else MOST_PLACEHOLDERS):
        message = "the course has {count} open placeholders, at most {most}; write or drop some"
        findings.note(course.file, 1, message, count=total, most=most)


def _crowded(part: Part, findings: Findings, *, is_fault: bool) -> int:
    """How many open placeholders a part has. A course that has no `sources.yaml` yet may have two in a section."""
    total = 0
    for screen in part.screens:
        shown = [placeholder for placeholder in screen.placeholders if placeholder.shape.is_open]
        total += len(shown)
        for placeholder in shown[1:]:
            message = "a second open placeholder in the section {screen}; keep one, or write one of the texts"
            say = findings.fault if is_fault else findings.note
            say(part.path, placeholder.line, message, screen=screen.id)
    return total
