"""Reading the file that the audit checks; every fault of it is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tbblearn.readiness.audit_rows import AuditFile
from tbblearn.readiness.rules import Family, Kind, Measure, Part, PublishedRow, Tree, TreeFault
from tbblearn.surveys.instruments import instrument as find_instrument
from tbblearn.surveys.rules import UnknownInstrument


class FaultyAuditFile(Exception):
    """A file that the audit cannot read; one sentence per fault."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def read_audit_file(data: Any) -> AuditFile:
    """The audit file from parsed JSON; raises FaultyAuditFile with a sentence for each fault."""
    if not isinstance(data, dict):
        raise FaultyAuditFile(["The file must hold one JSON object with units, k, k_distribution, pieces, published."])
    missing = [key for key in ("units", "k", "k_distribution", "pieces", "published") if key not in data]
    if missing:
        raise FaultyAuditFile([f"The key “{key}” is missing." for key in missing])
    faults: list[str] = []
    tree = _read_tree(data["units"], faults)
    limits = [_read_limit(data, key, faults) for key in ("k", "k_distribution")]
    try:
        instrument = find_instrument(str(data.get("instrument", "oric")))
    except UnknownInstrument as error:
        raise FaultyAuditFile([str(error)]) from error
    pieces = _read_pieces(data["pieces"], tree, faults)
    rows = list(_read_rows(data["published"], faults))
    if not faults and limits[1] < limits[0]:
        faults.append(f"k_distribution is {limits[1]}, below k, which is {limits[0]}.")
    if faults:
        raise FaultyAuditFile(faults)
    return AuditFile(tree, limits[0], limits[1], pieces, tuple(rows), instrument)


def _read_limit(data: Mapping[str, Any], key: str, faults: list[str]) -> int:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.append(f"{key} must be a whole number of at least 1, not {value!r}.")
        return 0
    return value


def _read_tree(units: Any, faults: list[str]) -> Tree:
    pairs: list[tuple[str, str | None]] = []
    for number, entry in enumerate(units if isinstance(units, list) else [None], start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("unit"), str):
            faults.append(f"units, number {number}: write an object with unit and parent.")
            continue
        pairs.append((entry["unit"], entry.get("parent") or None))
    try:
        return Tree.build(pairs)
    except TreeFault as fault:
        faults.append(f"units, number {fault.position + 1}: {fault}.")
        return Tree.build([])


def _read_pieces(pieces: Any, tree: Tree, faults: list[str]) -> dict[Family, dict[str, int]]:
    found: dict[Family, dict[str, int]] = {Family.MEANS: {}, Family.DISTRIBUTIONS: {}}
    for number, entry in enumerate(pieces if isinstance(pieces, list) else [None], start=1):
        where = f"pieces, number {number}:"
        if not isinstance(entry, dict) or entry.get("family") not in ("means", "distributions"):
            faults.append(f"{where} write an object with unit, family (means or distributions) and n.")
            continue
        unit, n, family = entry.get("unit"), entry.get("n"), Family(entry["family"])
        if not isinstance(unit, str) or (tree.units and unit not in tree.parent):
            faults.append(f"{where} the unit {unit!r} is not among the units.")
        elif isinstance(n, bool) or not isinstance(n, int) or n < 0:
            faults.append(f"{where} n must be a whole number of at least 0, not {n!r}.")
        elif unit in found[family]:
            faults.append(f"{where} the unit “{unit}” has two pieces of {family.value}.")
        elif n:
            found[family][unit] = n
    return found


def _read_rows(published: Any, faults: list[str]) -> Iterator[PublishedRow]:
    for number, entry in enumerate(published if isinstance(published, list) else [None], start=1):
        try:
            yield PublishedRow(
                unit=str(entry["unit"]),
                family=Family(entry["family"]),
                measure=Measure(entry["measure"]),
                kind=Kind(entry["kind"]),
                value=str(entry["value"]),
                scale=entry.get("scale"),
                item=entry.get("item"),
                part=Part(entry["part"]) if entry.get("part") else None,
                statistic=entry.get("statistic"),
            )
        except KeyError as error:
            faults.append(f"published, number {number}: the key {error} is missing.")
        except (TypeError, ValueError, AttributeError) as error:
            faults.append(f"published, number {number}: this is no published row: {error}.")
