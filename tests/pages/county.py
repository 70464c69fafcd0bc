"""A county in which every role owns something, for the matrix of routes, roles and places."""

from dataclasses import dataclass
from typing import Any

from tbblearn.courses.models import CourseAsset
from tbblearn.db import db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.mail.rules import MessageState
from tbblearn.people.models import Programme
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.actions import NewWave, plan_wave
from tbblearn.training.exemption_models import Exemption
from tbblearn.training.learning import actions
from tbblearn.training.learning.queries import my_courses
from tbblearn.training.rules import ExemptionKind, ExemptionReason
from tests.factories import NOW, TODAY, County
from tests.readiness.rounds import Round, open_survey
from tests.training.conftest import Training

OTHERS = {"below": "p101", "sibling": "p107", "other": "p110"}
"""Persons in enhet-1 (below the manager), enhet-3 (beside) and skola-1 (another huvudman)."""

UNITS = {"own": "verksamhet-1", "below": "enhet-1", "sibling": "verksamhet-2", "other": "flen"}
NOTHING = 987_654


@dataclass
class Places:
    """Ids of what the routes are about, by whose they are."""

    county: County
    persons: dict[str, int]
    """Who holds each role of the matrix."""
    attempts: dict[int, int]
    completions: dict[int, int]
    exemptions: dict[int, int]
    letter: int
    """A kept letter."""
    failed: int
    """A message that did not arrive."""
    picture: str
    wave: int
    """An open survey to which everybody is invited."""
    planned: int
    """A survey round that is planned, and that no huvudman has adopted."""
    published: int
    """A published wave, on the day of its publication: those with a role read it, the others not yet."""
    slug: str = "base"

    def arguments(self, endpoint: str, names: frozenset[str], role: str, scope: str) -> dict[str, Any]:
        """Values for a route's address."""
        owner = self._owner(role, scope)
        known: dict[str, Any] = {
            "unit_id": self.county.units[UNITS[scope]] if scope in UNITS else NOTHING,
            "person_id": owner if owner is not None else NOTHING,
            "attempt_id": self.attempts.get(owner or 0, NOTHING),
            "completion_id": self.completions.get(owner or 0, NOTHING),
            "exemption_id": self.exemptions.get(owner or 0, NOTHING),
            "message_id": self.failed if endpoint.endswith("send_again") else self.letter,
            "draft_id": NOTHING,
            "report_id": NOTHING,
            "question_id": "no-such-question",
            "wave_id": self._wave(endpoint, scope),
            "step": "dra-tillbaka",
            "number": 1,
            "slug": self.slug,
            "module_id": "part-1",
            "screen_id": "s1",
            "token": "no-such-link",
            "sha256": self.picture,
            "source": "flen",
            "kind": "personal",
            "form": "csv",
        }
        return {name: known[name] for name in names}

    def _wave(self, endpoint: str, scope: str) -> int:
        """The planned round for who runs it, the published one for who reads it, the open one for who answers."""
        if endpoint.startswith("waves."):
            return self.planned
        if endpoint.startswith("readiness_"):
            return self.published
        return self.wave if scope == "own" else NOTHING

    def _owner(self, role: str, scope: str) -> int | None:
        if scope == "own":
            return self.persons.get(role, self.persons["staff"])
        return self.county.persons[OTHERS[scope]] if scope in OTHERS else None


def build_places() -> Places:
    """Everybody has a certificate, an exemption and the quiz started again. Committed; needs an application context."""
    county = County.build()
    training = Training.in_county(county)
    training.tick()
    holders = {role: county.persons[role] for role in ROLE_HOLDERS} | {"staff": county.persons["p104"]}
    owners = [*holders.values(), *(county.persons[name] for name in OTHERS.values())]
    attempts: dict[int, int] = {}
    completions: dict[int, int] = {}
    for person_id in owners:
        training.take(person_id)
        completions[person_id] = my_courses(person_id, TODAY).done[0].completion_id
        with unit_of_work():
            attempts[person_id] = actions.start_attempt(person_id, "base", now=NOW, today=TODAY).id
    with unit_of_work():
        free = {"kind": ExemptionKind.EXEMPT, "reason": ExemptionReason.OTHER, "from_on": TODAY, "decided_at": NOW}
        made = {one: Exemption(person_id=one, course_id=1, decided_by=holders["manager"], **free) for one in owners}
        db.session.add_all(made.values())
        db.session.flush()
        exemptions = {one: exemption.id for one, exemption in made.items()}
        known = {"kind": "set_password", "recipient_id": holders["staff"], "created_at": NOW, "due_at": NOW}
        kept = {"state": MessageState.SENT, "sent_at": NOW, "kept_subject": "Mejl", "kept_body": "Hej!"}
        letter = Message(dedupe_key="kept", **(known | {"kind": "external_ends"}), **kept)
        failed = Message(dedupe_key="failed", state=MessageState.FAILED, **known)
        picture = CourseAsset(sha256="a" * 64, media_type="image/svg+xml", content=b"<svg/>")
        db.session.add_all([letter, failed, picture])
        db.session.flush()
        other = Programme(slug="tuv", name="Tillsammans för unga vuxna")
        db.session.add(other)
        db.session.flush()
        wave = open_survey(other.id, county.persons["process_leader"])
        planned = plan_wave(NewWave(other.id, "Mätning", TODAY, TODAY, 5, 10), by=None, now=NOW)
        kept_ids = letter.id, failed.id
    published = _published(county, training.programme_id)
    return Places(
        county, holders, attempts, completions, exemptions, *kept_ids, picture.sha256, wave, planned, published
    )


def _published(county: County, programme_id: int) -> int:
    """A wave that everybody answered."""
    leader = {Role.PROCESS_LEADER: county.persons["process_leader"]}
    made = Round(units=county.units, holders=leader, programme_id=programme_id)
    made.run()
    return made.wave_id


ROLE_HOLDERS = ("manager", "pilot", "follow_up", "process_leader", "editor", "admin")
