"""Checks what must hang together inside a course and between courses: ids, links, languages, goals."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from tbblearn.courses.findings import Findings, said
from tbblearn.courses.folders import CourseFiles, ModuleFiles
from tbblearn.courses.kinds import LISTS, written_items
from tbblearn.courses.parts import Part, ScreenSource
from tbblearn.courses.reading import Entry
from tbblearn.courses.rules import LANGUAGES, Draw

ID_NAMES = {"choices": "choice id", "options": "option id", "rows": "row id", "steps": "step id"}

MOST_NAMED = 10
"""Names that a fault lists to choose from."""


def check_references(course: CourseFiles, courses: Mapping[str, CourseFiles], findings: Findings) -> None:
    """Find every reference of `course` that leads nowhere, and every id that is used twice."""
    _check_ids(course, findings)
    _check_course_file(course, courses, findings)
    _check_changes(course, findings)
    for module in course.modules:
        _check_languages(module, findings)
        for part in module.parts.values():
            _check_links(part, course, findings)
    _check_practice(course, findings)
    _check_question_references(course, findings)
    _check_cases(course, findings)
    _check_terms_used(course, findings)


def _close(wanted: str, known: Iterable[str]) -> str:
    """How to mend a name that nothing has."""
    names = sorted(name for name in known if name)
    close = get_close_matches(wanted, names, n=1)
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


def _check_languages(module: ModuleFiles, findings: Findings) -> None:
    for part in module.parts.values():
        seen: dict[str, int] = {}
        for screen in part.screens:
            if screen.id and screen.id in seen:
                findings.fault(
                    part.path,
                    screen.line,
                    said(
                        "the screen id {screen} is used twice, first on line {seen}; rename one",
                        screen=screen.id,
                        seen=seen[screen.id],
                    ),
                )
            seen.setdefault(screen.id, screen.line)
        _report_twice_placeholders(part, findings)
    source = module.parts.get(LANGUAGES[0])
    for language in LANGUAGES[1:]:
        translation = module.parts.get(language)
        if source is not None and translation is not None:
            _compare_screens(source, translation, findings)
            _compare_placeholders(source, translation, findings)


def _report_twice_placeholders(part: Part, findings: Findings) -> None:
    seen: set[str] = set()
    for placeholder in part.placeholders():
        if placeholder.shape.id in seen:
            findings.fault(
                part.path,
                placeholder.line,
                said("the placeholder id {placeholder} is used twice; rename one", placeholder=placeholder.shape.id),
            )
        seen.add(placeholder.shape.id)


def _compare_screens(source: Part, translation: Part, findings: Findings) -> None:
    theirs = {screen.id: screen for screen in translation.screens if screen.id}
    ours = {screen.id: screen for screen in source.screens if screen.id}
    for missing in ours.keys() - theirs.keys():
        findings.fault(
            translation.path,
            1,
            said(
                "the screen {missing} is missing here (it is in {name}:{line}); translate it",
                missing=missing,
                name=source.path.name,
                line=ours[missing].line,
            ),
        )
    for extra in theirs.keys() - ours.keys():
        findings.fault(
            translation.path,
            theirs[extra].line,
            said(
                "the screen {extra} is not in {name}; use the same id in every language, or remove it",
                extra=extra,
                name=source.path.name,
            ),
        )
    both = [screen for screen in source.screens if screen.id in theirs]
    for expected, found in zip(both, (screen for screen in translation.screens if screen.id in ours), strict=False):
        if expected.id != found.id:
            findings.fault(
                translation.path,
                found.line,
                said(
                    "the screen {expected} comes here in {name}; keep the same order in every language",
                    expected=expected.id,
                    name=source.path.name,
                ),
            )
            break
    for screen in both:
        _compare_practice(screen, theirs[screen.id], source, translation, findings)
        _compare_films(screen, theirs[screen.id], source, translation, findings)


def _compare_practice(
    screen: ScreenSource, translated: ScreenSource, source: Part, translation: Part, findings: Findings
) -> None:
    ours, theirs = ([practice.text for practice in one.practices] for one in (screen, translated))
    if ours != theirs:
        findings.fault(
            translation.path,
            translated.practices[0].line if translated.practices else translated.line,
            said(
                "the screen {screen} must have the same practice questions in the same order as {name} ({ours})",
                screen=screen.id,
                name=source.path.name,
                ours=", ".join(ours) or said("none"),
            ),
        )


def _compare_films(
    screen: ScreenSource, translated: ScreenSource, source: Part, translation: Part, findings: Findings
) -> None:
    """A film is in every language with its own captions: what is read in them is written in that language."""
    if len(screen.films) != len(translated.films):
        findings.fault(
            translation.path,
            translated.films[0].line if translated.films else translated.line,
            said(
                "the screen {screen} has {count} films here and {ours} in {name}; show the same ones",
                screen=screen.id,
                count=len(translated.films),
                ours=len(screen.films),
                name=source.path.name,
            ),
        )
    for ours, theirs in zip(screen.films, translated.films, strict=False):
        if ours.shape.captions == theirs.shape.captions:
            findings.fault(
                translation.path,
                theirs.line,
                said(
                    "the captions {file} are those of {name}; translate them into a file of their own",
                    file=theirs.shape.captions,
                    name=source.path.name,
                ),
            )


def _compare_placeholders(source: Part, translation: Part, findings: Findings) -> None:
    ours = {placeholder.shape.id: placeholder for placeholder in source.placeholders()}
    theirs = {placeholder.shape.id: placeholder for placeholder in translation.placeholders()}
    for missing in ours.keys() - theirs.keys():
        findings.fault(
            translation.path,
            1,
            said(
                "the placeholder {missing} is missing here (it is in {name}:{line}); add it",
                missing=missing,
                name=source.path.name,
                line=ours[missing].line,
            ),
        )
    for extra in theirs.keys() - ours.keys():
        findings.fault(
            translation.path,
            theirs[extra].line,
            said(
                "the placeholder {extra} is not in {name}; add it there or remove it here",
                extra=extra,
                name=source.path.name,
            ),
        )
    for both in ours.keys() & theirs.keys():
        one, other = ours[both].shape, theirs[both].shape
        if (one.due, one.blocking, one.waived is None) != (other.due, other.blocking, other.waived is None):
            findings.fault(
                translation.path,
                theirs[both].line,
                said(
                    "the placeholder {placeholder} must have the same due, blocking and waived as in {name}",
                    placeholder=both,
                    name=source.path.name,
                ),
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
