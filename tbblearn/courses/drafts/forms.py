"""The forms of an editor."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from tbblearn.web.fields import RowId, Tick
from tbblearn.web.forms import PageForm


class UploadForm(PageForm):
    """A zip of course files; `replaces` is the id of the draft to replace, or nothing."""

    file = FileField(_l("Zip-fil med kursen"), validators=[FileRequired(_l("Välj en zip-fil."))])
    replaces = RowId()


class PublishForm(PageForm):
    """Confirms publication. `seen` has the versions that the page compared the draft with."""

    seen = HiddenField()
    allow_placeholders = Tick(_l("Publicera med platshållarna synliga"))
