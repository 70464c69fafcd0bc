"""Shape of what an editor sends."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from tbblearn.web.fields import RowId, Tick
from tbblearn.web.forms import PageForm


class UploadForm(PageForm):
    """A zip of course files; `replaces` is the id of the draft that it takes the place of, or nothing."""

    file = FileField(_l("Zip-fil med kursen"), validators=[FileRequired(_l("Välj en zip-fil."))])
    replaces = RowId()


class PublishForm(PageForm):
    """The editor's yes. `seen` names the versions that the changes on the page were compared with."""

    seen = HiddenField()
    allow_placeholders = Tick(_l("Publicera med platshållarna synliga"))
