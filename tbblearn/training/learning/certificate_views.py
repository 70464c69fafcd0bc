"""A certificate: its page, its file, and the public page where its number is checked."""

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from tbblearn.access.actions import forget_try
from tbblearn.access.trying import reserve_check, retry_after, wait_words
from tbblearn.config import Settings
from tbblearn.db import end_read, read_only, stockholm_date, utc_now
from tbblearn.people.guards import principal, public, signed_in
from tbblearn.training.certificate_numbers import as_stored, shown
from tbblearn.training.learning import queries as learner_queries
from tbblearn.training.learning.blueprint import blueprint
from tbblearn.training.learning.certificate_file import certificate_pdf
from tbblearn.training.learning.certificate_words import Sheet, level_words, sheet, version_words
from tbblearn.training.learning.forms import CheckForm
from tbblearn.training.record import certificates
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page


@blueprint.get("/intyg/<int:completion_id>")
@signed_in
def certificate(completion_id: int) -> Page:
    """A certificate that fills one A4."""
    found = certificates.certificate(principal().person_id, completion_id)
    return Page("training/certificate.html", completion_id=completion_id, slug=found.slug, sheet=_sheet(found))


@blueprint.get("/intyg/<int:completion_id>.pdf")
@signed_in
def certificate_file(completion_id: int) -> Response:
    """The same as a file."""
    made = _sheet(certificates.certificate(principal().person_id, completion_id))
    end_read()
    answer = Response(certificate_pdf(made, page_language()), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=_("intyg") + f"-{completion_id}.pdf")
    return answer


def _sheet(found: certificates.Certificate) -> Sheet:
    done = learner_queries.course_page(principal().person_id, found.slug, stockholm_date(utc_now())).done
    newest = done is not None and done.completion_id == found.completion_id
    settings: Settings = current_app.config["TBBLEARN"]
    address = settings.public_url + url_for("training.check_certificate")
    return sheet(found, settings.issuer, address, done.next_cycle if done and newest else None)


@blueprint.get("/intyg/kontrollera")
@public
def check_certificate() -> Page:
    """Where anybody who is shown a certificate can check it."""
    return Page("training/check_certificate.html", form=CheckForm(formdata=None), told=None)


@blueprint.post("/intyg/kontrollera")
@public
def check_certificate_now() -> Page:
    """Whether the number is in force, and whether the name that was typed is the holder's; never who that is."""
    form = CheckForm()
    if not form.validate():
        return _asked_again(form, 422)
    number = as_stored(form.number.data or "")
    if number is None:
        form.number.errors = [_("Ett tecken i numret är fel eller saknas. Jämför med intyget.")]
        return _asked_again(form, 422)
    reserved = reserve_check(number, utc_now())
    if isinstance(reserved, int):
        form.number.errors = [wait_words(reserved)]
        return _asked_again(form, 429, retry_after(reserved))
    with read_only():
        told = certificates.check(number, form.name.data or "")
    if told is None:
        form.number.errors = [_("Vi har inget intyg med det numret. Jämför med intyget.")]
        return _asked_again(form, 422)
    if told.name_matches is not False:
        for one in reserved:
            forget_try(one)
    return Page(
        "training/check_certificate.html",
        form=form,
        told=told,
        number=shown(number),
        level_words=level_words,
        version_words=version_words,
    )


def _asked_again(form: CheckForm, status: int, headers: dict[str, str] | None = None) -> Page:
    return Page("training/check_certificate.html", status, headers, form=form, told=None)
