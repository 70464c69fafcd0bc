"""Checks that a part holds the same in every language: screens, practice questions, films and placeholders."""

from tbblearn.courses.files.findings import Findings, said
from tbblearn.courses.files.folders import ModuleFiles
from tbblearn.courses.files.parts import Part, ScreenSource
from tbblearn.courses.rules import LANGUAGES


def check_languages(module: ModuleFiles, findings: Findings) -> None:
    """Find what one language of a part has and another lacks, and ids that a part uses twice."""
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
