"""An administrator's pages about the employers' files: read one in, see what it would do, get one out."""

from datetime import datetime, time

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import STOCKHOLM, end_read, read_only, stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.staffing import files, queries
from tbblearn.staffing.actions import AlreadyTaken, ChangedMeanwhile
from tbblearn.staffing.drafts import Draft, NoSuchDraft, draft, keep_draft, throw_away
from tbblearn.staffing.forms import ConfirmForm, FileForm
from tbblearn.staffing.queries import NoSuchSource
from tbblearn.staffing.rules import FileKind, FileRefused, Risk, Way
from tbblearn.staffing.tables import read_table
from tbblearn.staffing.taking_in import Leaving, Looked, Mark, look, named_time, nothing_changes, prepared, write
from tbblearn.staffing.words import (
    change_words,
    count_words,
    explanation,
    finding_words,
    kind_words,
    way_words,
)
from tbblearn.web.errors import ErrorWords, error_page
from tbblearn.web.pages import Page, download
from tbblearn.web.requests.limits import takes_files
from tbblearn.web.spreadsheets import csv_file

blueprint = Blueprint("staffing", __name__, template_folder="templates")

LONGEST_FILE_NAME = 120
SHOWN_FAULTS, SHOWN_CHANGES = 100, 100
KINDS = {"enheter": FileKind.UNITS, "personal": FileKind.STAFF}
"""What a file is called in addresses."""


@blueprint.context_processor
def words() -> dict[str, object]:
    """Words that the templates use."""
    return {
        "change_words": change_words,
        "count_words": count_words,
        "finding_words": finding_words,
        "kind_words": kind_words,
        "way_words": way_words,
    }


@blueprint.app_errorhandler(NoSuchDraft)
def no_draft(_error: NoSuchDraft) -> BaseResponse:
    """The draft is gone, or belongs to somebody else."""
    said = ErrorWords(
        _("Filen finns inte kvar"), _("Den kan vara inläst, borttagen eller äldre än ett dygn. Välj filen igen.")
    )
    return error_page(404, said=said, actions=[(_("Till personal"), url_for("staffing.sources"))]).render()


@blueprint.errorhandler(NoSuchSource)
def no_source(_error: NoSuchSource) -> BaseResponse:
    """No huvudman has this name."""
    return error_page(404).render()


@blueprint.errorhandler(ChangedMeanwhile)
@blueprint.errorhandler(AlreadyTaken)
def changed_meanwhile(_error: Exception) -> BaseResponse:
    """Somebody else, or the night's file, was first."""
    said = ErrorWords(
        _("Någon hann före"), _("Något har ändrats sedan du granskade filen. Inget är inläst och filen finns kvar.")
    )
    again = url_for("staffing.preview", **(request.view_args or {}))
    return error_page(409, said=said, actions=[(_("Se vad som ändras nu"), again)]).render()


@blueprint.get("/personal")
@requires(Role.ADMIN)
def sources() -> Page:
    """Every huvudman, the last files of each and how old they are."""
    return Page("staffing/sources.html", rows=queries.source_rows(), now=utc_now())


@blueprint.get("/personal/mall/<any(enheter, personal):kind>.xlsx")
@requires(Role.ADMIN)
def template(kind: str) -> BaseResponse:
    """An empty workbook with the columns, lists to choose from and a page that explains them."""
    wanted = KINDS[kind]
    made = files.as_workbook(wanted, [], explanation(wanted))
    return download(made, f"mall-{kind}.xlsx", files.WORKBOOK_TYPE)


@blueprint.get("/personal/<source>")
@requires(Role.ADMIN)
def source(source: str) -> Page:
    """A huvudman's files, and the form for the next one."""
    return _source(source, FileForm(formdata=None))


def _source(source: str, form: FileForm, status: int = 200) -> Page:
    return Page(
        "staffing/source.html",
        status,
        source=source,
        name=queries.huvudman_of(source).name,
        files=queries.files_taken(source),
        waiting=queries.waiting_managers(source),
        form=form,
    )


@blueprint.post("/personal/<source>")
@takes_files
@requires(Role.ADMIN)
def upload(source: str) -> Page | BaseResponse:
    """Read the file with no transaction open, and keep it as a draft; or say why not, and keep nothing."""
    form = FileForm()
    valid = form.validate()
    if valid:
        sent: FileStorage = form.file.data
        content, name, now = sent.read(), _file_name(sent), utc_now()
        with read_only():
            queries.huvudman_of(source)
        try:
            read_table(content)
        except FileRefused as refused:
            form.file.errors = [finding_words(refused.finding)]
            valid = False
    if not valid:
        with read_only():
            return _source(source, form, 422)
    day = form.as_of.data
    as_of = datetime.combine(day, time(), STOCKHOLM) if day else named_time(name) or now
    kind, by = FileKind(form.kind.data), principal().person_id
    draft_id = keep_draft(source, kind, name, content, as_of=min(as_of, now), person_id=by, now=now)
    return redirect(url_for("staffing.preview", draft_id=draft_id), 303)


def _file_name(sent: FileStorage) -> str:
    """The file's name on the person's computer, without folders."""
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_FILE_NAME]


# --- a draft ---


def _own(draft_id: int) -> Draft:
    with read_only():
        return draft(draft_id, principal().person_id, utc_now())


def _looked(own: Draft, *, mark: Mark | None = None, leaving: Leaving | None = None) -> Looked:
    return look(own.content, own.source, own.kind, as_of=own.as_of, now=utc_now(), mark=mark, leaving=leaving)


def _preview(own: Draft, looked: Looked, form: ConfirmForm, status: int = 200) -> Page:
    form.seen.data = str(looked.revision)
    with read_only():
        name = queries.huvudman_of(own.source).name
    return Page(
        "staffing/preview.html",
        status,
        draft=own,
        huvudman=name,
        looked=looked,
        form=form,
        faults=looked.findings[:SHOWN_FAULTS],
        changes=looked.changes()[:SHOWN_CHANGES],
        change_count=len(looked.changes()),
        nothing=nothing_changes(looked) and not looked.findings,
    )


@blueprint.get("/personal/fil/<int:draft_id>")
@requires(Role.ADMIN)
def preview(draft_id: int) -> Page:
    """Everything that is wrong with the file, and what it would do."""
    own = _own(draft_id)
    try:
        looked = _looked(own)
    except FileRefused as refused:
        return _refused(own, refused)
    return _preview(own, looked, ConfirmForm(formdata=None))


def _refused(own: Draft, refused: FileRefused) -> Page:
    """The file is no file of this kind after all."""
    return Page("staffing/refused.html", 422, draft=own, said=finding_words(refused.finding))


@blueprint.post("/personal/fil/<int:draft_id>")
@requires(Role.ADMIN)
def confirm(draft_id: int) -> Page | BaseResponse:
    """Take the file in, if nothing has changed since it was shown and the person has confirmed what must be."""
    own = _own(draft_id)
    form = ConfirmForm()
    if not form.validate():
        return _preview(own, _looked(own), form, 422)
    try:
        looked = _looked(own, mark=Mark(rows=form.rows.data) if form.rows.data is not None else None)
        confirmed = {Risk.ENDED: form.allow_ended, Risk.MOVED: form.allow_moved, Risk.LED: form.allow_led}
        leaving = Leaving(
            skip_faulty=form.skip_faulty.data,
            end_missing=form.end_missing.data,
            allowed={risk: looked.risks[risk] for risk, box in confirmed.items() if box.data},
            reason=(form.reason.data or "").strip(),
        )
        looked = _looked(own, mark=Mark(rows=form.rows.data) if form.rows.data is not None else None, leaving=leaving)
    except FileRefused as refused:
        form.rows.errors = [finding_words(refused.finding)]
        return _preview(own, _looked(own), form, 422)
    if form.seen.data != str(looked.revision):
        form.form_errors = [
            _("Något har ändrats sedan du granskade filen. Läs igenom på nytt, så visar sidan hur det är nu.")
        ]
        return _preview(own, looked, form, 409)
    if looked.stops:
        form.form_errors = [finding_words(one) for one in looked.stops if one.row is None] or [
            _("Rätta raderna med fel, eller välj att hoppa över dem.")
        ]
        return _preview(own, looked, form, 422)
    write(looked, prepared(looked), Way.PAGE, now=utc_now(), by=principal().person_id)
    throw_away(draft_id, principal().person_id)
    flash(_("Filen är inläst."))
    return redirect(url_for("staffing.source", source=own.source), 303)


@blueprint.post("/personal/fil/<int:draft_id>/kasta")
@requires(Role.ADMIN)
def discard(draft_id: int) -> BaseResponse:
    """Delete the draft; nothing else changes."""
    throw_away(draft_id, principal().person_id)
    flash(_("Filen är borttagen. Inget är ändrat."))
    return redirect(url_for("staffing.sources"), 303)


@blueprint.get("/personal/fil/<int:draft_id>/fel.csv")
@requires(Role.ADMIN)
def faults(draft_id: int) -> BaseResponse:
    """All that is wrong with the file, a line each, without names."""
    own = _own(draft_id)
    try:
        found = _looked(own).findings
    except FileRefused as refused:
        found = (refused.finding,)
    lines = [(str(one.row or ""), one.column, one.value, finding_words(one)) for one in found]
    header = (_("Rad"), _("Kolumn"), _("Värde i filen"), _("Vad som är fel och hur du rättar det"))
    return download(csv_file(header, lines), f"fel-{own.source}-{own.kind}.csv", "text/csv")


# --- out ---


@blueprint.get("/personal/<source>/<any(enheter, personal):kind>.<any(csv, xlsx):form>")
@requires(Role.ADMIN)
def export(source: str, kind: str, form: str) -> BaseResponse:
    """The huvudman's units or staff as a file that reads back without a change. Names in it are noted."""
    huvudman_id, now = queries.huvudman_of(source).id, utc_now()
    wanted = KINDS[kind]
    if wanted is FileKind.UNITS:
        rows = files.unit_rows(queries.known_units(source).values(), source)
    else:
        rows = files.staff_rows(queries.known_persons(source).values(), stockholm_date(now))
    end_read()
    if wanted is FileKind.STAFF:
        note_seen(
            Seen.LIST_DOWNLOADED,
            now=now,
            actor_id=principal().person_id,
            object_kind="unit",
            object_id=huvudman_id,
            rows=len(rows),
        )
    made = files.as_csv(wanted, rows) if form == "csv" else files.as_workbook(wanted, rows, explanation(wanted))
    media_type = "text/csv" if form == "csv" else files.WORKBOOK_TYPE
    return download(made, f"{kind}-{source}-{stockholm_date(now)}.{form}", media_type)
