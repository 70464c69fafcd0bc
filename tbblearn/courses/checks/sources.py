"""Checks what a course's facts are taken from: that citations lead to a source, and that it is still fresh.

A course without `sources.yaml` is not held to it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tbblearn.courses.checks.names import demand_known
from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.rules import GRADED
from tbblearn.courses.vocabulary import cited_source


class Citation(NamedTuple):
    """The id of a source, where it is cited, and whether a question of the quiz rests on it."""

    source: str
    where: tuple[Path, int]
    is_graded: bool


def check_sources(course: CourseFiles, today: date, findings: Findings) -> None:
    """Find what cites no known source, or grades by an unsure one; note sources that are past their day or not used."""
    if course.sources is None:
        return
    known = course.source_entries()
    graded = {str(certainty) for certainty in GRADED}
    citations = list(cited(course))
    for citation in citations:
        message = "there is no source {source} in sources.yaml; {mend}"
        demand_known(citation.source, known, citation.where, message, findings, source=citation.source)
        certainty = known[citation.source].text("certainty") if citation.source in known else None
        if citation.is_graded and certainty is not None and certainty not in graded:
            message = "a question is graded by county, law or official only, and {source} is {certainty}"
            findings.fault(*citation.where, message, source=citation.source, certainty=certainty)
    times = Counter(citation.source for citation in citations)
    for name, source in known.items():
        if not times[name]:
            findings.note(*source.at("id"), "nothing cites the source {source}; cite it or remove it", source=name)
    _check_days(course, times, today, findings)


def _check_days(course: CourseFiles, times: Counter[str], today: date, findings: Findings) -> None:
    if course.sources is None or course.sources_shape is None:
        return
    entries = course.sources.top.entries("sources")
    for entry, shape in zip(entries, course.sources_shape.sources, strict=True):
        if shape.again_on <= shape.read_on:
            findings.fault(*entry.at("again_on"), "again_on must come after read_on; write the day to read it again")
        if shape.read_on > today:
            findings.note(*entry.at("read_on"), "read_on lies ahead; write the day on which the source was read")
        if shape.again_on <= today:
            message = "{source} was to be read again by {day}; read it, mend what cites it ({times}) and write new days"
            findings.note(*entry.at("again_on"), message, source=shape.id, day=shape.again_on, times=times[shape.id])


def cited(course: CourseFiles) -> Iterator[Citation]:
    """Every citation in the course: those of its parts, its questions and its glossary."""
    for module in course.modules:
        for part in module.parts.values():
            for found in (found for screen in part.screens for found in screen.sources):
                yield Citation(found.text, (part.path, found.line), is_graded=False)
    for question in course.questions():
        yield from _of_entry(question, is_graded=True)
    for entry in [*course.practice(), *course.terms().values()]:
        yield from _of_entry(entry, is_graded=False)


def _of_entry(entry: Entry, *, is_graded: bool) -> Iterator[Citation]:
    if (one := entry.text("source")) is not None:
        yield Citation(cited_source(one), entry.at("source"), is_graded)
    for text, line in entry.texts("source"):
        yield Citation(cited_source(text), (entry.document.path, line), is_graded)


def unsourced(course: CourseFiles) -> list[str]:
    """The ids of the quiz questions that cite no source of `sources.yaml`, or an unsure one."""
    graded = {name for name, source in course.source_entries().items() if source.text("certainty") in GRADED}
    found = []
    for question in course.questions():
        citations = list(_of_entry(question, is_graded=True))
        if not citations or any(citation.source not in graded for citation in citations):
            found.append(question.text("id") or "")
    return found
