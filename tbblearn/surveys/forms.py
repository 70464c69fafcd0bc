"""What is sent from the page of statements: which choice of each, and whether the gaps have been seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from tbblearn.surveys.rules import Instrument

SEEN = "seen"
"""Field sent once the page has come back with what is unanswered."""


@dataclass(frozen=True)
class Sent:
    """Answers by item code; `gaps` are the positions (from 1) of the statements without one."""

    answers: Mapping[str, str]
    gaps: tuple[int, ...]
    seen: bool

    @property
    def ask_once_more(self) -> bool:
        """True if something is unanswered and the page has not said so yet."""
        return bool(self.gaps) and not self.seen


def read_sent(fields: Mapping[str, str], questionnaire: Instrument) -> Sent:
    """The answers among the fields. A value that is not a valid answer leaves a gap, which has not been seen."""
    sent = {item.code: given for item in questionnaire.items if (given := fields.get(item.code, ""))}
    answers = {
        item.code: sent[item.code] for item in questionnaire.items if sent.get(item.code) in item.response_scale.codes
    }
    gaps = tuple(place for place, item in enumerate(questionnaire.items, 1) if item.code not in answers)
    return Sent(answers, gaps, SEEN in fields and len(answers) == len(sent))
