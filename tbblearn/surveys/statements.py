"""The statements of an instrument as a piece of a page. Without answers it is the same for all, and cached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from flask import current_app
from flask_babel import gettext as _

from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.rules import Item, TranslationStatus
from tbblearn.web.language import page_language


@dataclass(frozen=True)
class Shown:
    """A statement as it is read, with the words of its choices."""

    code: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Statements:
    """All statements in the page's language, made into HTML when the page is rendered, outside the transaction."""

    instrument: str
    version: str
    programme: str
    answers: Mapping[str, str] = field(default_factory=dict)

    def __html__(self) -> str:
        language = page_language()
        if self.answers:
            return _rendered(self.instrument, self.version, language, self.programme, self.answers)
        return _blank(self.instrument, self.version, language, self.programme)


def working_translation(code: str, version: str) -> bool:
    """True where the wording in the page's language has not been validated."""
    return instrument(code, version).translations[page_language()].status is TranslationStatus.WORKING


@lru_cache(maxsize=32)
def _blank(code: str, version: str, language: str, programme: str) -> str:
    return _rendered(code, version, language, programme, {})


def _rendered(code: str, version: str, language: str, programme: str, answers: Mapping[str, str]) -> str:
    questionnaire = instrument(code, version)
    shown = [
        Shown(item.code, questionnaire.item_text(item, language, programme), _options(item, language))
        for item in questionnaire.items
    ]
    template = current_app.jinja_env.get_template("surveys/_statements.html")
    return template.render(statements=shown, answers=answers)


def _options(item: Item, language: str) -> tuple[tuple[str, str], ...]:
    scale = item.response_scale
    options = [(str(point.value), point.text.get(language, str(point.value))) for point in scale.points]
    if scale.not_relevant is not None:
        options.append((scale.not_relevant.code, scale.not_relevant.text[language]))
    return tuple(options)


def answers_in_words(code: str, version: str, programme: str, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each answered statement as it reads, with the words of its choice; an unknown choice as it was sent."""
    questionnaire, language = instrument(code, version), page_language()
    return [
        (
            questionnaire.item_text(item, language, programme),
            dict(_options(item, language)).get(answers[item.code], answers[item.code]),
        )
        for item in questionnaire.items
        if item.code in answers
    ]


def your_unit() -> str:
    """Takes the place of the unit's name where the survey is tried out."""
    return _("din enhet")
