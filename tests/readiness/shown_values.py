"""Published rows from the words of pages and files: what a reader understands of one value, and how coarse it is.

Written from what is on the screen, not from the code that put it there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bs4 import Tag

from tbblearn.surveys.instruments import instrument

Row = tuple[str | None, ...]
"""unit, family, measure, scale, item, part, statistic, kind, value."""

ORIC = instrument("oric")
PROGRAMME = "Tillsammans för barnens bästa"
SCALES = {"Engagemang": "commitment", "Tilltro": "efficacy"}
SCALE_OF = {item: scale.code for scale in ORIC.scales for item in scale.items}
ITEMS = {ORIC.item_text(item, "sv", PROGRAMME): item.code for item in ORIC.items}
PARTS = {"Instämmer inte (1–2)": "low", "Varken eller (3)": "middle", "Instämmer (4–5)": "high"}
AGREEMENT = {"Ganska eniga": "agree", "Blandade svar": "mixed", "Delade meningar": "divided"}
STATISTICS = {
    "Cronbachs alfa": "alpha",
    "McDonalds omega": "omega",
    "ICC(1)": "icc1",
    "ICC(2)": "icc2",
    "Spridning inom enheter (standardavvikelse)": "s_w",
    "rWG(J)": "rwg_j",
    "r*WG(J)": "r_star_wg_j",
    "AD_M": "ad_m",
} | {f"Tillförlitlighet med {n} svar": f"reliability_{n}" for n in (5, 10, 20, 30)}
NOT_SHOWN = "Visas inte"


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def one(tag: Tag, selector: str) -> Tag:
    """The first element that a selector finds; there must be one."""
    found = tag.select_one(selector)
    assert found is not None, selector
    return found


def n_row(unit: str, family: str, text: str) -> Row:
    found = re.fullmatch(r"minst ([\d ]+) svar", plain(text), re.IGNORECASE)
    assert found, text
    return unit, family, "n", None, None, None, None, "at_least", found[1].replace(" ", "")


def mean_row(unit: str, scale: str, text: str) -> Row:
    said = plain(text)
    number = re.sub(r"[^\d,]", "", said).replace(",", ".")
    sign = "<=" if said.endswith("eller mindre") else ">=" if said.endswith("eller mer") else ""
    half = said.startswith("omkring") or f"{sign}{number}" in ("<=1.5", ">=4.5")
    return unit, "means", "mean", scale, None, None, None, "half" if half else "one_decimal", f"{sign}{number}"


def agreement_row(unit: str, scale: str, text: str) -> Row:
    return unit, "distributions", "agreement", scale, None, None, None, "word", AGREEMENT[plain(text)]


def statistic_row(root: str, scale: str | None, name: str, text: str) -> Row:
    value = plain(text).replace(",", ".").replace("−", "-")
    return root, "overall", "statistic", scale, None, None, name, "two_decimals", value


@dataclass
class Shares:
    """The shares of one unit as they are read; how coarse they are shows from all of them together."""

    unit: str
    n: str = ""
    said: dict[tuple[str, str], str] | None = None

    def rows(self) -> Iterator[Row]:
        said = self.said or {}
        bands = any("–" in text for text in said.values())
        fine = int(self.n) >= 100
        for (item, part), text in said.items():
            if text == "resten":
                continue
            number = re.sub(r"[^\d–]", "", text)
            ends = {"högst": ("0-20", "<=20"), "minst": ("80-100", ">=80")}.get(text.split()[0])
            if bands:
                kind, value = "band", ends[0] if ends else number.replace("–", "-")
            else:
                kind, value = ("fives", number) if fine else ("tens", ends[1] if ends else number)
            yield self.unit, "distributions", "share", SCALE_OF[item], item, part, None, kind, value


def same_row(unit: str, family: str, text: str, units: Mapping[str, str]) -> Row | None:
    """Where a unit's figures stand, if the text says that they stand in another."""
    same = re.fullmatch(r"Samma siffror som för (.+), och de visas där\.", plain(text))
    return None if same is None else (unit, family, "same_as", None, None, None, None, "unit", units[same[1]])


def drawn_otherwise(unit: str, scale: str, drawn: float, said: Row) -> Iterator[Row]:
    """A row that nobody published, where the drawing shows another number than the words."""
    if abs(drawn - float(str(said[8]).lstrip("<>="))) > 0.001:
        yield (*said[:8], f"{drawn:.3f}")
