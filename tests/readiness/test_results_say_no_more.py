"""Pages and files say nothing that published rows do not say (design.md 3).

The two metamorphic tests: when whole answers swap owners within a piece, and when there are no answers any more, every
byte that anybody can open stays the same. The crawl: every number that any role is shown is turned back into a
published row, and all of them together are given to the privacy check. Builds with a fault must be caught.
"""

from dataclasses import dataclass

import pytest

from tbblearn.readiness.audit import audit
from tbblearn.readiness.audit_rows import read_audit_file
from tests.conftest import Backend, SQLite
from tests.readiness.published import (
    Crawl,
    Published,
    behind,
    built,
    crawl,
    drawing_from_answers,
    forget_answers,
    without_absorption,
)
from tests.readiness.reading_back import read_back, unexplained

SOME = ("manager", "process_leader")
"""Who is enough to catch a faulty build."""
STAFF = {"small", "large"}
ROLES = {"second_manager", "manager", "pilot", "follow_up", "process_leader", "editor", "admin"}
ALL_ROWS = ("small", "follow_up", "second_manager", "process_leader")
"""Who together are shown every row. Every role is crawled on SQLite; the pages are the same on both databases."""


@dataclass(frozen=True)
class Evidence:
    """Everything that can be opened: as it is, without answers, and with answers that swapped owners."""

    plain: Crawl
    emptied: Crawl
    swapped: Crawl
    behind: Published


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def evidence(request: pytest.FixtureRequest) -> Evidence:
    backend: Backend = request.getfixturevalue(f"{request.param}_backend")
    who = ALL_ROWS if request.param == "postgresql" else ()
    with built(backend) as one:
        plain = crawl(one.app, one.round, who)
        with one.app.app_context():
            known = behind(one.round)
            forget_answers()
        emptied = crawl(one.app, one.round, who)
    with built(backend, swap=True) as other:
        swapped = crawl(other.app, other.round, who)
    return Evidence(plain, emptied, swapped, known)


def changed(one: Crawl, other: Crawl) -> list[tuple[str, str]]:
    """What is not the same in both."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def given_to_the_audit(found: Crawl, known: Published) -> bool:
    """True where the privacy check passes all that is shown, taken together."""
    names = ("unit", "family", "measure", "scale", "item", "part", "statistic", "kind", "value")
    rows = [dict(zip(names, row, strict=True)) for row in sorted(read_back(found, known), key=str)]
    return audit(read_audit_file({**known.audit_file, "published": rows})).passed


def test_the_crawl_reaches_pages_and_files_of_every_role(evidence: Evidence) -> None:
    found = evidence.plain
    crawled = {who for who, _path in found} - {"anonymous", "operator"}
    assert crawled in (STAFF | ROLES, set(ALL_ROWS))
    read = {who for (who, path), (status, _, _) in found.items() if status == 200 and path.startswith("/resultat/")}
    assert read == crawled
    kinds = {kind for status, kind, _ in found.values() if status == 200}
    assert {"text/html", "text/csv", "application/json"} <= kinds
    everything = "".join(body for _, _, body in found.values())
    for mark in ("Visas inte", 's-band"', 'class="lik"', 'class="share"', 'class="d-a"', "Lika med", "Cronbachs alfa"):
        assert mark in everything, mark


def test_nothing_changes_when_whole_answers_swap_owners_within_a_piece(evidence: Evidence) -> None:
    assert not changed(evidence.plain, evidence.swapped)


def test_nothing_changes_when_there_are_no_answers_any_more(evidence: Evidence) -> None:
    assert not changed(evidence.plain, evidence.emptied)


def test_every_number_shown_is_a_published_row(evidence: Evidence) -> None:
    shown = read_back(evidence.plain, evidence.behind)
    assert shown <= evidence.behind.rows
    assert evidence.behind.rows <= shown, "the crawl reads every row, or the audit below would see too little"
    assert not unexplained(evidence.plain, evidence.behind)


def test_nothing_can_be_worked_out_from_all_that_is_shown(evidence: Evidence) -> None:
    assert given_to_the_audit(evidence.plain, evidence.behind)


def test_a_build_without_absorption_is_caught(sqlite_backend: SQLite) -> None:
    with without_absorption():
        with built(sqlite_backend, audited=False) as one:
            first = crawl(one.app, one.round, SOME)
            with one.app.app_context():
                assert not given_to_the_audit(first, behind(one.round))
        with built(sqlite_backend, swap=True, audited=False) as other:
            assert changed(first, crawl(other.app, other.round, SOME))


def test_a_build_that_draws_from_unrounded_means_is_caught(sqlite_backend: SQLite) -> None:
    with drawing_from_answers(), built(sqlite_backend) as one:
        first = crawl(one.app, one.round, SOME)
        with one.app.app_context():
            known = behind(one.round)
            forget_answers()
        assert not read_back(first, known) <= known.rows
        assert changed(first, crawl(one.app, one.round, SOME))
