"""Pages and files say nothing that published rows do not say (docs/rules/disclosure.md).

The two metamorphic tests: when whole answers swap owners within a piece, and when there are no answers any more, every
byte that anybody can open stays the same. The crawl: every number that any role is shown is turned back into a
published row, and all of them together are given to the privacy check. Builds with a fault must be caught.
"""

from dataclasses import dataclass
from functools import cached_property

import pytest

from tbblearn.readiness.audit.check import audit
from tbblearn.readiness.audit.reading import read_audit_file
from tests.conftest import Backend, SQLite
from tests.readiness.crawling import Crawl, answers_read, content, crawl, crawl_again
from tests.readiness.faulty_builds import drawing_from_answers, without_absorption
from tests.readiness.published import Built, Published, behind, built, forget_answers
from tests.readiness.reading_back import read_back, words_read, words_that_follow
from tests.readiness.shown_values import Row
from tests.readiness.unexplained import unexplained, unexplained_beside

SOME = ("manager", "process_leader")
"""Who is enough to catch a faulty build."""
STAFF = {"small", "large"}
ROLES = {"second_manager", "manager", "pilot", "follow_up", "process_leader", "editor", "admin"}
ALL_ROWS = ("small", "process_leader")
"""Who together with the operator are shown every row. Every role is crawled on SQLite: pages are the same on both."""


@dataclass(frozen=True)
class Evidence:
    """Everything that can be opened: as it is, and each page and file again without answers, and with answers that
    swapped owners; what is behind it, of the newest wave and the one before; and what was asked of the answers for it.
    On PostgreSQL there is one wave only.
    """

    plain: Crawl
    emptied: Crawl
    swapped: Crawl
    behind: list[Published]
    behind_swapped: list[Published]
    answers_read: list[str]

    @cached_property
    def shown(self) -> list[set[Row]]:
        """What was read back of each wave."""
        return [read_back(self.plain, known) for known in self.behind]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def evidence(request: pytest.FixtureRequest) -> Evidence:
    backend: Backend = request.getfixturevalue(f"{request.param}_backend")
    twice = request.param == "sqlite"
    who = () if twice else ALL_ROWS
    with built(backend, twice=twice) as one:
        with answers_read(one.app) as read:
            plain = crawl(one.app, one.round, who)
        known = all_behind(one)
        with one.app.app_context():
            forget_answers()
        emptied = crawl_again(one.app, one.round, plain)
    with built(backend, twice=twice, swap=True) as other:
        swapped = crawl_again(other.app, other.round, plain)
        known_swapped = all_behind(other)
    return Evidence(plain, emptied, swapped, known, known_swapped, read)


def all_behind(one: Built) -> list[Published]:
    """The newest wave, and the one before where there is one."""
    with one.app.app_context():
        return [behind(one.round, wave_id) for wave_id in (one.round.wave_id, one.earlier) if wave_id]


def changed(first: Crawl, again: Crawl) -> list[tuple[str, str]]:
    """What is not the same when it is fetched again."""
    return sorted(key for key, found in again.items() if first.get(key) != found)


def of_units_below(known: Published) -> set[Row]:
    """Rows of units that show another's figures, as who does not read that other is shown them."""
    same = {(row[0], row[1]): row[8] for row in known.rows if row[2] == "same_as"}
    return {
        (unit, *row[1:]) for (unit, family), other in same.items() for row in known.rows if row[:2] == (other, family)
    }


def given_to_the_audit(shown: set[Row], known: Published) -> bool:
    """True where the privacy check passes all that is shown of a wave, taken together."""
    names = ("unit", "family", "measure", "scale", "item", "part", "statistic", "kind", "value")
    rows = [dict(zip(names, row, strict=True)) for row in sorted(shown - of_units_below(known), key=str)]
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
    marks = ("Visas inte", 's-band"', 'class="lik"', 'class="share"', 'class="d-a"', "Samma siffror", "Cronbachs alfa")
    for mark in marks:
        assert mark in everything, mark
    for known in evidence.behind:
        assert ("process_leader", f"/matningar/{known.wave_id}") in found
        assert ("process_leader", f"/resultat/{known.wave_id}/lan") in found
    assert ("small", "/enkater") in found
    if len(evidence.behind) == 2:
        assert "gjorde skyddskontrollen" in found["process_leader", f"/matningar/{evidence.behind[1].wave_id}"][2]


def test_no_page_asks_for_an_answer(evidence: Evidence) -> None:
    assert not evidence.answers_read


def test_nothing_changes_when_whole_answers_swap_owners_within_a_piece(evidence: Evidence) -> None:
    assert not changed(evidence.plain, evidence.swapped)
    assert evidence.behind == evidence.behind_swapped


def test_nothing_changes_when_there_are_no_answers_any_more(evidence: Evidence) -> None:
    assert not changed(evidence.plain, evidence.emptied)


def test_each_page_and_file_is_fetched_again(evidence: Evidence) -> None:
    def different(found: Crawl) -> set[tuple[str, int, str]]:
        return {(path, status, content(kind, body)) for (_who, path), (status, kind, body) in found.items()}

    for again in (evidence.emptied, evidence.swapped):
        assert different(evidence.plain) == different(again)


def test_every_number_shown_is_a_published_row(evidence: Evidence) -> None:
    for known, shown in zip(evidence.behind, evidence.shown, strict=True):
        assert shown - of_units_below(known) <= known.rows
        linked = {row[0] for row in known.rows if row[1:3] == ("means", "same_as")}
        told_with_means = {row for row in known.rows if row[0] in linked and row[1:3] == ("distributions", "same_as")}
        assert known.rows - told_with_means <= shown, (
            "the crawl reads every row, or the audit below would see too little"
        )
        assert not unexplained(evidence.plain, known, evidence.behind)


def test_the_pages_about_rounds_and_for_answering_hold_no_number_made_from_answers(evidence: Evidence) -> None:
    assert not unexplained_beside(evidence.plain, evidence.behind)
    key = "process_leader", f"/matningar/{evidence.behind[0].wave_id}"
    status, kind, body = evidence.plain[key]
    told = {key: (status, kind, body.replace("</h1>", "</h1><p>87 har svarat</p>"))}
    assert unexplained_beside(told, evidence.behind) == [(key[1], "87")]


def test_every_word_of_comparison_follows_from_published_rows(evidence: Evidence) -> None:
    before: list[Published | None] = [*evidence.behind[1:], None]
    for known, earlier in zip(evidence.behind, before, strict=True):
        read = words_read(evidence.plain, known)
        assert read <= known.words
        assert read <= words_that_follow(known, earlier)
        told = {(against, word) for _unit, _scale, against, word in read}
        if earlier is not None:
            assert {("before", "lower"), ("before", "no_certain_difference")} <= told


def test_nothing_can_be_worked_out_from_all_that_is_shown(evidence: Evidence) -> None:
    for known, shown in zip(evidence.behind, evidence.shown, strict=True):
        assert given_to_the_audit(shown, known)


def test_a_build_without_absorption_is_caught(sqlite_backend: SQLite) -> None:
    with without_absorption():
        with built(sqlite_backend, audited=False) as one:
            first = crawl(one.app, one.round, SOME)
            with one.app.app_context():
                known = behind(one.round)
                assert not given_to_the_audit(read_back(first, known), known)
        with built(sqlite_backend, swap=True, audited=False) as other:
            assert changed(first, crawl_again(other.app, other.round, first))


def test_a_build_that_draws_from_unrounded_means_is_caught(sqlite_backend: SQLite) -> None:
    with drawing_from_answers(), built(sqlite_backend) as one:
        with answers_read(one.app) as read:
            first = crawl(one.app, one.round, SOME)
        assert read
        with one.app.app_context():
            known = behind(one.round)
            forget_answers()
        assert not read_back(first, known) <= known.rows
        assert changed(first, crawl_again(one.app, one.round, first))
