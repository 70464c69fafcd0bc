"""Fields that forms share, and how much fits in one. What cannot be read is shown again as it was typed."""

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, Form, HiddenField, IntegerField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Optional, StopValidation

from tbblearn.web.addresses import row_number

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST_SHOWN = 10_000
"""Characters; nobody types more."""


class Day(DateField):
    """A date written as 2027-05-20, in a plausible year."""

    def __init__(self, label: Any, empty: Any = None, **options: Any) -> None:
        """`empty` is the error when nothing is filled in; without it the field is optional."""
        required = [Optional()] if empty is None else [InputRequired(empty)]
        super().__init__(label, validators=[*required, _is_likely], **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the date."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            if re.fullmatch(r"\d{4}-\d\d?-\d\d?", valuelist[0].strip()):
                raise ValueError(_("Det datumet finns inte. Skriv datumet så här: 2027-05-20.")) from error
            raise ValueError(_("Skriv datumet så här: 2027-05-20.")) from error

    def _value(self) -> str:
        return self.data.isoformat() if self.data else " ".join(self.raw_data or [])


class Whole(IntegerField):
    """A whole number written with the digits 0 to 9."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        if valuelist:
            # Python also reads 1_0, and the digits of other scripts.
            if not re.fullmatch(r"\s*-?[0-9]{1,40}\s*", valuelist[0]):
                raise ValueError(_("Skriv ett heltal med siffror, till exempel 10."))
            self.data = int(valuelist[0])


class Tick(BooleanField):
    """A checkbox: ticked only by the value its page sends."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read whether it is ticked."""
        self.data = valuelist[:1] == ["y"]


class RowId(HiddenField):
    """A row's id in a hidden field; None if what was sent could not be one."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the id."""
        if valuelist:
            self.data = row_number(valuelist[0])


class AtMost:
    """A maximum length. What is longer than anybody types is not shown again."""

    def __init__(self, longest: int, message: Any) -> None:
        self.longest = longest
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation with the message."""
        if len(field.data or "") > self.longest:
            if len(field.data) > LONGEST_SHOWN:
                field.data = ""
            raise StopValidation(str(self.message))


class Dropped:
    """A filter for hidden fields: a text longer than any we make ourselves is dropped."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, text: str | None) -> str:
        """The text, or nothing."""
        return text if text and len(text) <= self.longest else ""


def _is_likely(_form: Form, field: Field) -> None:
    day: date | None = field.data
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise StopValidation(_("Skriv ett årtal mellan %(first)s och %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))
