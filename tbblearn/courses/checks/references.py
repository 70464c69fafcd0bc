"""Checks references within a course and between courses: ids, links, languages, goals."""

from collections.abc import Iterator, Mapping

from tbblearn.courses.checks.languages import check_languages
from tbblearn.courses.checks.names import demand_known, report_twice
from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.files.parts import Part
from tbblearn.courses.files.question_kind import LISTS
from tbblearn.courses.kinds import written_items
from tbblearn.courses.rules import Draw

NO_COURSE = "there is no other course {course}; {mend}"
NO_PART = "there is no part {part}; {mend}"
NO_GOAL = "the course {course} has no goal {goal}; {mend}"
NO_SCREEN = "there is no screen {screen}; {mend}"

ID_NAMES = {"choices": "choice id", "options": "option id", "rows": "row id", "steps": "step id"}


def check_references(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    """Find every broken reference in `course`, and every duplicate id."""
    _check_ids(course, findings)
    _check_course_file(course, courses, findings)
    _check_taught(course, courses, findings)
    _check_changes(course, findings)
    for module in course.modules:
        check_languages(module, findings)
        for part in module.parts.values():
            _check_links(part, course, findings)
    _check_practice(course, findings)
    _check_question_references(course, findings)
    _check_cases(course, findings)
    _check_terms_used(course, findings)


def _check_ids(course: CourseFiles, findings: Findings) -> None:
    top = course.document.top
    report_twice(top.entries("goals"), "id", "goal id", findings)
    report_twice(top.entries("modules"), "id", "part id", findings)
    report_twice(top.entries("modules"), "folder", "folder", findings)
    report_twice(top.entries("changes"), "id", "change id", findings)
    questions = [*course.questions(), *course.practice()]
    report_twice(questions, "id", "question id", findings)
    for question in questions:
        for key in LISTS:
            report_twice(question.entries(key), "id", ID_NAMES[key], findings)
    report_twice(course.cases(), "id", "case id", findings)
    if course.glossary is not None:
        report_twice(course.glossary.top.entries("terms"), "id", "term id", findings)
    if course.sources is not None:
        report_twice(course.sources.top.entries("sources"), "id", "source id", findings)


def _check_course_file(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    top = course.document.top
    slug = top.text("id")
    if slug is not None and slug != course.slug:
        message = "the id {slug} must be the folder's name, {folder}; rename one of them"
        findings.fault(*top.at("id"), message, slug=slug, folder=course.slug)
    modules = {module.id for module in course.modules}
    asked = {question.text("goal") for question in course.questions()}
    for goal in top.entries("goals"):
        part, name = goal.text("module"), goal.text("id")
        demand_known(part, modules, goal.at("module"), NO_PART, findings, part=part)
        if name not in asked and not course.has_unreadable_quiz:
            message = "the goal {goal} has no question; write one in a quiz.yaml with this goal"
            findings.fault(*goal.at("id"), message, goal=name)
    others = [other for other in courses if other != course.slug]
    for satisfied, line in top.texts("satisfies"):
        demand_known(satisfied, others, (course.file, line), NO_COURSE, findings, course=satisfied)
    for borrowed in top.entry("quiz").entries("include"):
        lender = borrowed.text("course")
        demand_known(lender, others, borrowed.at("course"), NO_COURSE, findings, course=lender)
        goals = courses[lender].goals() if lender in others else {}
        for name, line in borrowed.texts("goals") if lender in others else ():
            demand_known(name, goals, (course.file, line), NO_GOAL, findings, course=lender, goal=name)


def _check_taught(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    """Whoever takes a course that counts as another learns all that the other teaches."""
    top, screens = course.document.top, _screen_paths(course)
    satisfied = dict(top.texts("satisfies"))
    taught = set()
    for one in top.entries("teaches"):
        other, goal, screen = one.text("course"), one.text("goal"), one.text("screen")
        message = "this course does not count as {other}; {mend}"
        demand_known(other, satisfied, one.at("course"), message, findings, other=other)
        if other in satisfied and other in courses:
            demand_known(goal, courses[other].goals(), one.at("goal"), NO_GOAL, findings, course=other, goal=goal)
        demand_known(screen, screens, one.at("screen"), NO_SCREEN, findings, screen=screen)
        if (other, goal) in taught:
            message = "where the goal {goal} of {course} is taught stands twice; remove one"
            findings.fault(*one.at("goal"), message, goal=goal, course=other)
        taught.add((other, goal))
    for other, line in satisfied.items():
        goals = courses[other].goals() if other in courses else ()
        if untaught := [name for name in goals if (other, name) not in taught]:
            message = "it counts as {course}, so say under teaches: which screen teaches its goals: {goals}"
            findings.fault(course.file, line, message, course=other, goals=", ".join(untaught))


def _check_changes(course: CourseFiles, findings: Findings) -> None:
    modules = {module.id for module in course.modules}
    for change in course.document.top.entries("changes"):
        material = change.text("class") == "material"
        counts = change.text("counts")
        if material and counts is None:
            message = "a material change says how it counts; add a line counts: with next_cycle, read or renew"
            findings.fault(*change.at(), message)
        if counts == "renew" and not change.has("renew_by"):
            findings.fault(*change.at("counts"), "renew needs a day; add a line such as renew_by: 2027-05-01")
        if counts != "renew" and change.has("renew_by"):
            findings.fault(*change.at("renew_by"), "renew_by belongs to counts: renew only; remove the line")
        if not material and change.text("class") is not None and counts is not None:
            findings.fault(*change.at("counts"), "counts belongs to a material change only; remove the line")
        for module, line in change.texts("modules"):
            demand_known(module, modules, (course.file, line), NO_PART, findings, part=module)


def _check_links(part: Part, course: CourseFiles, findings: Findings) -> None:
    screens, terms = _screen_paths(course), course.terms()
    for link in (link for screen in part.screens for link in screen.links):
        kind, _, target = link.text.partition(":")
        where = part.path, link.line
        if kind == "screen":
            demand_known(target, screens, where, NO_SCREEN, findings, screen=target)
        elif kind == "term":
            message = "there is no word {term} in glossary.yaml; {mend}"
            demand_known(target, terms, where, message, findings, term=target)
        elif not (kind == "https" and target.strip("/") and target.startswith("//")):
            message = "the link {link} leads nowhere; write screen:part/screen, or an address with https://"
            findings.fault(*where, message, link=link.text or "()")


def _check_practice(course: CourseFiles, findings: Findings) -> None:
    known = {question.text("id") or "" for question in course.practice()}
    used = set()
    for part in _parts(course):
        for practice in (practice for screen in part.screens for practice in screen.practices):
            used.add(practice.text)
            if not course.has_unreadable_quiz:
                message = "there is no practice question {practice}; {mend}"
                where = part.path, practice.line + 1
                demand_known(practice.text, known, where, message, findings, practice=practice.text)
    for module in course.modules:
        for question in module.practice():
            if (name := question.text("id")) not in used:
                message = "no screen of {slug} shows the practice question {question} (part {module})"
                findings.note(*question.at("id"), message, slug=course.slug, question=name, module=module.id)


def _parts(course: CourseFiles) -> Iterator[Part]:
    for module in course.modules:
        yield from module.parts.values()


def _screen_paths(course: CourseFiles) -> set[str]:
    """The screens that some language has, as links name them: part/screen."""
    return {
        f"{module.id}/{screen.id}"
        for module in course.modules
        for part in module.parts.values()
        for screen in part.screens
    }


def _check_question_references(course: CourseFiles, findings: Findings) -> None:
    goals, screens = course.goals(), _screen_paths(course)
    message = "there is no goal {goal} in course.yaml; {mend}"
    for question in [*course.questions(), *course.practice()]:
        goal = question.text("goal")
        demand_known(goal, goals, question.at("goal"), message, findings, goal=goal)
        for choice in written_items(question):
            read = choice.text("read")
            demand_known(read, screens, choice.at("read"), NO_SCREEN, findings, screen=read)


def _check_cases(course: CourseFiles, findings: Findings) -> None:
    """With one question drawn per goal, a case with two questions on a goal could never be drawn whole."""
    if course.document.top.entry("quiz").text("draw") != Draw.ONE_PER_GOAL:
        return
    for case in course.cases():
        asked: set[str] = set()
        for question in case.entries("questions"):
            goal = question.text("goal")
            if goal is not None and goal in asked:
                message = (
                    "the case {name} asks twice on the goal {goal}; one question a goal is drawn, so give each its own"
                )
                findings.fault(*question.at("goal"), message, name=case.text("id"), goal=goal)
            asked.add(goal or "")


def _check_terms_used(course: CourseFiles, findings: Findings) -> None:
    used = {link.text for part in _parts(course) for screen in part.screens for link in screen.links}
    for name, term in course.terms().items():
        if f"term:{name}" not in used:
            message = "no screen leads to the word {term}; link to it with [words](term:{term})"
            findings.note(*term.at("id"), message, term=name)
