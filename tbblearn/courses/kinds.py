"""The kinds of question, one class each: how a question is written, checked, drawn and answered.

To the rest of the code a question is a set of choices and an answer a set of their ids, right when it is exactly the
right set. In a question answered row by row, a choice is one row with one option and its id is `row=option`:
`hjulet=verktyg` for a pair, `fraga=1` for a step in its place. So answers of every kind are stored, marked, corrected,
counted and explained alike.

A new kind is one class here, a name in `QuestionKind` and, unless an existing one fits, a template of controls.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import ClassVar

from tbblearn.courses.files.findings import Findings
from tbblearn.courses.files.format import ChoiceShape, PracticeShape, RowShape, StepShape
from tbblearn.courses.files.question_kind import (
    JOIN,
    LISTS,
    AnswerFault,
    AskedRow,
    Kind,
    Place,
    Render,
    pair,
    report_alike,
    split,
)
from tbblearn.courses.files.reading import Entry
from tbblearn.courses.rules import LANGUAGES, Choice, Item, Question, QuestionKind, ScreenRef

TRUE_FALSE_IDS = ("yes", "no")


# --- answered by choosing ---


class Chosen(Kind):
    """Answered by choosing among written choices."""

    most: ClassVar[int | None] = 1
    """How many may be chosen; None for any number."""

    def check_key(self, question: Entry, findings: Findings) -> None:
        right = sum(choice.flag("correct") for choice in question.entries("choices"))
        path, line, name = question.document.path, question.line("choices"), question.text("id")
        if right == 0:
            findings.fault(
                path, line, "the question {name} has no right answer; write correct: true at one choice", name=name
            )
        elif self.most is not None and right > self.most:
            message = "the question {name} has {right} right answers; a {kind} question has exactly one"
            findings.fault(path, line, message, name=name, right=right, kind=self.kind)
        report_alike(question.entries("choices"), _is_one_right, findings)

    def choices(self, shape: PracticeShape, render: Render) -> tuple[Choice, ...]:
        return tuple(
            Choice(choice.id, choice.correct, render(choice.text), render(choice.feedback), screen_ref(choice))
            for choice in shape.choices
        )

    def seen(self, shape: PracticeShape) -> dict[str, object]:
        return {"choices": {choice.id: choice.text.by_language() for choice in shape.choices}}

    def order(self, question: Question, place: Place) -> tuple[str, ...]:
        return tuple(sorted((choice.id for choice in question.choices), key=place))

    def fault(self, question: Question, chosen: frozenset[str]) -> AnswerFault | None:
        if not chosen:
            return AnswerFault.NOTHING
        if not chosen <= {choice.id for choice in question.choices}:
            return AnswerFault.UNKNOWN
        return AnswerFault.ONE_ONLY if self.most is not None and len(chosen) > self.most else None

    def almost(self, question: Question, which: int) -> frozenset[str]:
        tempting = [choice.id for choice in question.choices if not choice.correct]
        return frozenset({tempting[min(which, len(tempting) - 1)]})


def _is_one_right(one: Entry, other: Entry) -> bool:
    return one.flag("correct") != other.flag("correct")


class Single(Chosen):
    """One of the choices is right."""

    kind = QuestionKind.SINGLE


class TrueFalse(Chosen):
    """Yes or no, which keep their places."""

    kind = QuestionKind.TRUE_FALSE
    has_lengths = False

    def check_key(self, question: Entry, findings: Findings) -> None:
        ids = sorted(str(choice.text("id")) for choice in question.entries("choices"))
        if ids != sorted(TRUE_FALSE_IDS):
            message = "true_false has exactly two choices, with the ids yes and no; mend {name}"
            findings.fault(*question.at("choices"), message, name=question.text("id"))
        super().check_key(question, findings)

    def order(self, question: Question, place: Place) -> tuple[str, ...]:
        return tuple(choice.id for choice in question.choices)


class Multiple(Chosen):
    """Several of the choices are right, and the question says how many."""

    kind = QuestionKind.MULTIPLE
    most = None

    def check_key(self, question: Entry, findings: Findings) -> None:
        right = sum(choice.flag("correct") for choice in question.entries("choices"))
        path, line, name = question.document.path, question.line("choices"), question.text("id")
        if right == 1:
            message = "the question {name} has one right answer; multiple needs at least two, or use single"
            findings.fault(path, line, message, name=name)
        elif right and right == question.count("choices"):
            findings.fault(path, line, "every choice of {name} is right; at least one must be wrong", name=name)
        super().check_key(question, findings)

    def almost(self, question: Question, which: int) -> frozenset[str]:
        return frozenset(sorted(question.right)[:-1]) | super().almost(question, which)


# --- answered row by row ---


class RowByRow(Kind):
    """Answered by choosing an option for each row."""

    controls = "selects"
    has_lengths = False

    @abstractmethod
    def right_option(self, shape: PracticeShape, row: StepShape) -> str:
        """The id of the row's right option."""

    @abstractmethod
    def as_answer(self, row: Item, option: Item) -> dict[str, str]:
        """The row with the option as an answer, by language."""

    @abstractmethod
    def written_rows(self, shape: PracticeShape) -> Sequence[StepShape]:
        """The rows as the author wrote them."""

    def rows(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        return tuple(Item(row.id, render(row.text)) for row in self.written_rows(shape))

    def choices(self, shape: PracticeShape, render: Render) -> tuple[Choice, ...]:
        options = self.options(shape, render)
        made = []
        for written, row in zip(self.written_rows(shape), self.rows(shape, render), strict=True):
            feedback, otherwise = render(written.feedback), render(written.otherwise)
            right_id, read = self.right_option(shape, written), screen_ref(written)
            for option in options:
                right, text = option.id == right_id, self.as_answer(row, option)
                made.append(Choice(pair(row.id, option.id), right, text, feedback if right else otherwise, read))
        return tuple(made)

    def asked_rows(self, question: Question, choices: Sequence[Choice]) -> tuple[AskedRow, ...]:
        rows = {row.id: row for row in question.rows}
        options = {option.id: option for option in question.options}
        shown: dict[str, list[tuple[str, Item]]] = {}
        for choice in choices:
            row_id, option_id = split(choice.id)
            shown.setdefault(row_id, []).append((choice.id, options[option_id]))
        return tuple(AskedRow(rows[row_id], tuple(found)) for row_id, found in shown.items())

    def order(self, question: Question, place: Place) -> tuple[str, ...]:
        rows = self.row_order(question, place)
        options = self.option_order(question, place)
        return tuple(pair(row_id, option_id) for row_id in rows for option_id in options)

    def row_order(self, question: Question, place: Place) -> list[str]:
        """The ids of the rows in the order shown."""
        return sorted((row.id for row in question.rows), key=lambda row_id: place(f"{row_id}{JOIN}"))

    def option_order(self, question: Question, place: Place) -> list[str]:
        """The ids of the options as every row lists them."""
        return [option.id for option in question.options]

    def practised(self, question: Question) -> tuple[Choice, ...]:
        by_id = {choice.id: choice for choice in question.choices}
        order = self.order(question, lambda thing: sha256(f"{question.id}/{thing}".encode()).digest())
        return tuple(by_id[choice_id] for choice_id in order)

    def faulty_rows(self, question: Question, chosen: frozenset[str]) -> frozenset[str]:
        return frozenset(row.id for row in question.rows) - {split(choice_id)[0] for choice_id in chosen}

    def explained(self, question: Question) -> tuple[Choice, ...]:
        """The right option of each row, and one wrong option."""
        shown: dict[tuple[str, bool], Choice] = {}
        for choice in sorted(question.choices, key=lambda choice: not choice.correct):
            shown.setdefault((split(choice.id)[0], choice.correct), choice)
        return tuple(
            shown[(row.id, right)] for row in question.rows for right in (True, False) if (row.id, right) in shown
        )

    def fault(self, question: Question, chosen: frozenset[str]) -> AnswerFault | None:
        if not chosen:
            return AnswerFault.NOTHING
        if not chosen <= {choice.id for choice in question.choices}:
            return AnswerFault.UNKNOWN
        answered = {split(choice_id)[0] for choice_id in chosen}
        if len(answered) < len(chosen):
            return AnswerFault.ONE_ONLY
        return AnswerFault.INCOMPLETE if len(answered) < len(question.rows) else None


class Matching(RowByRow):
    """Each row belongs with one of the options; an option may serve several rows, or none."""

    kind = QuestionKind.MATCHING
    lists = {"options": 2, "rows": 2}

    def check_key(self, question: Entry, findings: Findings) -> None:
        known = [option.text("id") or "" for option in question.entries("options")]
        for row in question.entries("rows"):
            option = row.text("option")
            if option is not None and option not in known:
                message = "there is no option {option} in {name}; the options are {names}"
                name, names = question.text("id"), ", ".join(known)
                findings.fault(*row.at("option"), message, option=option, name=name, names=names)
        wanted = {row.text("option") for row in question.entries("rows")}
        report_alike(
            question.entries("options"), lambda one, other: bool({one.text("id"), other.text("id")} & wanted), findings
        )
        report_alike(question.entries("rows"), lambda one, other: one.text("option") != other.text("option"), findings)

    def written_rows(self, shape: PracticeShape) -> Sequence[StepShape]:
        return shape.rows

    def options(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        return tuple(Item(option.id, render(option.text)) for option in shape.options)

    def right_option(self, shape: PracticeShape, row: StepShape) -> str:
        assert isinstance(row, RowShape)
        return row.option

    def as_answer(self, row: Item, option: Item) -> dict[str, str]:
        return {language: f"{row.text[language]} – {option.text[language]}" for language in row.text}

    def seen(self, shape: PracticeShape) -> dict[str, object]:
        return {
            "rows": {row.id: row.text.by_language() for row in shape.rows},
            "options": {option.id: option.text.by_language() for option in shape.options},
        }

    def option_order(self, question: Question, place: Place) -> list[str]:
        ids = [option.id for option in question.options]
        return sorted(ids, key=lambda option_id: place(f"{JOIN}{option_id}"))

    def almost(self, question: Question, which: int) -> frozenset[str]:
        row = question.rows[which % len(question.rows)].id
        wrong = [choice.id for choice in question.choices if split(choice.id)[0] == row and not choice.correct]
        return frozenset(one for one in question.right if split(one)[0] != row) | {wrong[which % len(wrong)]}


class Ordering(RowByRow):
    """Each step gets its place, from 1; the author writes the steps in the right order."""

    kind = QuestionKind.ORDERING
    lists = {"steps": 3}

    def check_key(self, question: Entry, findings: Findings) -> None:
        """The order in the file is the key: only identical steps can make it wrong."""
        report_alike(question.entries("steps"), lambda _one, _other: True, findings)

    def written_rows(self, shape: PracticeShape) -> Sequence[StepShape]:
        return shape.steps

    def options(self, shape: PracticeShape, render: Render) -> tuple[Item, ...]:
        places = [str(number) for number in range(1, len(shape.steps) + 1)]
        return tuple(Item(number, dict.fromkeys(LANGUAGES, number)) for number in places)

    def right_option(self, shape: PracticeShape, row: StepShape) -> str:
        return str(shape.steps.index(row) + 1)

    def as_answer(self, row: Item, option: Item) -> dict[str, str]:
        return {language: f"{option.text[language]}. {row.text[language]}" for language in row.text}

    def seen(self, shape: PracticeShape) -> dict[str, object]:
        return {"steps": {step.id: step.text.by_language() for step in shape.steps}}

    def row_order(self, question: Question, place: Place) -> list[str]:
        """Shuffled, but never into the right order, which would give the answer away."""
        rows = super().row_order(question, place)
        is_answer = {pair(row_id, str(number)) for number, row_id in enumerate(rows, start=1)} == question.right
        return [*rows[1:], rows[0]] if is_answer else rows

    def faulty_rows(self, question: Question, chosen: frozenset[str]) -> frozenset[str]:
        at: dict[str, list[str]] = {}
        for row_id, place in map(split, chosen):
            at.setdefault(place, []).append(row_id)
        twice = {row_id for rows in at.values() if len(rows) > 1 for row_id in rows}
        return super().faulty_rows(question, chosen) | twice

    def fault(self, question: Question, chosen: frozenset[str]) -> AnswerFault | None:
        found = super().fault(question, chosen)
        if found is None and len({split(choice_id)[1] for choice_id in chosen}) < len(chosen):
            return AnswerFault.SAME_PLACE
        return found

    def almost(self, question: Question, which: int) -> frozenset[str]:
        """Two neighbouring steps swapped."""
        row_at = {split(choice_id)[1]: split(choice_id)[0] for choice_id in question.right}
        first = which % (len(row_at) - 1) + 1
        row_at[str(first)], row_at[str(first + 1)] = row_at[str(first + 1)], row_at[str(first)]
        return frozenset(pair(row, place) for place, row in row_at.items())


KINDS: Mapping[QuestionKind, Kind] = {
    kind.kind: kind for kind in (Single(), Multiple(), TrueFalse(), Matching(), Ordering())
}


def kind_of(question: Question | PracticeShape) -> Kind:
    """What differs for this question."""
    return KINDS[question.kind]


def written_kind(question: Entry) -> Kind | None:
    """The kind that the author gave the question; None if there is no such kind."""
    written = question.text("kind")
    return next((kind for name, kind in KINDS.items() if name == written), None)


def written_items(question: Entry) -> Iterator[Entry]:
    """Every item of a question's lists as written."""
    return chain.from_iterable(question.entries(key) for key in LISTS)


def written_texts(question: Entry) -> Iterator[Entry]:
    """Every text of a question as written, each by language: the stem, the answers, the feedback."""
    yield question.entry("stem")
    for item in written_items(question):
        yield from (item.entry(key) for key in ("text", "feedback", "otherwise") if item.has(key))


def written_feedback(question: Entry) -> Iterator[Entry]:
    """The feedback on answers as written, each by language."""
    for item in written_items(question):
        yield from (item.entry(key) for key in ("feedback", "otherwise") if item.has(key))


def screen_ref(shape: ChoiceShape | StepShape) -> ScreenRef | None:
    """The screen that the feedback leads to."""
    return None if shape.read is None else ScreenRef.of(shape.read)
