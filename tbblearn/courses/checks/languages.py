"""Checks that a part is the same in every language: screens, practice questions, films and placeholders."""

from collections.abc import Mapping

from tbblearn.courses.files.findings import Findings, phrase
from tbblearn.courses.files.folders import ModuleFiles
from tbblearn.courses.files.format import PlaceholderShape
from tbblearn.courses.files.parts import Part, Placeholder, ScreenSource
from tbblearn.courses.rules import LANGUAGES


def check_languages(module: ModuleFiles, findings: Findings) -> None:
    """Find what one language of a part has and another lacks, and ids that a part uses twice."""
    for part in module.parts.values():
        screens: dict[str, int] = {}
        for screen in part.screens:
            if screen.id and screen.id in screens:
                message = "the screen id {screen} is used twice, first on line {seen}; rename one"
                findings.fault(part.path, screen.line, message, screen=screen.id, seen=screens[screen.id])
            screens.setdefault(screen.id, screen.line)
        placeholders: set[str] = set()
        for placeholder in part.placeholders():
            name = placeholder.shape.id
            if name in placeholders:
                message = "the placeholder id {placeholder} is used twice; rename one"
                findings.fault(part.path, placeholder.line, message, placeholder=name)
            placeholders.add(name)
    source = module.parts.get(LANGUAGES[0])
    for language in LANGUAGES[1:]:
        translation = module.parts.get(language)
        if source is not None and translation is not None:
            _Comparison(source, translation, findings).compare()


class _Comparison:
    """A part in its source language against a translation."""

    def __init__(self, source: Part, translation: Part, findings: Findings) -> None:
        self._source = source
        self._translation = translation
        self._findings = findings

    def compare(self) -> None:
        self._screens()
        self._placeholders()

    def _fault(self, line: int, message: str, /, **values: object) -> None:
        self._findings.fault(self._translation.path, line, message, name=self._source.path.name, **values)

    def _in_both(
        self,
        ours: Mapping[str, ScreenSource | Placeholder],
        theirs: Mapping[str, ScreenSource | Placeholder],
        missing: str,
        extra: str,
    ) -> None:
        """Find what only one of the languages has; `missing` and `extra` are the templates for it."""
        for name in ours.keys() - theirs.keys():
            self._fault(1, missing, missing=name, line=ours[name].line)
        for name in theirs.keys() - ours.keys():
            self._fault(theirs[name].line, extra, extra=name)

    def _screens(self) -> None:
        ours, theirs = ({one.id: one for one in part.screens if one.id} for part in (self._source, self._translation))
        self._in_both(
            ours,
            theirs,
            "the screen {missing} is missing here (it is in {name}:{line}); translate it",
            "the screen {extra} is not in {name}; use the same id in every language, or remove it",
        )
        both = [screen for screen in self._source.screens if screen.id in theirs]
        translated = (screen for screen in self._translation.screens if screen.id in ours)
        for expected, found in zip(both, translated, strict=False):
            if expected.id != found.id:
                message = "the screen {expected} comes here in {name}; keep the same order in every language"
                self._fault(found.line, message, expected=expected.id)
                break
        for screen in both:
            if screen.service is not theirs[screen.id].service:
                message = "the screen {screen} is for another service in {name}; write the same service="
                self._fault(theirs[screen.id].line, message, screen=screen.id)
            self._practice(screen, theirs[screen.id])
            self._films(screen, theirs[screen.id])

    def _practice(self, screen: ScreenSource, translated: ScreenSource) -> None:
        ours, theirs = ([practice.text for practice in one.practices] for one in (screen, translated))
        if ours != theirs:
            message = "the screen {screen} must have the same practice questions in the same order as {name} ({ours})"
            line = translated.practices[0].line if translated.practices else translated.line
            self._fault(line, message, screen=screen.id, ours=", ".join(ours) or phrase("none"))

    def _films(self, screen: ScreenSource, translated: ScreenSource) -> None:
        """A film is in every language with its own captions: what is read in them is written in that language."""
        ours, theirs = screen.films, translated.films
        if len(ours) != len(theirs):
            message = "the screen {screen} has {count} films here and {ours} in {name}; show the same ones"
            line = theirs[0].line if theirs else translated.line
            self._fault(line, message, screen=screen.id, count=len(theirs), ours=len(ours))
        for one, other in zip(ours, theirs, strict=False):
            if one.shape.captions == other.shape.captions:
                message = "the captions {file} are those of {name}; translate them into a file of their own"
                self._fault(other.line, message, file=other.shape.captions)

    def _placeholders(self) -> None:
        ours, theirs = (
            {placeholder.shape.id: placeholder for placeholder in part.placeholders()}
            for part in (self._source, self._translation)
        )
        self._in_both(
            ours,
            theirs,
            "the placeholder {missing} is missing here (it is in {name}:{line}); add it",
            "the placeholder {extra} is not in {name}; add it there or remove it here",
        )
        for both in ours.keys() & theirs.keys():
            one, other = ours[both].shape, theirs[both].shape
            if _alike(one) != _alike(other):
                message = "{placeholder} must have the same due, blocking, until and waived as in {name}"
                self._fault(theirs[both].line, message, placeholder=both)


def _alike(shape: PlaceholderShape) -> tuple[object, ...]:
    """What a placeholder has alike in every language."""
    return shape.due, shape.blocking, shape.until is None, shape.waived is None
