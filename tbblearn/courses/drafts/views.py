"""An editor's pages: the courses and their versions, uploading, faults.

Previews, and pages about what publishing means to learners, are in `training`, which shows screens and knows the
learners; its publishing pages belong to this blueprint.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.courses import queries
from tbblearn.courses.checks.words import finding_words
from tbblearn.courses.drafts import actions as draft_actions
from tbblearn.courses.drafts import queries as draft_queries
from tbblearn.courses.drafts.checking import check_upload
from tbblearn.courses.drafts.forms import UploadForm
from tbblearn.courses.drafts.queries import CheckedDraft, checked_draft
from tbblearn.courses.drafts.words import (
    about_words,
    class_words,
    kind_words,
    refusal_words,
    signed_percent,
    thing_words,
)
from tbblearn.courses.files.uploads import UploadRefused
from tbblearn.courses.queries import VersionRow
from tbblearn.courses.rules import Course, NoSuchDraft, PublishedMeanwhile, Text
from tbblearn.courses.views import picture
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import ErrorWords, NotFound, error_page
from tbblearn.web.pages import Page
from tbblearn.web.requests.limits import takes_files

blueprint = Blueprint("editing", __name__, template_folder="../templates")

LONGEST_FILE_NAME = 120


@blueprint.context_processor
def words() -> dict[str, object]:
    """Words that the editor's templates use."""
    return {
        "about_words": about_words,
        "class_words": class_words,
        "finding_words": finding_words,
        "kind_words": kind_words,
        "signed_percent": signed_percent,
        "thing_words": thing_words,
    }


@blueprint.app_errorhandler(NoSuchDraft)
def no_draft(_error: NoSuchDraft) -> Response:
    """The draft is gone, or belongs to another editor."""
    said = ErrorWords(
        _("Utkastet finns inte"), _("Det kan vara publicerat, borttaget eller äldre än ett dygn. Ladda upp filen igen.")
    )
    return error_page(404, said=said, actions=[(_("Till kurserna"), url_for("editing.courses"))]).render()


@blueprint.errorhandler(PublishedMeanwhile)
def published_meanwhile(_error: PublishedMeanwhile) -> Response:
    """Another editor published while this one was reviewing the changes."""
    said = ErrorWords(
        _("Någon hann före"),
        _("En annan version av kursen har publicerats under tiden. Inget är publicerat och utkastet finns kvar."),
    )
    again = url_for("editing.publish", **(request.view_args or {}))
    return error_page(409, said=said, actions=[(_("Se vad som ändras nu"), again)]).render()


# --- courses and versions ---


@dataclass(frozen=True)
class ShownVersion:
    """A version in a list, with the texts of its changes."""

    row: VersionRow
    is_own: bool
    is_current: bool
    changes: Sequence[Text]


@blueprint.get("/kurser")
@requires(Role.EDITOR)
def courses() -> Page:
    """Every course with its published version, and the editor's own drafts."""
    person_id = principal().person_id
    return Page(
        "courses/courses.html",
        courses=[
            (row, queries.content(row.id).title, row.published_by == person_id) for row in queries.current_versions()
        ],
        drafts=draft_queries.drafts(person_id, utc_now()),
    )


@blueprint.get("/kurser/<slug>")
@requires(Role.EDITOR)
def versions(slug: str) -> Page:
    """Every version of a course, the newest first."""
    rows = queries.versions(slug)
    if not rows:
        raise NotFound
    newest = queries.content(rows[0].id)
    person_id = principal().person_id
    shown = [
        ShownVersion(row, row.published_by == person_id, row.number == rows[0].number, _changes(row, newest))
        for row in rows
    ]
    due = newest.due_sources(stockholm_date(utc_now()))
    return Page("courses/versions.html", course=newest, versions=shown, due_sources=due)


def _changes(row: VersionRow, newest: Course) -> Sequence[Text]:
    """The texts of a version's changes; the newest version lists them all, unless the author removed some."""
    if not row.changes:
        return []
    texts = {change.id: change.text for change in newest.changes}
    if not texts.keys() >= set(row.changes):
        texts |= {change.id: change.text for change in queries.content(row.id).changes}
    return [texts[change_id] for change_id in row.changes]


# --- uploading ---


@blueprint.get("/kurser/ladda-upp")
@requires(Role.EDITOR)
def upload() -> Page:
    """Choose a zip. ?ersatter= is the id of an own draft that the new file replaces."""
    return Page("courses/upload.html", form=UploadForm(formdata=None, replaces=whole_number("ersatter")))


@blueprint.post("/kurser/ladda-upp")
@takes_files
@requires(Role.EDITOR)
def upload_now() -> Page | BaseResponse:
    """Check the zip, with no transaction open, and keep it as a draft; or explain why not, and keep nothing."""
    form = UploadForm()
    if not form.validate():
        return Page("courses/upload.html", 422, form=form)
    sent: FileStorage = form.file.data
    packed = sent.read()
    try:
        checked = check_upload(packed, stockholm_date(utc_now()))
    except UploadRefused as refused:
        form.file.errors = [refusal_words(refused)]
        return Page("courses/upload.html", 422, form=form)
    draft_id = draft_actions.keep_draft(
        draft_actions.NewDraft(_file_name(sent), tuple(checked.courses), checked.sha256, packed),
        person_id=principal().person_id,
        now=utc_now(),
        replaces=form.replaces.data,
    )
    return redirect(url_for("editing.draft", draft_id=draft_id), 303)


def _file_name(sent: FileStorage) -> str:
    """The file's name on the editor's computer, without folders."""
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_FILE_NAME]


# --- a draft ---


def own_draft(draft_id: int) -> CheckedDraft:
    """One of the editor's own drafts, checked. Raises NoSuchDraft."""
    return checked_draft(draft_id, principal().person_id, utc_now())


@blueprint.get("/kurser/utkast/<int:draft_id>")
@requires(Role.EDITOR)
def draft(draft_id: int) -> Page:
    """Everything the check found: faults first, then placeholders, figures and notes."""
    found = own_draft(draft_id)
    return Page("courses/draft.html", draft=found.row, checked=found.checked)


@blueprint.get("/kurser/utkast/<int:draft_id>/fil/<sha256>")
@requires(Role.EDITOR)
def draft_picture(draft_id: int, sha256: str) -> Response:
    """A picture of a draft, for its preview."""
    for edition in own_draft(draft_id).checked.editions():
        for asset in edition.assets:
            if asset.sha256 == sha256:
                response = picture(asset.content, asset.media_type)
                response.headers["Cache-Control"] = "private, max-age=3600"
                return response
    raise NotFound


@blueprint.post("/kurser/utkast/<int:draft_id>/kasta")
@requires(Role.EDITOR)
def throw_away(draft_id: int) -> BaseResponse:
    """Delete the draft; nothing published changes."""
    person_id = principal().person_id
    draft_actions.throw_away(draft_id, person_id=person_id)
    flash(_("Utkastet är borttaget. Det som är publicerat är som förut."))
    return redirect(url_for("editing.courses"), 303)
