"""What form fields share: a limit to how much is typed."""

from typing import Any

from wtforms import Form
from wtforms.fields import Field
from wtforms.validators import StopValidation


class AtMost:
    """At most so many characters. What is longer is not shown again: the page would grow with whatever is sent."""

    def __init__(self, longest: int, message: Any) -> None:
        self.longest = longest
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation with the message, and empty the field."""
        if len(field.data or "") > self.longest:
            field.data = ""
            raise StopValidation(str(self.message))


class Dropped:
    """A filter for hidden fields: what is longer than any we make ourselves is taken for nothing."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, text: str | None) -> str:
        """The text, or nothing."""
        return text if text and len(text) <= self.longest else ""
