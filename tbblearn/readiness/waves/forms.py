"""The process leader's forms about survey rounds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, StringField
from wtforms.fields import Field
from wtforms.validators import DataRequired, InputRequired, NumberRange, StopValidation

from tbblearn.web.fields import AtMost, Day, RowId, Tick, Whole
from tbblearn.web.forms import PageForm

LONGEST_NAME = 120
LONGEST_REFERENCE = 120
LARGEST_LIMIT = 100
NOBODY = 0
"""No unit has this id."""


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _limit_field(label: Any) -> Any:
    return Whole(
        label,
        validators=[
            InputRequired(_l("Skriv en redovisningsgräns.")),
            NumberRange(5, LARGEST_LIMIT, _l("Gränsen kan vara från 5 till 100 svar.")),
        ],
    )


_PROGRAMME = RadioField(
    _l("Program"),
    coerce=int,
    validators=[InputRequired(_l("Välj ett program."))],
    invalid_value_message=_l("Välj ett program."),  # type: ignore[call-arg]
    invalid_choice_message=_l("Välj ett program."),
)
"""Made before the other fields, to come first on its page and among the errors."""


class DaysForm(PageForm):
    """Name, first and last day. Set `today` before validation."""

    # Any: what a valid form holds is known to its view.
    name: Any = StringField(
        _l("Namn på mätningen"),
        validators=[
            DataRequired(_l("Skriv ett namn på mätningen.")),
            AtMost(LONGEST_NAME, _l("Namnet är för långt. Skriv högst 120 tecken.")),
        ],
        filters=[_stripped],
    )
    opens_on: Any = Day(_l("Första dag"), _l("Skriv vilken dag mätningen öppnar."))
    closes_on: Any = Day(_l("Sista dag"), _l("Skriv vilken dag som är den sista."))
    today: date | None = None

    def validate_closes_on(self, field: Field) -> None:
        """The last day is not before the first, and has not passed."""
        opens_on: date | None = self.opens_on.data
        if opens_on is not None and field.data < opens_on:
            raise StopValidation(_("Sista dagen kan inte komma före den första."))
        if self.today is not None and field.data < self.today:
            raise StopValidation(_("Sista dagen har redan varit. Välj en senare dag."))


class LimitsForm(PageForm):
    """The least numbers of answers for means and for distributions."""

    k = _limit_field(_l("Minst så många svar för medelvärden"))
    k_distribution = _limit_field(_l("Minst så många svar för hur svaren fördelar sig"))

    def validate_k_distribution(self, field: Field) -> None:
        """Never below the limit for means."""
        if isinstance(self.k.data, int) and field.data < self.k.data:
            raise StopValidation(_("Gränsen för fördelningar kan inte vara lägre än den för medelvärden."))


class PlanForm(DaysForm, LimitsForm):
    """A new round."""

    programme = _PROGRAMME

    def offer(self, programmes: Sequence[tuple[int, str]]) -> None:
        """Offer the programmes; a single one is chosen already."""
        self.programme.choices = list(programmes)
        if len(programmes) == 1 and not self.programme.raw_data:
            self.programme.data = programmes[0][0]


class ChangeForm(DaysForm):
    """Another name or other days. `version`: that of the round when the page was opened."""

    version = RowId()

    def hold_opens_on(self, day: date) -> None:
        """Keep the first day of an open round, whatever was sent."""
        self.opens_on.process(MultiDict({self.opens_on.name: day.isoformat()}))


class AdoptForm(PageForm):
    """A huvudman has decided to take part."""

    huvudman = SelectField(
        _l("Huvudman"),
        coerce=int,
        validators=[InputRequired(_l("Välj en huvudman."))],
        invalid_value_message=_l("Välj en huvudman."),  # type: ignore[call-arg]
        invalid_choice_message=_l("Välj en huvudman."),
    )
    adopted_on: Any = Day(_l("Beslutet togs"), _l("Skriv vilken dag beslutet togs."))
    reference: Any = StringField(
        _l("Beslutets beteckning"),
        validators=[
            DataRequired(_l("Skriv beslutets beteckning, till exempel ett diarienummer.")),
            AtMost(LONGEST_REFERENCE, _l("Beteckningen är för lång. Skriv högst 120 tecken.")),
        ],
        filters=[_stripped],
    )
    today: date | None = None

    def offer(self, huvudmen: Sequence[tuple[int, str]]) -> None:
        """Offer the huvudmän, none of them chosen."""
        self.huvudman.choices = [(NOBODY, _("Välj huvudman")), *huvudmen]

    def validate_huvudman(self, field: Field) -> None:
        """One of them must be chosen."""
        if field.data == NOBODY:
            raise StopValidation(_("Välj en huvudman."))

    def validate_adopted_on(self, field: Field) -> None:
        """The decision was made today or earlier."""
        if self.today is not None and field.data > self.today:
            raise StopValidation(_("Beslutet kan inte vara taget efter i dag."))


class WithdrawForm(PageForm):
    """Confirms that a whole round is withdrawn."""

    confirm = Tick(
        _l("Jag vill dra tillbaka hela mätningen, och vet att det inte går att ångra"),
        validators=[DataRequired(_l("Kryssa i rutan om du vill dra tillbaka hela mätningen."))],
    )
