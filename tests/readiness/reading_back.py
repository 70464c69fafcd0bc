"""From pages and files back to published rows: what a reader with a ruler writes down.

Written from what is on the screen, not from the code that put it there. A drawing whose geometry says anything else
than the words beside it gives a row that nobody published.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from bs4 import BeautifulSoup, Tag

from tbblearn.surveys.instruments import instrument
from tests.readiness.published import Crawl, Published
from tests.reading import words

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


# --- values -------------------------------------------------------------------------------------------------------


def n_row(unit: str, family: str, text: str) -> Row:
    found = re.fullmatch(r"(?:omkring )?([\d–]+) svar", plain(text), re.IGNORECASE)
    assert found, text
    return unit, family, "n", None, None, None, None, "n_band", found[1].replace("–", "-")


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
        fine = "-" not in self.n
        for (item, part), text in said.items():
            number = re.sub(r"[^\d–]", "", text)
            ends = {"högst": ("0-20", "<=20"), "minst": ("80-100", ">=80")}.get(text.split()[0])
            if bands:
                kind, value = "band", ends[0] if ends else number.replace("–", "-")
            else:
                kind, value = ("fives", number) if fine else ("tens", ends[1] if ends else number)
            yield self.unit, "distributions", "share", SCALE_OF[item], item, part, None, kind, value


def note_rows(unit: str, family: str, text: str, units: Mapping[str, str]) -> Iterator[Row]:
    said = plain(text)
    if said.startswith("Några svar (färre än"):
        yield unit, family, "note", None, None, None, None, "word", "absorbed"
    same = re.fullmatch(r"Lika med (.+): inga andra svar här\.", said)
    if same and same[1] != "en enhet under":
        yield unit, family, "same_as", None, None, None, None, "unit", units[same[1]]


def drawn_otherwise(unit: str, scale: str, drawn: float, said: Row) -> Iterator[Row]:
    """A row that nobody published, where the drawing shows another number than the words."""
    if abs(drawn - float(str(said[8]).lstrip("<>="))) > 0.001:
        yield (*said[:8], f"{drawn:.3f}")


# --- pages --------------------------------------------------------------------------------------------------------


def read_back(found: Crawl, known: Published) -> set[Row]:
    """Every row that somebody was shown, from pages, drawings and files."""
    rows: set[Row] = set()
    for path, kind, body in _opened(found):
        page = path.split("/")[3:]
        if kind == "text/csv":
            rows |= set(_csv_rows(body, known))
        elif kind == "application/json":
            rows |= set(_json_rows(body, known))
        elif page == ["lan"]:
            rows |= set(_county_rows(_main(body), known))
        elif page == ["metod"]:
            rows |= set(_method_rows(_main(body), known))
        elif len(page) == 1:
            rows |= set(_unit_rows(_main(body), page[0], known))
    return rows


def _opened(found: Crawl) -> list[tuple[str, str, str]]:
    """Address, kind and body of every results page and file that was opened, once where several read the same."""
    return sorted(
        {
            (path, kind, body if kind != "text/html" else body[body.index("<main") : body.index("</main>") + 7])
            for (_who, path), (status, kind, body) in found.items()
            if status == 200 and (path.startswith("/resultat/") or path[0].isdigit())
        }
    )


def _main(body: str) -> Tag:
    found = BeautifulSoup(body, "html.parser").main
    assert found is not None
    return found


def _unit_rows(main: Tag, unit: str, known: Published) -> Iterator[Row]:
    head = main.select_one(".pagehead .small")
    if head is None:
        return
    n = n_row(unit, "means", words(head).split("·")[0])
    yield n
    for card in main.select("section[aria-labelledby=means] .card"):
        yield from _card_rows(card, unit, n, known)
    for section, family in (("means", "means"), ("statements", "distributions")):
        for note in main.select(f"section[aria-labelledby={section}] p.small"):
            yield from note_rows(unit, family, words(note), known.units)
    yield from _share_rows(main, unit)
    for line in main.select("section[aria-labelledby=below] tbody tr"):
        yield from _line_rows(line, known.units[words(one(line, "th"))])


def _card_rows(card: Tag, unit: str, n: Row, known: Published) -> Iterator[Row]:
    scale = SCALES[words(one(card, ".eyebrow"))]
    places = known.units | {"Länet": known.root}
    said = {}
    for told in words(one(card, "p.small.flat")).split(" · "):
        name, _colon, value = told.rpartition(": ")
        said[places[name]] = mean_row(places[name], scale, value)
    yield from said.values()
    for word in card.select("li b"):
        yield agreement_row(unit, scale, words(word))
    drawing = one(card, "svg.scale")
    own = _scale_value(one(drawing, "circle.s-me")["cx"])
    yield from drawn_otherwise(unit, scale, own, said[unit])
    yield mean_row(unit, scale, words(one(drawing, "text.strong")))
    for mark, at in (("svg[x]", "x"), ("line.s-cty", "x1")):
        for tag in drawing.select(mark):
            place = known.root if "s-cty" in (tag.get("class") or []) else next(p for p in list(said)[1:])
            yield from drawn_otherwise(unit, scale, _scale_value(tag[at]), said[place])
    for band in drawing.select("line.s-band"):
        s_w = next(row[8] for row in known.rows if row[6] == "s_w" and row[3] == scale)
        low = int(str(n[8]).partition("-")[0]) if "-" in str(n[8]) else max(100, int(str(n[8])) - 25)
        half = 1.96 * float(str(s_w)) / sqrt(low)
        mean = float(str(said[unit][8]).lstrip("<>="))
        for end, edge in (("x1", max(1.0, mean - half)), ("x2", min(5.0, mean + half))):
            if abs(_scale_value(band[end]) - edge) > 0.001:
                yield (*said[unit][:8], f"band {band[end]}")


def _scale_value(percent: object) -> float:
    return 1 + (float(str(percent).rstrip("%")) - 3) / 23.5


def _share_rows(main: Tag, unit: str) -> Iterator[Row]:
    section = one(main, "section[aria-labelledby=statements]")
    intro = re.match(r"([\w–]*\s?[\d–]+ svar) räknas här\.", words(one(section, "p")), re.IGNORECASE)
    if intro is None:
        return
    n = n_row(unit, "distributions", intro[1])
    yield n
    shares = Shares(unit, str(n[8]), {})
    assert shares.said is not None
    for line in section.select("tbody tr"):
        item = ITEMS[words(one(line, "th"))]
        for cell in line.select("td"):
            shares.said[item, PARTS[plain(str(cell["data-l"]))]] = words(cell)
            steps = cell.select("svg.share rect")
            if steps:
                filled = sum("b-none" not in (step.get("class") or []) for step in steps)
                bands = ("högst 20 %", "21–39 %", "40–60 %", "61–79 %", "minst 80 %")
                assert words(cell) == bands[filled - 1], line
    yield from shares.rows()
    for bar in section.select(".lik-rows li"):
        item = ITEMS[words(one(bar, "p"))]
        yield from _bar_rows(bar, item, shares)


def _bar_rows(bar: Tag, item: str, shares: Shares) -> Iterator[Row]:
    """The words of a bar, and its widths: in proportion to what the words say, to a hundredth of a per cent."""
    drawing = one(bar, "svg.lik")
    assert shares.said is not None
    said = dict(re.findall(r"([^.:]+\([\d–]+\)): ([^.]+)\.", plain(str(drawing["aria-label"]))))
    numbers = {}
    for name, text in said.items():
        assert shares.said[item, PARTS[name.strip()]] == text
        numbers[PARTS[name.strip()]] = int(re.sub(r"\D", "", text))
    widths = {
        {"b-low": "low", "b-mid": "middle", "b-high": "high"}[rect["class"][0]]: float(str(rect["width"]).rstrip("%"))
        for rect in drawing.select("rect")
    }
    for part, number in numbers.items():
        if abs(widths.get(part, 0) - 100 * number / sum(numbers.values())) > 0.01:
            yield (
                shares.unit,
                "distributions",
                "share",
                SCALE_OF[item],
                item,
                part,
                None,
                "width",
                str(widths.get(part)),
            )


def _line_rows(line: Tag, unit: str) -> Iterator[Row]:
    cells = {plain(str(cell["data-l"])): cell for cell in line.select("td[data-l]")}
    if "Svar" not in cells:
        assert words(one(line, "td")) == NOT_SHOWN or words(one(line, "td")).startswith("Inte beslutat")
        return
    yield n_row(unit, "means", words(cells["Svar"]))
    for name, scale in SCALES.items():
        agreement = cells[name].select_one(".small")
        if agreement is not None:
            yield agreement_row(unit, scale, words(agreement))
            agreement.extract()
        yield mean_row(unit, scale, words(cells[name]))


def _county_rows(main: Tag, known: Published) -> Iterator[Row]:
    units = known.units | {"Hela länet": known.root}
    means: dict[str, dict[str, float]] = {}
    for line in main.select("section[aria-labelledby=table] tbody tr, section[aria-labelledby=table] tfoot tr"):
        letter, _dot, name = words(one(line, "th")).rpartition(" · ")
        rows = list(_line_rows(line, units[name]))
        yield from rows
        means[letter] = {str(row[3]): float(str(row[8]).lstrip("<>=")) for row in rows if row[2] == "mean"}
    letters = [words(text) for text in main.select(".chart--map svg text")]
    for disc, standing in zip(main.select(".chart--map circle"), letters, strict=True):
        across = 1 + (float(str(disc["cx"]).rstrip("%")) - 9) / 22
        up = 1 + (90 - float(str(disc["cy"]).rstrip("%"))) / 21
        for letter in standing.split(", "):
            if abs(means[letter]["commitment"] - across) > 0.001 or abs(means[letter]["efficacy"] - up) > 0.001:
                yield letter, "means", "mean", None, None, None, None, "disc", f"{across} {up}"


def _method_rows(main: Tag, known: Published) -> Iterator[Row]:
    facts = {words(term): words(one(term.parent or term, "dd")) for term in main.select("dt")}
    yield n_row(known.root, "means", facts["Svar i länet"])
    for line in main.select("tbody tr"):
        name = STATISTICS[words(one(line, "th"))]
        for cell in line.select("td"):
            scale = SCALES[plain(str(cell["data-l"]))]
            value, _space, interval = words(cell).partition(" ")
            yield statistic_row(known.root, scale, name, value)
            if interval:
                low, _dash, high = interval.strip("()").partition("–")
                yield statistic_row(known.root, scale, f"{name}_low", low)
                yield statistic_row(known.root, scale, f"{name}_high", high)
    for paragraph in main.select("section[aria-labelledby=reliability] p"):
        told = re.search(r"korrelationen är ([−\d,]+) på", words(paragraph))
        if told:
            yield statistic_row(known.root, None, "correlation_commitment_efficacy", told[1])


# --- files --------------------------------------------------------------------------------------------------------


def _csv_rows(body: str, known: Published) -> Iterator[Row]:
    shares: dict[str, Shares] = {}
    for line in csv.DictReader(io.StringIO(body.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), delimiter=";"):
        unit, measure, value = known.units.get(line["Enhet"], ""), line["Mått"], plain(line["Värde"])
        if value == NOT_SHOWN or value.startswith("Inte beslutat"):
            continue
        if measure == "Svar":
            yield n_row(unit, "means", value)
        elif measure == "Medelvärde":
            yield mean_row(unit, SCALES[line["Skala"]], value)
        elif measure == "Enighet":
            yield agreement_row(unit, SCALES[line["Skala"]], value)
        elif measure == "Svar i fördelningen":
            row = n_row(unit, "distributions", value)
            shares[unit] = Shares(unit, str(row[8]), {})
            yield row
        elif measure.startswith("Andel: "):
            part = PARTS[measure.removeprefix("Andel: ")]
            shares[unit].said[ITEMS[line["Påstående"]], part] = value  # type: ignore[index]
        elif measure.startswith("Anmärkning"):
            family = "means" if measure.endswith("medelvärden") else "distributions"
            yield from note_rows(unit, family, value, known.units)
        else:
            assert measure in ("Svarsfrekvens", "Närmaste enhet som visas", "Jämförelse"), line
    for one in shares.values():
        yield from one.rows()


def _json_rows(body: str, known: Published) -> Iterator[Row]:
    document = json.loads(body)
    unit = known.units[document["name"]]
    for part in (document, document["above"], document["county"], *document["units"]):
        if part and part["n"]:
            place = known.units[part["name"]]
            yield place, "means", "n", None, None, None, None, "n_band", part["n"]
            for scale, mean in part["means"].items():
                yield place, "means", "mean", scale, None, None, None, mean["kind"], mean["value"]
    for scale, word in document["agreement"].items():
        yield unit, "distributions", "agreement", scale, None, None, None, "word", word
    spread = document["distribution"]
    if spread:
        yield unit, "distributions", "n", None, None, None, None, "n_band", spread["n"]
        for item, parts in spread["items"].items():
            for name, share in parts.items():
                yield unit, "distributions", "share", SCALE_OF[item], item, name, None, share["kind"], share["value"]


# --- numbers that no row explains ---------------------------------------------------------------------------------

_NUMBER = re.compile(r"\d[\d,]*")
_ALWAYS = {"1", "2", "3", "4", "5", "10", "2026", "11", "20", "34", "APT"}
"""The scale and its parts, both limits, the date and the name of the wave."""
_TALK = {"20", "7"}
_METHOD = {"0", "95", "100", "0,70", "0,95", "30", "2014", "9", "1186", "1748", "5908", "7"}


def unexplained(found: Crawl, known: Published) -> list[tuple[str, str]]:
    """Numbers on result pages that are in no row about a unit that the page names, and in no text of the page."""
    odd = []
    for path, kind, body in _opened(found):
        if kind != "text/html":
            continue
        main = _main(body)
        text = plain(" ".join([words(main), *(str(tag["aria-label"]) for tag in main.select("[aria-label]"))]))
        named = {known.root} | {unit for name, unit in known.units.items() if name in text}
        for name in sorted(known.units, key=len, reverse=True):
            text = text.replace(name, "")
        allowed = _ALWAYS | set(_allowed(named, known))
        allowed |= _TALK if path.endswith("/samtal") else set()
        allowed |= _METHOD | _counts(known) if path.endswith("/metod") else set()
        odd += [(path, number) for number in _NUMBER.findall(text) if number.strip(",") not in allowed]
    return odd


def _allowed(named: set[str], known: Published) -> Iterator[str]:
    for row in known.rows:
        if row[0] in named and row[2] in ("n", "mean", "share", "statistic"):
            yield from _NUMBER.findall(str(row[8]).replace(".", ","))
    for unit in named:
        yield from _NUMBER.findall(known.rates.get(unit) or "")


def _counts(known: Published) -> set[str]:
    """How many units there are, and how many have figures of each family; what fell back, from the kinds of rows."""
    shown = {
        family: {row[0] for row in known.rows if row[1:3] == (family, "n")} for family in ("means", "distributions")
    }
    bands = {(row[0], row[1]): row[8] for row in known.rows if row[2] == "n"}
    coarser = {
        *((row[0], "m") for row in known.rows if row[7] == "half" and bands[row[0], "means"] != "5-9"),
        *(
            (row[0], "d")
            for row in known.rows
            if row[7] == "band" and bands[row[0], "distributions"] not in ("10-14", "15-19", "20-29")
        ),
    }
    return {str(len(known.units)), *(str(len(units)) for units in shown.values()), str(len(coarser))}
