"""The interface of a kind of question. The kinds are in `kinds`."""

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
"""Separates the row and the option in the id of a choice; no author's id can contain it."""

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
    """A row as shown: its options in order, each with the id of the choice it makes."""

    row: Item
    options: tuple[tuple[str, Item], ...]


class Kind(ABC):
    """A kind of question."""

    kind: ClassVar[QuestionKind]
    lists: ClassVar[Mapping[str, int]] = {"choices": 2}
    """The lists it is written with, and the least number of items in each."""

    controls: ClassVar[str] = "choices"
    """The template in `training/kinds` for answering it."""

    has_lengths: ClassVar[bool] = True
    """Whether the length of a choice could give the key away."""

    # --- as it is written ---

    def check(self, question: Entry, findings: Findings) -> None:
        """Find what makes it unanswerable: lists missing or of another kind, and an unclear key."""
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
        """Find what is wrong with the key. None of the kind's lists is empty."""

    # --- as it is published ---

    @abstractmethod
    def choices(self, shape: PracticeShape, render: Render) -> tuple[Choice, ...]:
        """Everything that may be chosen, with its feedback."""

    def rows(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        """Its rows; none if it is answered by choices alone."""
        return ()

    def options(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        """What each row may be answered with."""
        return ()

    @abstractmethod
    def seen(self, shape: PracticeShape) -> dict[str, object]:
        """What a learner sees before answering, besides the stem: the input of the question's hash."""

    # --- as it is asked ---

    @abstractmethod
    def order(self, question: Question, place: Place) -> tuple[str, ...]:
        """The ids of its choices in the order of one attempt; `place` is the sort key."""

    def practised(self, question: Question) -> tuple[Choice, ...]:
        """Its choices as practice shows them: in the same order for everyone."""
        return question.choices

    def asked_rows(self, question: Question, choices: Sequence[Choice]) -> tuple[AskedRow, ...]:
        """Its rows in the order of `choices`; none if it is answered by choices alone."""
        return ()

    def faulty_rows(self, question: Question, chosen: frozenset[str]) -> frozenset[str]:
        """The ids of the rows that make this an invalid answer."""
        return frozenset()

    def explained(self, question: Question) -> tuple[Choice, ...]:
        """The choices that together give all the feedback of the question."""
        return question.choices

    @abstractmethod
    def fault(self, question: Question, chosen: frozenset[str]) -> AnswerFault | None:
        """Why this is not a valid answer; None if it is."""

    @abstractmethod
    def almost(self, question: Question, which: int) -> frozenset[str]:
        """A nearly right answer; `which` counts from the most tempting one."""


def pair(row_id: str, option_id: str) -> str:
    """The id of the choice of an option for a row."""
    return f"{row_id}{JOIN}{option_id}"


def split(choice_id: str) -> tuple[str, str]:
    """The row and the option of a choice."""
    row_id, _, option_id = choice_id.partition(JOIN)
    return row_id, option_id


def report_alike(items: Iterable[Entry], must_differ: Callable[[Entry, Entry], bool], findings: Findings) -> None:
    """Find items that read the same: a fault if the key tells them apart (`must_differ`), otherwise a note."""
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
    """The words of an item, ignoring bold, case, spaces and invisible characters."""
    written = unicodedata.normalize("NFKC", item.entry("text").text(language) or "")
    seen = "".join(letter for letter in written if unicodedata.category(letter) != "Cf")
    return " ".join(seen.replace("**", "").casefold().split())
