"""Publish, audit, make coarser what the audit names, and audit again, until it passes or nothing helps.

A closed bound makes all figures of a unit and family fall back, never one item alone: which item was at stake would
itself tell something.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tbblearn.readiness.audit.check import AuditReport, audit
from tbblearn.readiness.audit.reading import read_audit_file
from tbblearn.readiness.audit.rows import AuditFile
from tbblearn.readiness.figures.publish import Coarseness, Collected, Publication, publish
from tbblearn.readiness.figures.scoring import Scorer
from tbblearn.readiness.rules import Family


@dataclass(frozen=True, slots=True)
class AuditedPublication:
    """Rows, the audit of exactly these rows, and what fell back on the way. Publish only if `report.passed`."""

    publication: Publication
    report: AuditReport
    fallen_back: dict[tuple[str, Family], Coarseness]


def audit_file(collected: Collected, publication: Publication, instrument: str) -> dict[str, Any]:
    """The file that `tbblearn readiness audit` reads, as JSON-ready data. Not for publication: it holds exact sizes."""
    tree = collected.tree
    joined: Counter[str] = Counter()
    for piece, n in publication.sizes.items():
        holder = publication.distributions.piece_of[piece]
        if holder is not None:
            joined[holder] += n
    pieces = {
        Family.MEANS: publication.sizes,
        Family.DISTRIBUTIONS: {unit: joined[unit] for unit in publication.distributions.pieces},
    }
    return {
        "instrument": instrument,
        "units": [{"unit": unit, "parent": tree.parent[unit]} for unit in tree.units],
        "k": publication.k,
        "k_distribution": publication.k_distribution,
        "margin": collected.margin,
        "invited": {unit: collected.invited.get(unit, 0) for unit in tree.units},
        "rates": [],
        "pieces": [
            {"unit": unit, "family": family.value, "n": n}
            for family, sizes in pieces.items()
            for unit, n in sizes.items()
        ],
        "published": [row.as_json() for row in publication.rows],
    }


def as_audit_file(collected: Collected, publication: Publication, instrument: str) -> AuditFile:
    """The same, read back: what is audited is what the file says."""
    return read_audit_file(audit_file(collected, publication, instrument))


def audited_publication(
    scorer: Scorer,
    collected: Collected,
    k: int,
    k_distribution: int,
    time_limit: float,
    seen: Callable[[str], None] = lambda step: None,
) -> AuditedPublication:
    """The rows of a closed wave, fallen back where bounds close; `time_limit` is for all audits together."""
    deadline = monotonic() + time_limit
    fallen: dict[tuple[str, Family], Coarseness] = {}
    while True:
        publication = publish(scorer, collected, k, k_distribution, fallen)
        file = as_audit_file(collected, publication, scorer.instrument.code)
        report = audit(file, deadline - monotonic(), seen)
        if report.passed or report.timed_out or not report.withheld:
            return AuditedPublication(publication, report, fallen)
        for entry in report.withheld:
            level = Coarseness.COARSER if entry["to"] == "coarser" else Coarseness.WITHHELD
            fallen[entry["unit"], Family(entry["family"])] = level
