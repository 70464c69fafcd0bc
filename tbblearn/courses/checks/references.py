"""Checks what must hang together inside a course and between courses: ids, links, languages, goals."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from tbblearn.courses.checks.languages import check_languages
from tbblearn.courses.files.findings import Findings, said
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.parts import Part
from tbblearn.courses.files.question_kind import LISTS
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.kinds import written_items
from tbblearn.courses.rules import Draw

ID_NAMES = {"choices": "choice id", "options": "option id", "rows": "row id", "steps": "step id"}

MOST_NAMED = 10
"""Names that a fault lists to choose from."""

MOST_COMPARED, LONGEST_COMPARED = 300, 100
"""Names, and letters of one, among which the nearest is looked for: the time grows with both."""


def check_references(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    """Find every reference of `course` that leads nowhere, and every id that is used twice."""
    _check_ids(course, findings)
    _check_course_file(course, courses, findings)
    _check_changes(course, findings)
    for module in course.modules:
        check_languages(module, findings)
        for part in module.parts.values():
            _check_links(part, course, findings)
    _check_practice(course, findings)
    _check_question_references(course, findings)
    _check_cases(course, findings)
    _check_terms_used(course, findings)


def _close(wanted: str, known: Iterable[str]) -> str:
    """How to mend a name that nothing has."""
    names = sorted(name for name in known if name)
    close = get_close_matches(wanted[:LONGEST_COMPARED], names[:MOST_COMPARED], n=1)
    if close:
        return said("did you mean {close}?", close=close[0])
    if not names:
        return said("there is none yet")
    listed = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        return said("known: {names} and {more} more", names=listed, more=len(names) - MOST_NAMED)
    return said("known: {names}", names=listed)


def _report_twice(entries: Iterable[Entry], key: str, what: str, findings: Findings) -> None:
    first: dict[str, str] = {}
    for entry in entries:
        name = entry.text(key)
        if name is None:
            continue
        place = f"{entry.document.path.parent.name}/{entry.document.path.name}:{entry.line(key)}"
        if name in first:
            findings.fault(
                entry.document.path,
                entry.line(key),
                said(
                    "the {what} {name} is used twice, first in {first}; rename one",
                    what=said(what),
                    name=name,
                    first=first[name],
                ),
            )
        else:
            first[name] = place


def _check_ids(course: CourseFiles, findings: Findings) -> None:
    top = course.document.top
    _report_twice(top.entries("goals"), "id", "goal id", findings)
    _report_twice(top.entries("modules"), "id", "part id", findings)
    _report_twice(top.entries("modules"), "folder", "folder", findings)
    _report_twice(top.entries("changes"), "id", "change id", findings)
    questions = [question for _, question in course.questions()] + [question for _, question in course.practice()]
    _report_twice(questions, "id", "question id", findings)
    for question in questions:
        for key in LISTS:
            _report_twice(question.entries(key), "id", ID_NAMES[key], findings)
    _report_twice(course.cases(), "id", "case id", findings)
    if course.glossary is not None:
        _report_twice(course.glossary.top.entries("terms"), "id", "term id", findings)


def _check_course_file(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    top, file = course.document.top, course.file
    slug = top.text("id")
    if slug is not None and slug != course.slug:
        findings.fault(
            file,
            top.line("id"),
            said(
                "the id {slug} must be the folder's name, {folder}; rename one of them", slug=slug, folder=course.slug
            ),
        )
    modules = {module.id for module in course.modules}
    asked = {question.text("goal") for _, question in course.questions()}
    for goal in top.entries("goals"):
        taught_in = goal.text("module")
        if taught_in is not None and taught_in not in modules:
            findings.fault(
                file,
                goal.line("module"),
                said("there is no part {part}; {mend}", part=taught_in, mend=_close(taught_in, modules)),
            )
        if goal.text("id") not in asked and not course.has_unreadable_quiz:
            findings.fault(
                file,
                goal.line("id"),
                said("the goal {goal} has no question; write one in a quiz.yaml with this goal", goal=goal.text("id")),
            )
    others = [other for other in courses if other != course.slug]
    for satisfied, line in top.texts("satisfies"):
        if satisfied not in others:
            findings.fault(
                file,
                line,
                said("there is no other course {course}; {mend}", course=satisfied, mend=_close(satisfied, others)),
            )
    for borrowed in top.entry("quiz").entries("include"):
        _check_borrowed(course, borrowed, courses, findings)


def _check_borrowed(
    course: CourseFiles, borrowed: Entry, courses: Mapping[str, CourseFiles], findings: Findings
) -> None:
    lender_slug = borrowed.text("course")
    if lender_slug is None:
        return
    others = [other for other in courses if other != course.slug]
    if lender_slug not in others:
        findings.fault(
            course.file,
            borrowed.line("course"),
            said("there is no other course {course}; {mend}", course=lender_slug, mend=_close(lender_slug, others)),
        )
        return
    goals = courses[lender_slug].goals()
    for goal, line in borrowed.texts("goals"):
        if goal not in goals:
            findings.fault(
                course.file,
                line,
                said(
                    "the course {course} has no goal {goal}; {mend}",
                    course=lender_slug,
                    goal=goal,
                    mend=_close(goal, goals),
                ),
            )


def _check_changes(course: CourseFiles, findings: Findings) -> None:
    modules = {module.id for module in course.modules}
    for change in course.document.top.entries("changes"):
        material = change.text("class") == "material"
        counts = change.text("counts")
        if material and counts is None:
            findings.fault(
                course.file,
                change.line(),
                "a material change says how it counts; add a line counts: with next_cycle, read or renew",
            )
        if counts == "renew" and not change.has("renew_by"):
            findings.fault(
                course.file,
                change.line("counts"),
                "renew needs a day; add a line such as renew_by: 2027-05-01",
            )
        if counts != "renew" and change.has("renew_by"):
            findings.fault(
                course.file,
                change.line("renew_by"),
                "renew_by belongs to counts: renew only; remove the line",
            )
        if not material and change.text("class") is not None and counts is not None:
            findings.fault(
                course.file,
                change.line("counts"),
                "counts belongs to a material change only; remove the line",
            )
        for module, line in change.texts("modules"):
            if module not in modules:
                findings.fault(
                    course.file,
                    line,
                    said("there is no part {part}; {mend}", part=module, mend=_close(module, modules)),
                )


def _check_links(part: Part, course: CourseFiles, findings: Findings) -> None:
    screens = course.screens()
    for screen in part.screens:
        for link in screen.links:
            kind, _, target = link.text.partition(":")
            if kind == "screen":
                if tuple(target.split("/", 1)) not in screens:
                    known = (f"{module}/{name}" for module, name in screens)
                    findings.fault(
                        part.path,
                        link.line,
                        said("there is no screen {screen}; {mend}", screen=target, mend=_close(target, known)),
                    )
            elif kind == "term":
                if target not in course.terms():
                    findings.fault(
                        part.path,
                        link.line,
                        said(
                            "there is no word {term} in glossary.yaml; {mend}",
                            term=target,
                            mend=_close(target, course.terms()),
                        ),
                    )
            elif not (kind == "https" and len(target.strip("/")) > 0 and target.startswith("//")):
                findings.fault(
                    part.path,
                    link.line,
                    said(
                        "the link {link} leads nowhere; write screen:part/screen, or an address with https://",
                        link=link.text or "()",
                    ),
                )


def _check_practice(course: CourseFiles, findings: Findings) -> None:
    known = {question.text("id") or "" for _, question in course.practice()}
    used = set()
    for part in _parts(course):
        for practice in (practice for screen in part.screens for practice in screen.practices):
            used.add(practice.text)
            if practice.text not in known and not course.has_unreadable_quiz:
                findings.fault(
                    part.path,
                    practice.line + 1,
                    said(
                        "there is no practice question {practice}; {mend}",
                        practice=practice.text,
                        mend=_close(practice.text, known),
                    ),
                )
    for module, question in course.practice():
        if question.text("id") not in used:
            findings.note(
                question.document.path,
                question.line("id"),
                said(
                    "no screen of {slug} shows the practice question {question} (part {module})",
                    slug=course.slug,
                    question=question.text("id"),
                    module=module.id,
                ),
            )


def _parts(course: CourseFiles) -> Iterator[Part]:
    for module in course.modules:
        yield from module.parts.values()


def _check_question_references(course: CourseFiles, findings: Findings) -> None:
    goals, screens = course.goals(), course.screens()
    for _, question in [*course.questions(), *course.practice()]:
        path = question.document.path
        goal = question.text("goal")
        if goal is not None and goal not in goals:
            findings.fault(
                path,
                question.line("goal"),
                said("there is no goal {goal} in course.yaml; {mend}", goal=goal, mend=_close(goal, goals)),
            )
        for _, choice in written_items(question):
            read = choice.text("read")
            if read is not None and tuple(read.split("/", 1)) not in screens:
                known = (f"{module}/{name}" for module, name in screens)
                findings.fault(
                    path,
                    choice.line("read"),
                    said("there is no screen {screen}; {mend}", screen=read, mend=_close(read, known)),
                )


def _check_cases(course: CourseFiles, findings: Findings) -> None:
    """Where one question a goal is drawn, a case that asked twice on a goal could never be drawn whole."""
    if course.document.top.entry("quiz").text("draw") != Draw.ONE_PER_GOAL:
        return
    for case in course.cases():
        asked: set[str] = set()
        for question in case.entries("questions"):
            goal = question.text("goal")
            if goal is not None and goal in asked:
                findings.fault(
                    question.document.path,
                    question.line("goal"),
                    said(
                        "the case {name} asks twice on the goal {goal}; one question a goal is drawn, so give each "
                        "its own",
                        name=case.text("id"),
                        goal=goal,
                    ),
                )
            asked.add(goal or "")


def _check_terms_used(course: CourseFiles, findings: Findings) -> None:
    used = {link.text for part in _parts(course) for screen in part.screens for link in screen.links}
    for name, term in course.terms().items():
        if f"term:{name}" not in used:
            findings.note(
                term.document.path,
                term.line("id"),
                said("no screen leads to the word {term}; link to it with [words](term:{term})", term=name),
            )
