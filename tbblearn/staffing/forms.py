"""The forms of whoever reads the employers' files in."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired, Optional

from tbblearn.staffing.rules import FileKind
from tbblearn.web.fields import AtMost, Day, Tick, Whole
from tbblearn.web.forms import PageForm

LONGEST_REASON = 200


class FileForm(PageForm):
    """A file, what it is, and which day it tells of."""

    kind = RadioField(
        _l("Vad är det för fil?"),
        choices=[
            SelectChoice(FileKind.STAFF.value, _l("Personal: en rad för varje anställning")),
            SelectChoice(FileKind.UNITS.value, _l("Enheter: en rad för varje enhet, med dess chef")),
        ],
        validators=[InputRequired(_l("Välj vad det är för fil."))],
    )
    file = FileField(_l("Fil"), validators=[FileRequired(_l("Välj en fil."))])
    as_of = Day(_l("Vilken dag gäller filen?"))


class ConfirmForm(PageForm):
    """What a person decides about a file before it is read in. `seen` is the revision that the page was made from."""

    seen = HiddenField()
    rows = Whole(_l("Hur många rader har filen?"), validators=[Optional()])
    skip_faulty = Tick(_l("Hoppa över raderna med fel"))
    end_missing = Tick(_l("De som saknas i filen har slutat"))
    allow_ended = Tick(_l("Antalet som avslutas eller förkortas stämmer"))
    allow_moved = Tick(_l("Antalet ändrade enheter, startdatum och e-postadresser stämmer"))
    allow_led = Tick(_l("Antalet ändrade chefer, nivåer och överordnade enheter stämmer"))
    reason = StringField(
        _l("Varför läser du in en fil som inte är nyare?"),
        validators=[AtMost(LONGEST_REASON, _l("Skriv högst 200 tecken."))],
    )
