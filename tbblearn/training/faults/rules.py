"""What a learner may say is wrong with a question, and how an editor answers; no Flask, no SQL."""

import hashlib
import hmac
from enum import StrEnum

from tbblearn.training.rules import TrainingError

LONGEST_TEXT = 500


class FaultKind(StrEnum):
    """What is wrong, as the one who reports it sees it."""

    WRONG_KEY = "wrong_key"
    AMBIGUOUS = "ambiguous"
    OUTDATED = "outdated"
    LANGUAGE = "language"
    OTHER = "other"


class FaultOutcome(StrEnum):
    """What came of a report."""

    MENDED = "mended"
    RIGHT_AS_IT_IS = "right_as_it_is"


class AlreadyReported(TrainingError):
    """The person has an open report of this question already, with other words: 409. Values: question_id."""


class HandledOtherwise(TrainingError):
    """Another editor has handled the report, with the other outcome: 409. Values: report_id."""


def reporter_mark(secret: str, person_id: int, course_id: int, question_id: str) -> str:
    """Tells whether one person has reported one question, to whoever holds the site's secret; 64 hexadecimal digits.

    HMAC-SHA256 (RFC 2104). Two reports by the same person have different marks, so that they cannot be joined.
    """
    said = f"question fault:{person_id}:{course_id}:{question_id}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
