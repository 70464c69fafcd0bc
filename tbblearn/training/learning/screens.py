"""A part made ready for its page: sections of text with addresses, and practice questions with what was chosen.

Practice is never stored: the choices are in the page's own address, one name per question.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rendering import Addresses, resolve
from tbblearn.courses.rules import (
    Block,
    Case,
    Choice,
    Course,
    HtmlBlock,
    Module,
    NoSuchPart,
    PracticeBlock,
    Question,
    QuestionKind,
    ScreenRef,
    Term,
)
from tbblearn.courses.vocabulary import Service

VERDICTS = {True: ("Det stämmer.", "That is right."), False: ("Inte riktigt.", "Not quite.")}
"""How authors begin feedback on a choice (docs/authoring.md); the page writes it as a heading instead."""

_TERM = re.compile(r'href="term:([^"]*)"')


@dataclass(frozen=True)
class Feedback:
    """Feedback on one choice: why it is right or wrong, and where it is taught."""

    right: bool
    why: Markup
    read: ScreenRef | None
    read_title: str
    """The title of the screen `read`; empty if it belongs to another course."""


@dataclass(frozen=True)
class ShownChoice:
    """A choice of a practice question; `feedback` once chosen and sent."""

    id: str
    text: Markup
    chosen: bool
    feedback: Feedback | None


@dataclass(frozen=True)
class ShownOption:
    """An option in a row's list; `value` is the id of the choice that it makes. Lists show plain text only."""

    value: str
    text: Markup
    chosen: bool


@dataclass(frozen=True)
class ShownRow:
    """A row of a question that is answered row by row; `feedback` once answered and sent."""

    id: str
    text: Markup
    options: tuple[ShownOption, ...]
    faulty: bool
    """Why what was sent is not an answer."""
    feedback: Feedback | None = None


@dataclass(frozen=True)
class ExplainedChoice:
    """A choice of a quiz question with its feedback."""

    text: Markup
    feedback: Feedback


@dataclass(frozen=True)
class ShownPractice:
    """A practice question in a part; `controls` names its template in `training/kinds`."""

    id: str
    kind: QuestionKind
    controls: str
    stem: Markup
    several: bool
    wanted: int
    """How many choices are right, as in "Välj två"."""
    choices: tuple[ShownChoice, ...]
    rows: tuple[ShownRow, ...]
    kept: tuple[tuple[str, str], ...]
    """The choices of the part's other questions, sent along to stay."""
    sent: bool
    """This question's button was the one pressed."""
    key: tuple[ExplainedChoice, ...]
    """After a wrong answer, what would have been right; empty where several are, and one looks for them."""

    @property
    def nothing_chosen(self) -> bool:
        """Sent without a choice."""
        return self.sent and not any(choice.chosen for choice in self.choices)

    @property
    def answered(self) -> bool:
        """There is feedback: it was answered, now or before another question of the part."""
        return any(choice.feedback for choice in self.choices) or any(row.feedback for row in self.rows)

    @property
    def more_to_find(self) -> bool:
        """All that was chosen is right, and there is more."""
        chosen = [choice.feedback for choice in self.choices if choice.feedback is not None]
        return bool(chosen) and all(one.right for one in chosen) and len(chosen) < self.wanted


@dataclass(frozen=True)
class ShownText:
    """A stretch of teaching text, safe HTML."""

    html: Markup


@dataclass(frozen=True)
class ShownSection:
    """A section of a part. `minutes_left`: what is left of the part from here on. `words` are explained in it.

    `own`: it is about the service in which the reader works.
    """

    id: str
    number: int
    title: str
    minutes_left: int
    own: bool
    blocks: Sequence[ShownText | ShownPractice]
    words: tuple[Term, ...]


@dataclass(frozen=True)
class ShownAnswer:
    """A question of a handed-in quiz. `key` holds the right choices that were missed; empty while they are secret."""

    number: int
    stem: Markup
    right: bool
    chosen: tuple[ExplainedChoice, ...]
    key: tuple[ExplainedChoice, ...]
    corrected: bool
    """The key has been corrected since the attempt began; feedback follows the new one."""
    kept: bool
    """It still counts as right, against the corrected key: nothing that was right is taken away."""
    case: Case | None


def show_part(
    course: Course,
    module: Module,
    language: str,
    chosen: Mapping[str, Collection[str]],
    sent: str,
    addresses: Addresses,
    services: Collection[Service] = (),
) -> list[ShownSection]:
    """The sections of a part, in the order for staff of `services`.

    `chosen` holds choice ids by practice question, `sent` the question just sent; unknown ones are ignored, since the
    address is anybody's to write.
    """
    screens = module.screens_for(services)
    blocks = [block for screen in screens for block in screen.blocks[language]]
    practised = [course.practice[block.question_id] for block in blocks if isinstance(block, PracticeBlock)]
    known = {
        question.id: [choice.id for choice in question.choices if choice.id in chosen.get(question.id, ())]
        for question in practised
    }
    explained_before: set[str] = set()
    sections = []
    for at, screen in enumerate(screens):
        here = ScreenRef(module.id, screen.id)
        words = [term for term in _terms_in(course, screen.blocks[language]) if term.id not in explained_before]
        explained_before.update(term.id for term in words)
        sections.append(
            ShownSection(
                id=screen.id,
                number=at + 1,
                title=screen.title[language],
                own=screen.service in services,
                minutes_left=module.minutes_from(screens, at),
                blocks=_blocks(course, here, language, known, sent, addresses),
                words=tuple(words),
            )
        )
    return sections


def _blocks(
    course: Course,
    here: ScreenRef,
    language: str,
    known: Mapping[str, Sequence[str]],
    sent: str,
    addresses: Addresses,
) -> list[ShownText | ShownPractice]:
    shown: list[ShownText | ShownPractice] = []
    for block in course.screen(here).blocks[language]:
        if isinstance(block, PracticeBlock):
            question = course.practice[block.question_id]
            kept = tuple((name, one) for name, ids in known.items() if name != question.id for one in ids)
            shown.append(
                ShownPractice(
                    id=question.id,
                    kind=question.kind,
                    controls=kind_of(question).controls,
                    stem=safe_html(question.stem[language]),
                    several=question.kind is QuestionKind.MULTIPLE,
                    wanted=len(question.right),
                    choices=tuple(_choice(course, here, language, one, known[question.id]) for one in question.choices),
                    rows=_practised_rows(course, here, language, question, known[question.id], sent == question.id),
                    kept=kept,
                    sent=sent == question.id,
                    key=_key(course, question, language, known[question.id]),
                )
            )
        else:
            shown.append(ShownText(safe_html(resolve(block.html, addresses))))
    return shown


def _key(course: Course, question: Question, language: str, chosen: Sequence[str]) -> tuple[ExplainedChoice, ...]:
    if question.rows or question.kind is QuestionKind.MULTIPLE or not chosen or question.right & set(chosen):
        return ()
    return tuple(explained(course, choice, language) for choice in question.choices if choice.correct)


def _terms_in(course: Course, blocks: Sequence[Block]) -> list[Term]:
    """The words that these blocks link to, in the order in which they stand."""
    html = "".join(block.html for block in blocks if isinstance(block, HtmlBlock))
    used = dict.fromkeys(_TERM.findall(html))
    return [term for term_id in used for term in course.glossary if term.id == term_id]


def show_answer(
    course: Course,
    question: Question,
    choices: Sequence[Choice],
    chosen: Collection[str],
    *,
    number: int,
    language: str,
    show_key: bool,
    counts_as_right: bool,
    corrected: bool,
) -> ShownAnswer:
    """One question as it was answered. Without `show_key` only what was chosen is explained, to keep a retry fair."""
    picked = [choice for choice in choices if choice.id in chosen]
    missed = [choice for choice in choices if choice.correct and choice.id not in chosen]
    by_key = not missed and all(choice.correct for choice in picked)
    return ShownAnswer(
        number=number,
        stem=safe_html(question.stem[language]),
        right=counts_as_right,
        chosen=tuple(explained(course, choice, language) for choice in picked),
        key=tuple(explained(course, choice, language) for choice in missed if show_key),
        corrected=corrected,
        kept=counts_as_right and not by_key,
        case=question.case,
    )


def show_rows(
    question: Question, choices: Sequence[Choice], language: str, chosen: Collection[str], *, sent: bool
) -> tuple[ShownRow, ...]:
    """The rows of a question in the order of `choices`; none if it is answered by choosing.

    `sent`: it was sent and could not be saved, so the faulty rows are marked.
    """
    kind = kind_of(question)
    faulty = kind.faulty_rows(question, frozenset(chosen)) if sent else frozenset()
    return tuple(
        ShownRow(
            asked.row.id,
            safe_html(asked.row.text[language]),
            tuple(
                ShownOption(value, Markup.escape(safe_html(option.text[language]).striptags()), value in chosen)
                for value, option in asked.options
            ),
            asked.row.id in faulty,
        )
        for asked in kind.asked_rows(question, choices)
    )


def safe_html(html: str) -> Markup:
    """Teaching text as the page takes it: it was made safe when the course was published."""
    return Markup(html)  # noqa: S704


def explained(course: Course, choice: Choice, language: str) -> ExplainedChoice:
    """A choice with its feedback."""
    return ExplainedChoice(safe_html(choice.text[language]), _feedback(course, choice, language))


def _feedback(course: Course, choice: Choice, language: str, here: ScreenRef | None = None) -> Feedback:
    """Feedback on a choice without its opening verdict, which the page writes itself.

    A link to `here`, the present screen, is left out; so is one to a screen that this version lacks, since a corrected
    key brings the feedback of a newer version.
    """
    why = choice.feedback[language]
    for verdict in VERDICTS[choice.correct]:
        why = why.removeprefix(verdict).lstrip()
    read = None if choice.read == here else choice.read
    title = ""
    if read is not None and read.course is None:
        try:
            title = course.screen(read).title[language]
        except NoSuchPart:
            read = None
    return Feedback(choice.correct, safe_html(why), read, title)


def part_after(course: Course, module: Module, read: Collection[str]) -> Module | None:
    """The next unread part after this one, then from the start; None when the quiz is next."""
    at = course.modules.index(module)
    looking_on = (*course.modules[at + 1 :], *course.modules[:at])
    return next((other for other in looking_on if other.id not in read), None)


def _practised_rows(
    course: Course, here: ScreenRef, language: str, question: Question, chosen: Collection[str], sent: bool
) -> tuple[ShownRow, ...]:
    """The rows of a practice question, each with the feedback on its choice."""
    picked = {choice.id: choice for choice in question.choices if choice.id in chosen}
    rows = show_rows(question, kind_of(question).practised(question), language, chosen, sent=sent)
    said = {
        row.id: [_feedback(course, picked[one.value], language, here) for one in row.options if one.chosen]
        for row in rows
    }
    return tuple(replace(row, feedback=said[row.id][0] if said[row.id] else None) for row in rows)


def _choice(course: Course, here: ScreenRef, language: str, choice: Choice, chosen: Collection[str]) -> ShownChoice:
    picked = choice.id in chosen
    said = _feedback(course, choice, language, here) if picked else None
    return ShownChoice(choice.id, safe_html(choice.text[language]), picked, said)
