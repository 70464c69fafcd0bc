"""An editor's last step: what a draft changes, whom that affects, and publishing it.

The routes belong to the editor's blueprint in `courses`; they are here because only `training` knows the learners.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from tbblearn.courses.drafts import queries as draft_queries
from tbblearn.courses.drafts.changes import Comparison
from tbblearn.courses.drafts.forms import PublishForm
from tbblearn.courses.drafts.queries import CheckedDraft
from tbblearn.courses.drafts.views import blueprint, own_draft
from tbblearn.courses.edition import Edition
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.training.changes import publishing
from tbblearn.training.changes.effects import Effects, effects
from tbblearn.training.changes.publishing import Published
from tbblearn.web.addresses import row_number
from tbblearn.web.language import day, number
from tbblearn.web.pages import Page

__all__ = ["blueprint"]


@dataclass(frozen=True)
class ShownComparison:
    """What publishing one course changes, and whom that affects."""

    comparison: Comparison
    effects: Effects


@blueprint.get("/kurser/utkast/<int:draft_id>/publicera")
@requires(Role.EDITOR)
def publish(draft_id: int) -> Page | BaseResponse:
    """What publishing changes, and the question whether to go ahead. A draft with faults has no such page."""
    found = own_draft(draft_id)
    if found.checked.faults:
        return redirect(url_for("editing.draft", draft_id=draft_id), 303)
    return _publish_page(found, PublishForm(formdata=None))


def _publish_page(found: CheckedDraft, form: PublishForm, status: int = 200) -> Page:
    shown = [_compared(one) for one in found.checked.editions()]
    form.seen.data = _write_seen([one.comparison for one in shown])
    return Page(
        "training/publish.html",
        status,
        draft=found.row,
        checked=found.checked,
        shown=shown,
        form=form,
        nothing_new=all(one.comparison.published_as is not None for one in shown),
    )


def _compared(edition: Edition) -> ShownComparison:
    comparison = draft_queries.against_published(edition.course, edition.sha256)
    touched = Effects()
    if comparison.published_as is None:
        today = stockholm_date(utc_now())
        touched = effects(edition.course, comparison.number + 1, comparison.changes, today)
    return ShownComparison(comparison, touched)


def _write_seen(comparisons: Sequence[Comparison]) -> str:
    return " ".join(f"{one.course.slug}:{one.number}" for one in comparisons)


def _read_seen(written: str) -> Mapping[str, int]:
    """The versions that the page was compared with, by course; what cannot be read matches no version."""
    pairs = (pair.partition(":") for pair in written.split())
    return {slug: found for slug, _colon, text in pairs if (found := row_number(text)) is not None}


@blueprint.post("/kurser/utkast/<int:draft_id>/publicera")
@requires(Role.EDITOR)
def publish_now(draft_id: int) -> Page | BaseResponse:
    """Publish what the editor has seen, and nothing else."""
    found = own_draft(draft_id)
    if found.checked.faults:
        return redirect(url_for("editing.draft", draft_id=draft_id), 303)
    form = PublishForm()
    if not form.validate() or not _placeholders_accepted(found, form):
        return _publish_page(found, form, 422)
    published = publishing.publish_draft(
        draft_id,
        found.checked.editions(),
        _read_seen(form.seen.data or ""),
        person_id=principal().person_id,
        now=utc_now(),
    )
    for sentence in chain.from_iterable(_receipt(one) for one in published):
        flash(sentence)
    if len(published) == 1:
        return redirect(url_for("editing.versions", slug=published[0].publication.slug), 303)
    return redirect(url_for("editing.courses"), 303)


def _placeholders_accepted(found: CheckedDraft, form: PublishForm) -> bool:
    """Blocking placeholders stop publishing; others need the editor's consent. The form says what is missing."""
    if found.checked.has_blocking:
        form.form_errors = [_("Kursen har platshållare som måste fyllas först. Inget är publicerat.")]
        return False
    if found.checked.has_open and not form.allow_placeholders.data:
        form.allow_placeholders.errors = [
            _("Kryssa i att platshållarna får synas, eller fyll dem först. Inget är publicerat.")
        ]
        return False
    return True


def _receipt(published: Published) -> Iterator[str]:
    """What was published, and whom it affected."""
    slug, n, touched = published.publication.slug, published.publication.number, published.effects
    if not published.publication.is_new:
        yield _("%(course)s är oförändrad: samma innehåll som version %(n)s.", course=slug, n=n)
        return
    yield _("Publicerad: %(course)s, version %(n)s.", course=slug, n=n)
    if touched.keys:
        yield correction_words(touched)
    if touched.to_read:
        yield read_words(touched)
    if touched.to_renew:
        yield renew_words(touched)


def correction_words(touched: Effects) -> str:
    """What the corrected keys do."""
    n, p = touched.answers, touched.persons_passing
    answers = ngettext("%(n)s svar berörs.", "%(n)s svar berörs.", n, n=number(n))
    persons = ngettext("%(p)s person blir godkänd.", "%(p)s personer blir godkända.", p, p=number(p))
    return f"{answers} {persons} " + _("Ingen blir underkänd.")


def read_words(touched: Effects) -> str:
    """How many are asked to read what is new."""
    return ngettext(
        "%(n)s person som har gått utbildningen får läsa det som är nytt.",
        "%(n)s personer som har gått utbildningen får läsa det som är nytt.",
        len(touched.to_read),
        n=number(len(touched.to_read)),
    )


def renew_words(touched: Effects) -> str:
    """How many have to take the course again, and by when."""
    n, due = len(touched.to_renew), day(touched.renew_by)
    return ngettext(
        "%(n)s person får gå utbildningen igen, senast %(due)s.",
        "%(n)s personer får gå utbildningen igen, senast %(due)s.",
        n,
        n=number(n),
        due=due,
    )


@blueprint.context_processor
def effect_words() -> dict[str, object]:
    """Sentences of the publishing page."""
    return {"correction_words": correction_words, "read_words": read_words, "renew_words": renew_words}
