"""What a learner can report about a question, and how an editor can answer."""

import hashlib
import hmac
from enum import StrEnum

from tbblearn.training.rules import TrainingError

LONGEST_TEXT = 500


class FaultKind(StrEnum):
    """What the reporter says is wrong."""

    WRONG_KEY = "wrong_key"
    AMBIGUOUS = "ambiguous"
    OUTDATED = "outdated"
    LANGUAGE = "language"
    OTHER = "other"


class FaultOutcome(StrEnum):
    """How a report was resolved."""

    MENDED = "mended"
    RIGHT_AS_IT_IS = "right_as_it_is"


class AlreadyReported(TrainingError):
    """The person already has another open report of this question: 409. Values: question_id."""


class HandledOtherwise(TrainingError):
    """Another editor has resolved the report differently: 409. Values: report_id."""


def reporter_mark(secret: str, person_id: int, course_id: int, question_id: str) -> str:
    """HMAC-SHA256 (RFC 2104) of person and question, 64 hexadecimal digits; recognisable only with the secret.

    A person's reports of different questions have different marks, so that they cannot be linked.
    """
    message = f"question fault:{person_id}:{course_id}:{question_id}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
