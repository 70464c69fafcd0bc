"""What a kind of question has to say of itself. The kinds are in `kinds`."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.format import PracticeShape, Translated
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.rules import LANGUAGES, Choice, Item, Question, QuestionKind, Text

LISTS = ("choices", "options", "rows", "steps")
"""The lists that a question of some kind is written with."""

JOIN = "="
"""Stands between the row and the option in the id of a choice; no author's id can hold it."""

Render = Callable[[Translated], Text]
Place = Callable[[str], bytes]


class AnswerFault(StrEnum):
    """Why an answer cannot be saved."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    ONE_ONLY = "one_only"
    INCOMPLETE = "incomplete"
    SAME_PLACE = "same_place"


@dataclass(frozen=True)
class AskedRow:
    """A row as it is shown: its options in their order, each with the id of the choice that it makes."""

    row: Item
    options: tuple[tuple[str, Item], ...]


class Kind(ABC):
    """A kind of question."""

    kind: ClassVar[QuestionKind]
    lists: ClassVar[Mapping[str, int]] = {"choices": 2}
    """The lists that it is written with, and how many items each has at least."""

    controls: ClassVar[str] = "choices"
    """The template in `training/kinds` that it is answered with."""

    has_lengths: ClassVar[bool] = True
    """Whether the length of a choice could give the key away."""

    # --- as it is written ---

    def check(self, question: Entry, findings: Findings) -> None:
        """Find what makes it unanswerable: lists that are missing or of another kind, and no clear key."""
        path, name = question.document.path, question.text("id")
        complete = True
        for key in LISTS:
            count = question.count(key)
            if key in self.lists and not question.has(key):
                findings.fault(path, question.line(), "{name} is missing; add a line {name}:", name=key)
            elif key in self.lists and count is not None and count < self.lists[key]:
                findings.fault(
                    path, question.line(key), "{name} needs at least {least} items", name=key, least=self.lists[key]
                )
            elif key not in self.lists and question.has(key):
                message = "{key} does not belong to the kind {kind}; remove it from {name}"
                findings.fault(path, question.line(key), message, key=key, kind=self.kind, name=name)
            complete = complete and (key not in self.lists or bool(count))
        if complete:
            self.check_key(question, findings)

    @abstractmethod
    def check_key(self, question: Entry, findings: Findings) -> None:
        """Find what is wrong with the key. Every list that the kind has holds something."""

    # --- as it is published ---

    @abstractmethod
    def choices(self, shape: PracticeShape, render: Render) -> tuple[Choice, ...]:
        """All that may be answered, with what is said about it."""

    def rows(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        """The rows that it is answered by; none where the choices are all there is."""
        return ()

    def options(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        """What each row may be answered with."""
        return ()

    @abstractmethod
    def seen(self, shape: PracticeShape) -> dict[str, object]:
        """What a learner sees of it before answering, beside the stem: what the question's hash is taken over."""

    # --- as it is asked ---

    @abstractmethod
    def order(self, question: Question, place: Place) -> tuple[str, ...]:
        """The ids of its choices as one attempt shows them; `place` gives each thing its place in the order."""

    def practised(self, question: Question) -> tuple[Choice, ...]:
        """Its choices as practice shows them, which is not drawn: the same for everybody."""
        return question.choices

    def asked_rows(self, question: Question, choices: Sequence[Choice]) -> tuple[AskedRow, ...]:
        """Its rows in the order of `choices`; none where the choices are all there is."""
        return ()

    def faulty_rows(self, question: Question, chosen: frozenset[str]) -> frozenset[str]:
        """The ids of the rows that keep this from being an answer."""
        return frozenset()

    def explained(self, question: Question) -> tuple[Choice, ...]:
        """The choices whose feedback is all that the question can say."""
        return question.choices

    @abstractmethod
    def fault(self, question: Question, chosen: frozenset[str]) -> AnswerFault | None:
        """Why this cannot be an answer; None where it can."""

    @abstractmethod
    def almost(self, question: Question, which: int) -> frozenset[str]:
        """An answer that is nearly right; `which` counts from the most tempting one."""


def pair(row_id: str, option_id: str) -> str:
    """The id of the choice that a row with an option is."""
    return f"{row_id}{JOIN}{option_id}"


def split(choice_id: str) -> tuple[str, str]:
    """The row and the option of a choice."""
    row_id, _, option_id = choice_id.partition(JOIN)
    return row_id, option_id


def report_alike(items: Iterable[Entry], must_differ: Callable[[Entry, Entry], bool], findings: Findings) -> None:
    """Find items that read the same: a fault where the key tells them apart (`must_differ`), else a note."""
    written = list(items)
    for language in LANGUAGES:
        first: dict[str, Entry] = {}
        for item in written:
            earlier = first.setdefault(_as_read(item, language), item)
            if earlier is item or not item.entry("text").text(language):
                continue
            names = {"one": earlier.text("id"), "other": item.text("id"), "language": language}
            path, line = item.document.path, item.entry("text").line(language)
            if must_differ(earlier, item):
                message = "{one} and {other} read the same ({language}), and only one is right; rewrite one"
                findings.fault(path, line, message, **names)
            else:
                findings.note(path, line, "{one} and {other} read the same ({language})", **names)


def _as_read(item: Entry, language: str) -> str:
    """The words of an item as a reader takes them: without regard to bold, capitals, spaces and what nobody sees."""
    written = unicodedata.normalize("NFKC", item.entry("text").text(language) or "")
    seen = "".join(letter for letter in written if unicodedata.category(letter) != "Cf")
    return " ".join(seen.replace("**", "").casefold().split())
