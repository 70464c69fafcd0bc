"""Whom a requirement is for."""

from dataclasses import replace
from datetime import date

import pytest

from tbblearn.people.rules import Level
from tbblearn.training.requirements.audience import AudienceRule, EmploymentFacts, covers, joined
from tbblearn.training.rules import Effect

TODAY = date(2026, 11, 21)
NURSE = EmploymentFacts("/1/5/9/", Level.IN_DEPTH, "Vårdcentral", "Sjuksköterska", date(2020, 1, 1), None)
EVERYBODY = AudienceRule()

RULES: dict[str, tuple[list[AudienceRule], EmploymentFacts, bool]] = {
    "no rules cover nobody": ([], NURSE, False),
    "a rule without conditions covers everybody": ([EVERYBODY], NURSE, True),
    "unit subtree: above": ([AudienceRule(unit_path="/1/5/")], NURSE, True),
    "unit subtree: itself": ([AudienceRule(unit_path="/1/5/9/")], NURSE, True),
    "unit subtree: below": ([AudienceRule(unit_path="/1/5/9/2/")], NURSE, False),
    "unit subtree: a number that begins alike": (
        [AudienceRule(unit_path="/1/5/")],
        replace(NURSE, unit_path="/1/55/"),
        False,
    ),
    "level": ([AudienceRule(level=Level.IN_DEPTH)], NURSE, True),
    "another level": ([AudienceRule(level=Level.BASE)], NURSE, False),
    "a level where the unit has none": ([AudienceRule(level=Level.BASE)], replace(NURSE, level=None), False),
    "profession, however written": ([AudienceRule(profession="sjuksköterska")], NURSE, True),
    "another profession": ([AudienceRule(profession="Läkare")], NURSE, False),
    "service": ([AudienceRule(service="vårdcentral")], NURSE, True),
    "another service": ([AudienceRule(service="Förskola")], NURSE, False),
    "all conditions of a rule must hold": ([AudienceRule(level=Level.IN_DEPTH, profession="Läkare")], NURSE, False),
    "one including rule is enough": (
        [AudienceRule(profession="Läkare"), AudienceRule(level=Level.IN_DEPTH)],
        NURSE,
        True,
    ),
    "an excluding rule wins": (
        [EVERYBODY, AudienceRule(Effect.EXCLUDE, service="Vårdcentral", min_days=None)],
        NURSE,
        False,
    ),
    "an excluding rule for others": (
        [EVERYBODY, AudienceRule(Effect.EXCLUDE, service="Förskola", min_days=None)],
        NURSE,
        True,
    ),
    "only an excluding rule": ([AudienceRule(Effect.EXCLUDE, service="Förskola", min_days=None)], NURSE, False),
    "at least 90 days: 90": ([EVERYBODY], replace(NURSE, start_on=date(2026, 11, 1), end_on=date(2027, 1, 29)), True),
    "at least 90 days: 89": ([EVERYBODY], replace(NURSE, start_on=date(2026, 11, 1), end_on=date(2027, 1, 28)), False),
    "at least 90 days: 30 after a move, 120 in all": (
        [EVERYBODY],
        replace(
            NURSE,
            start_on=date(2026, 11, 1),
            end_on=date(2026, 11, 30),
            whole=(date(2026, 8, 3), date(2026, 11, 30)),
        ),
        True,
    ),
    "any length": (
        [AudienceRule(min_days=None)],
        replace(NURSE, start_on=date(2026, 11, 1), end_on=date(2026, 11, 30)),
        True,
    ),
    "valid from tomorrow": ([AudienceRule(valid_from_on=date(2026, 11, 22))], NURSE, False),
    "valid from today": ([AudienceRule(valid_from_on=TODAY)], NURSE, True),
    "valid until today": ([AudienceRule(valid_until_on=TODAY)], NURSE, True),
    "valid until yesterday": ([AudienceRule(valid_until_on=date(2026, 11, 20))], NURSE, False),
    "not employed yet": ([EVERYBODY], replace(NURSE, start_on=date(2026, 11, 22)), False),
    "last day today": ([EVERYBODY], replace(NURSE, end_on=TODAY), True),
    "not employed any more": ([EVERYBODY], replace(NURSE, end_on=date(2026, 11, 20)), False),
}


@pytest.mark.parametrize(("rules", "employment", "covered"), RULES.values(), ids=RULES.keys())
def test_audience(rules: list[AudienceRule], employment: EmploymentFacts, covered: bool) -> None:
    assert covers(rules, employment, TODAY) is covered


MARCH, APRIL = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))
MAY_14, MAY_15 = (date(2026, 5, 15), date(2026, 6, 30)), (date(2026, 5, 16), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("spans", "day", "whole"),
    [
        ([MARCH], date(2026, 3, 1), MARCH),
        ([APRIL, MARCH], date(2026, 4, 1), (MARCH[0], APRIL[1])),
        ([MARCH, APRIL, MAY_14], date(2026, 5, 15), (MARCH[0], MAY_14[1])),
        ([MARCH, APRIL, MAY_15], date(2026, 5, 16), MAY_15),
        ([MARCH, APRIL, MAY_15], date(2026, 3, 1), (MARCH[0], APRIL[1])),
        ([MARCH, (date(2026, 3, 10), None)], date(2026, 3, 1), (MARCH[0], None)),
        (
            [(date(2026, 1, 1), date(2026, 12, 31)), MARCH, APRIL],
            date(2026, 3, 1),
            (date(2026, 1, 1), date(2026, 12, 31)),
        ),
    ],
    ids=["alone", "a move", "14 days between", "15 days between", "before the gap", "no end", "one inside another"],
)
def test_chained_contracts_count_as_one(spans, day, whole):
    assert joined(spans, day) == whole
