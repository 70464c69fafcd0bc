"""The folder that employers' systems put their files in: `<folder>/<source>/`, looked through by the timer.

A file counts only with its companion `FILE.ok`. The folder is only read, and is no lock: a file is claimed by its row,
unique on source, kind and time, so any number of nodes may watch it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from tbblearn.db import db, read_only, unit_of_work
from tbblearn.mail.actions import NewMessage, queue_all
from tbblearn.people.belonging import grant_holds
from tbblearn.people.models import Grant
from tbblearn.people.rules import Role
from tbblearn.staffing.actions import AlreadyTaken, ChangedMeanwhile
from tbblearn.staffing.queries import NoSuchSource, huvudman_of, last_as_of
from tbblearn.staffing.rules import AWAITED_HOURS, Fault, FileKind, FileRefused, Finding, Way
from tbblearn.staffing.tables import LARGEST
from tbblearn.staffing.taking_in import Leaving, Looked, Mark, look, named_time, read_mark, take

FILE_WAITS_MAIL = "staff_file_waits"
OK = ".ok"
ABOUT = "about."
"""How what fills in the sentence is called in the letter's values."""
LONGEST_MARK = 1_000
TAKEN, WAITING = "staff_files_taken", "staff_files_waiting"
KINDS = (TAKEN, WAITING)
"""What the timer counts."""

NAMES = {"enheter": FileKind.UNITS, "units": FileKind.UNITS, "personal": FileKind.STAFF, "staff": FileKind.STAFF}
"""How a file's name begins, and what it then is."""


@dataclass(frozen=True)
class Found:
    """A file in the folder, with its companion."""

    path: Path
    source: str
    kind: FileKind
    mark: Mark
    as_of: datetime


def watch(folder: Path | None, now: datetime, *, dry_run: bool = False) -> Counter[str]:
    """Take in every file that keeps within the limits, units before staff; tell of the others once each.

    Each file is a transaction of its own. With `dry_run` nothing is written.
    """
    done: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    if folder is None or not folder.is_dir():
        return done
    for found in sorted(_files(folder, now), key=lambda one: (one.source, one.as_of, one.kind is FileKind.STAFF)):
        outcome = _one(found, now, dry_run=dry_run)
        if outcome:
            done[outcome] += 1
    return done


def _files(folder: Path, now: datetime) -> Iterator[Found]:
    """Those with a companion that can be read, of a huvudman that there is."""
    for companion in sorted(folder.glob(f"*/*{OK}")):
        path = companion.with_name(companion.name.removesuffix(OK))
        kind = next((kind for name, kind in NAMES.items() if path.name.casefold().startswith(name)), None)
        if kind is None or not path.is_file() or path.is_symlink() or companion.stat().st_size > LONGEST_MARK:
            continue
        try:
            mark = read_mark(companion.read_text(encoding="utf-8"))
            with read_only():
                huvudman_of(companion.parent.name)
        except (FileRefused, NoSuchSource, UnicodeDecodeError):
            continue
        as_of = mark.as_of or named_time(path.name)
        if as_of is not None and as_of <= now:
            yield Found(path, companion.parent.name, kind, mark, as_of)


def _one(found: Found, now: datetime, *, dry_run: bool) -> str:
    """What became of a file: one of KINDS, or empty where there is nothing to do."""
    with read_only():
        last = last_as_of(found.source, found.kind)
    if (last is not None and found.as_of <= last) or found.path.stat().st_size > LARGEST:
        return ""
    try:
        content = found.path.read_bytes()
        leaving = Leaving(skip_faulty=True)
        looked = look(content, found.source, found.kind, as_of=found.as_of, now=now, mark=found.mark, leaving=leaving)
    except FileRefused as refused:
        return _tell(found, refused.finding, now, dry_run=dry_run)
    if looked.stops:
        if _awaits_units(looked) and now - found.as_of < timedelta(hours=AWAITED_HOURS):
            return ""
        return _tell(found, looked.stops[0], now, dry_run=dry_run)
    if not dry_run:
        try:
            take(looked, Way.FOLDER, now=now)
        except (AlreadyTaken, ChangedMeanwhile):  # another node, or a person, was first: look again at the next run
            return ""
    return TAKEN


def _awaits_units(looked: Looked) -> bool:
    return any(one.fault is Fault.UNKNOWN_UNIT for one in looked.findings)


def _tell(found: Found, why: Finding, now: datetime, *, dry_run: bool) -> str:
    """Queue a letter to the county's administrators, once for each file and reason; it has no names."""
    if dry_run:
        return WAITING
    values: dict[str, str | int] = {f"{ABOUT}{name}": value for name, value in why.about.items()}
    values |= {"source": found.source, "kind": found.kind, "fault": why.fault, "as_of": found.as_of.isoformat()}
    with unit_of_work():
        admins = db.session.scalars(
            select(Grant.person_id).where(Grant.role == Role.ADMIN, grant_holds(now.date())).distinct()
        ).all()
        key = f"{FILE_WAITS_MAIL}:{found.source}:{found.kind}:{found.as_of.isoformat()}:{why.fault}"
        letters = [NewMessage(person_id, f"{key}:{person_id}", values) for person_id in admins]
        told = queue_all(FILE_WAITS_MAIL, letters, now=now)
    return WAITING if told else ""
