"""Somebody who watched the network while people answered, and then takes the whole disk.

It knows who answered and in which order, who is invited where, even in which order the ids of the open table came; and
all that `disk.read_disk` finds. It does not know what anybody answered: only the judge does. For each order that it
can find in the answers, and each order of the persons, it gives the first answer of a piece to the first person of
that piece, and so on: a perfect matching within every piece. By chance it is right once a piece, whatever its size.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import comb, sqrt
from random import Random
from statistics import NormalDist
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.readiness.waves import wiping
from tbblearn.readiness.waves.closing import close_wave, mark_clean, unclean_waves
from tbblearn.surveys.models import ResponseOpen
from tests.factories import NOW, TODAY
from tests.readiness.disk import Disk, heap_ages, read_disk
from tests.readiness.rounds import CODES, Round, some_answers

FALSE_ALARM = 1e-6
"""How seldom a sound build may be accused."""


@dataclass
class Watched:
    """What was seen of one wave while it was open, and, for the judge, who answered what."""

    wave_id: int
    order: list[int]
    unit_of: dict[int, int]
    given: dict[int, str]
    ids: list[str] = field(default_factory=list)


def watch(county: Round, *, seed: int, share: float = 1.0, today: date = TODAY, taken: Collection[str] = ()) -> Watched:
    """People answer one after another, each in a transaction of their own, no two alike and none as in `taken`."""
    rng = Random(seed)
    unit_of = dict(county.invited())
    db.session.rollback()
    order = sorted(unit_of)
    rng.shuffle(order)
    del order[round(share * len(order)) :]
    given: dict[int, str] = {}
    seen = set(taken)
    for person in order:
        answers = some_answers(rng)
        while _as_text(answers) in seen:
            answers = some_answers(rng)
        given[person] = _as_text(answers)
        seen.add(given[person])
        assert county.answer(person, answers, today=today)
    with read_only():
        ids = {
            _as_text(answers): key.hex
            for key, answers in db.session.execute(
                select(ResponseOpen.id, ResponseOpen.answers).where(ResponseOpen.wave_id == county.wave_id)
            )
        }
    return Watched(county.wave_id, order, unit_of, given, [ids[given[person]] for person in order])


def close(
    county: Round,
    *,
    move: Callable[[int], None] = wiping.move,
    empty: Callable[[str, int], None] = wiping.empty,
    wipe: Callable[[], bool] = wiping.wipe,
) -> None:
    """Close and wipe, by the product's own steps unless weaker ones are given."""
    with unit_of_work():
        close_wave(county.wave_id, by=None, now=NOW, move_answers=move, empty_table=empty)
    wiped(wipe)


def wiped(wipe: Callable[[], bool] = wiping.wipe) -> None:
    """What the timer does next."""
    with read_only():
        waiting = unclean_waves()
    assert waiting
    assert wipe()
    with unit_of_work():
        mark_clean(waiting)


# --- what it makes of it --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """How the best guess did. `chance`: how likely a guess at random is as good in one of so many tries."""

    persons: int
    pieces: int
    hits: Mapping[str, int]
    """By name of the guess."""
    chance: float
    remains: tuple[str, ...]
    """Where on the disk answers are that should not be there, or are there twice."""

    @property
    def sound(self) -> bool:
        """No better than chance, and nothing left."""
        return self.chance >= FALSE_ALARM and not self.remains

    @property
    def best(self) -> str:
        """The guess that was right most often."""
        return max(self.hits, key=lambda name: self.hits[name])


def judge(watched: Watched) -> Verdict:
    """Let the adversary have the disk, and count how often each of its guesses is right."""
    disk = read_disk()
    piece_of_unit = {
        row["unit_id"]: row["piece_id"] for row in disk.tables["wave_unit"] if row["wave_id"] == watched.wave_id
    }
    rows = [row for row in disk.tables["response"] if row["wave_id"] == watched.wave_id]
    piece_of = {_text_of(row["answers"]): row["piece_id"] for row in rows}
    people = {
        name: _by_piece(order, {person: piece_of_unit[watched.unit_of[person]] for person in order})
        for name, order in _orders_of_persons(disk, watched)
    }
    hits: dict[str, int] = {}
    for name, order in _orders_of_answers(disk, rows, watched):
        for direction, sequence in (("", order), (" backwards", order[::-1])):
            answers = _by_piece(sequence, piece_of)
            for by, persons in people.items():
                hits[f"{name}{direction} / {by}"] = sum(
                    watched.given[person] == one
                    for piece, ones in answers.items()
                    for person, one in zip(persons.get(piece, ()), ones, strict=False)
                )
    sizes = [len(persons) for persons in people["as they answered"].values()]
    assert sum(sizes) == len(rows), "the wave has other answers than were given"
    tail = chance_of(max(hits.values()), sizes)
    return Verdict(len(rows), len(sizes), hits, min(1.0, tail * len(hits)), tuple(_remains(disk, piece_of)))


def _orders_of_persons(disk: Disk, watched: Watched) -> Iterator[tuple[str, list[int]]]:
    answered = set(watched.order)
    yield "as they answered", watched.order
    yield "by id", sorted(watched.order)
    invited = [row for row in disk.tables["invitation"] if row["wave_id"] == watched.wave_id]
    for name in ("row_place", "row_number"):
        if invited and name in invited[0]:
            place = sorted(invited, key=lambda row: _sortable(row[name]))
            yield "as invitations lie", [person for row in place if (person := row["person_id"]) in answered]


def _orders_of_answers(
    disk: Disk, rows: Sequence[Mapping[str, object]], watched: Watched
) -> Iterator[tuple[str, list[str]]]:
    wanted = {_text_of(row["answers"]) for row in rows}
    yield "as read", [_text_of(row["answers"]) for row in rows]
    for column in rows[0]:
        if column not in {"answers", "wave_id", "piece_id"}:
            yield (
                f"by {column}",
                [_text_of(row["answers"]) for row in sorted(rows, key=lambda row: _sortable(row[column]))],
            )
    came = {key: place for place, key in enumerate(watched.ids)}
    known = [row for row in rows if UUID(str(row["id"])).hex in came]
    if known:
        yield (
            "by when the id came",
            [_text_of(row["answers"]) for row in sorted(known, key=lambda row: came[UUID(str(row["id"])).hex])],
        )
    places: dict[str, list[tuple[int, str]]] = {}
    for name, offset, answers in disk.found():
        if answers in wanted:
            places.setdefault(name, []).append((offset, answers))
    for name, found in places.items():
        yield f"by place in {name}", _first_of(answers for _offset, answers in sorted(found))
        # Pages are filled from their ends.
        in_pages = sorted(found, key=lambda one: (one[0] // disk.page, -one[0]))
        yield f"by page in {name}", _first_of(answers for _offset, answers in in_pages)
        if disk.tables["wave"] and "row_xmin" in disk.tables["wave"][0]:
            ages = sorted((age, one) for age, one in heap_ages(disk.files[name]) if one in wanted)
            yield f"by age in {name}", _first_of(one for _age, one in ages)


def _remains(disk: Disk, piece_of: Mapping[str, object]) -> Iterator[str]:
    """Every set of answers that counts in a piece is on the disk once, in the table of responses, and no other is."""
    count = Counter(answers for _name, _offset, answers in disk.found())
    live = {_text_of(row["answers"]) for table in wiping.ANSWERS for row in disk.tables[table]}
    assert set(piece_of) <= set(count), "the bytes were not found"
    for name, offset, answers in disk.found():
        if answers not in live or (answers in piece_of and count[answers] > 1):
            yield f"{name} at {offset}"


def chance_of(hits: int, sizes: Sequence[int]) -> float:
    """How likely so many are right at random, or more, in pieces of these sizes: fixed points of permutations."""
    whole = [1.0]
    for size in sizes:
        one = _fixed_points(size)
        both = [0.0] * (len(whole) + size)
        for left, there in enumerate(whole):
            for right, here in enumerate(one):
                both[left + right] += there * here
        whole = both
    return min(1.0, sum(whole[hits:]))


def _fixed_points(size: int) -> list[float]:
    """How likely a random permutation leaves so many where they are."""
    moved = [1, 0]
    for n in range(2, size + 1):
        moved.append((n - 1) * (moved[-1] + moved[-2]))
    total = sum(comb(size, n) * moved[size - n] for n in range(size + 1))
    return [comb(size, n) * moved[size - n] / total for n in range(size + 1)]


def advantage(verdicts: Sequence[Verdict]) -> tuple[str, float, float, float]:
    """The best guess over all rounds: its name, (hits - expected) / persons, and a 95 % interval.

    The interval allows for the best having been chosen among all guesses (Bonferroni).
    """
    persons = sum(verdict.persons for verdict in verdicts)
    pieces = sum(verdict.pieces for verdict in verdicts)
    names = set.intersection(*(set(verdict.hits) for verdict in verdicts))
    hits = {name: sum(verdict.hits[name] for verdict in verdicts) for name in names}
    best = max(hits, key=lambda name: hits[name])
    wide = NormalDist().inv_cdf(1 - 0.025 / len(hits)) * sqrt(pieces) / persons
    found = (hits[best] - pieces) / persons
    return best, found, found - wide, found + wide


# --- small things ---------------------------------------------------------------------------------------------------


def _by_piece(sequence: Sequence[Any], piece_of: Mapping[Any, object]) -> dict[object, list[Any]]:
    found: dict[object, list[Any]] = {}
    for one in sequence:
        if piece_of[one] is not None:
            found.setdefault(piece_of[one], []).append(one)
    return found


def _first_of(sequence: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sequence))


def _as_text(answers: Mapping[str, str]) -> str:
    return json.dumps({code: answers[code] for code in CODES})


def _text_of(stored: object) -> str:
    return stored if isinstance(stored, str) else json.dumps(stored)


def _sortable(value: object) -> tuple[object, ...]:
    """Places and numbers in their own order, all else as text."""
    if isinstance(value, str) and value.startswith("("):
        return tuple(map(int, value.strip("()").split(",")))
    if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal() and len(value) < 32):
        return 0, float(value)
    return 1, str(value)
