"""What the logs record about who did and saw what."""

from enum import StrEnum


class Event(StrEnum):
    """What happened. The object is given by kind and id, never by a name."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    PASSWORD_SET = "password_set"
    LINK_MADE = "link_made"
    ROLE_GIVEN = "role_given"
    ROLE_ENDED = "role_ended"
    ACCESS_GIVEN = "access_given"
    ACCESS_ENDED = "access_ended"
    COURSE_PUBLISHED = "course_published"
    COMPLETION_RECORDED = "completion_recorded"
    COMPLETION_REVOKED = "completion_revoked"
    EXEMPTION_GRANTED = "exemption_granted"
    EXEMPTION_ENDED = "exemption_ended"
    WAVE_PLANNED = "wave_planned"
    WAVE_ADOPTED = "wave_adopted"
    WAVE_APPROVED = "wave_approved"
    WAVE_OPENED = "wave_opened"
    WAVE_CHANGED = "wave_changed"
    WAVE_REMINDED = "wave_reminded"
    WAVE_CLOSED = "wave_closed"
    WAVE_AUDITED = "wave_audited"
    WAVE_PUBLISHED = "wave_published"
    WAVE_WITHDRAWN = "wave_withdrawn"
    RESPONSES_DISPOSED = "responses_disposed"
    QUESTION_FAULT_HANDLED = "question_fault_handled"
    STAFF_FILE_TAKEN = "staff_file_taken"


class Seen(StrEnum):
    """What someone looked at that contains the names of others."""

    LIST_DOWNLOADED = "list_downloaded"
    LIST_SHOWN = "list_shown"
    PERSON_SHOWN = "person_shown"
    LETTER_SHOWN = "letter_shown"
