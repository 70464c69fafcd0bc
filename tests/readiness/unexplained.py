"""Numbers on pages that no published row explains, and that no text of the page holds anyway."""

import re
from collections.abc import Iterator, Sequence

from babel.dates import format_date
from bs4 import Tag

from tests.page_rules import words
from tests.readiness.crawling import Crawl, content
from tests.readiness.published import Published
from tests.readiness.reading_back import main_of, opened
from tests.readiness.shown_values import plain

_NUMBER = re.compile(r"\d[\d,]*")
_SCALE = {"1", "2", "3", "4", "5"}
"""The scale and its parts."""
_ENDS = {"20", "80"}
"""Where bars of a distribution end, said once beside them."""
_TALK = {"20", "7"}
_METHOD = {"0", "95", "100", "0,70", "0,95", "30", "2014", "9", "1186", "1748", "5908", "7"}
_LEADER = {"2027", "180", "100", "2"}
"""A name for a round as an example; days between rounds; from how many invited a rate is shown; most reminders."""
_ANSWERING = {str(number) for number in range(1, 13)} | {"2014"}
"""The statements, and the year of their article."""


def unexplained(found: Crawl, known: Published, waves: Sequence[Published]) -> list[tuple[str, str]]:
    """Numbers on a wave's result pages that are in no row about a unit that the page names, nor in the page's texts."""
    odd = []
    for path, kind, body in opened(found, known):
        if kind != "text/html":
            continue
        text = _text(main_of(body), waves)
        named = {known.root} | {unit for name, unit in known.units.items() if name in text}
        for name in sorted(known.units, key=len, reverse=True):
            text = re.sub(rf"{re.escape(name)}(?!\d)", "", text)
        allowed = _SCALE | _ENDS | _limits(known) | set(_allowed(named, known))
        allowed |= _TALK if path.endswith("/samtal") else set()
        allowed |= _METHOD | _counts(known) if path.endswith("/metod") else set()
        odd += [(path, number) for number in _NUMBER.findall(text) if number.strip(",") not in allowed]
    return odd


def unexplained_beside(found: Crawl, waves: Sequence[Published]) -> list[tuple[str, str]]:
    """Numbers on the pages of those who run rounds and of those who answer that are not part of a round's plan.

    Days, limits, names, decisions, how many huvudmän and how many were invited: nothing there is made from answers.
    """
    odd = set()
    planned = set().union(*(_planned(known) for known in waves))
    for (_who, path), (status, kind, body) in found.items():
        if status == 200 and kind == "text/html" and re.match(r"/(matningar|enkat)", path):
            allowed = planned | (_LEADER if path.startswith("/matningar") else set())
            allowed |= _ANSWERING if "/prova" in path or path.startswith("/enkat/") else set()
            numbers = _NUMBER.findall(_text(main_of(content(kind, body)), waves))
            odd |= {(path, number) for number in numbers if number.strip(",") not in allowed}
    return sorted(odd)


def _text(main: Tag, waves: Sequence[Published]) -> str:
    """What is read and said on a page, without the days of the waves, as they are written and as they name a wave."""
    text = plain(" ".join([words(main), *(str(tag["aria-label"]) for tag in main.select("[aria-label]"))]))
    for day in (day for known in waves for day in known.days):
        text = text.replace(format_date(day, "d MMMM y", locale="sv"), "").replace(f"{day}", "")
    return text


def _limits(known: Published) -> set[str]:
    return {str(known.k), str(known.k_distribution)}


def _planned(known: Published) -> set[str]:
    """The limits, how many were invited, how many huvudmän are in it; and three minutes for twelve statements."""
    return _limits(known) | {str(known.invited), str(known.huvudmen), "3", "12"}


def _allowed(named: set[str], known: Published) -> Iterator[str]:
    for row in known.rows:
        if row[0] in named and row[2] in ("n", "mean", "share", "statistic"):
            yield from _NUMBER.findall(str(row[8]).replace(".", ","))


def _counts(known: Published) -> set[str]:
    """How many units there are, and how many have figures of each family; what fell back, from the kinds of rows."""
    shown = {
        family: {row[0] for row in known.rows if row[1:3] == (family, "n")} for family in ("means", "distributions")
    }
    sizes = {(row[0], row[1]): int(str(row[8])) for row in known.rows if row[2] == "n"}
    coarser = {
        *((row[0], "m") for row in known.rows if row[7] == "half" and sizes[row[0], "means"] >= 10),
        *((row[0], "d") for row in known.rows if row[7] == "band" and sizes[row[0], "distributions"] >= 30),
    }
    return {str(len(known.units)), *(str(len(units)) for units in shown.values()), str(len(coarser))}
