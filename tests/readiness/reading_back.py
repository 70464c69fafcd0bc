"""From pages and files back to published rows: what a reader with a ruler writes down.

Written from what is on the screen, not from the code that put it there. A drawing whose geometry says anything else
than the words beside it gives a row that nobody published.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from math import sqrt

from bs4 import BeautifulSoup, Tag

from tests.page_rules import words
from tests.readiness.crawling import Crawl, content
from tests.readiness.published import Published
from tests.readiness.shown_values import (
    ITEMS,
    NOT_SHOWN,
    PARTS,
    SCALE_OF,
    SCALES,
    STATISTICS,
    Row,
    Shares,
    agreement_row,
    drawn_otherwise,
    mean_row,
    n_row,
    one,
    plain,
    same_row,
    statistic_row,
)


def read_back(found: Crawl, known: Published) -> set[Row]:
    """Every row that somebody was shown, from pages, drawings and files."""
    rows: set[Row] = set()
    for path, kind, body in opened(found, known):
        page = path.split("/")[3:]
        if kind == "text/csv":
            rows |= set(_csv_rows(body, known))
        elif kind == "application/json":
            rows |= set(_json_rows(body, known))
        elif page == ["lan"]:
            rows |= set(_county_rows(main_of(body), known))
        elif page == ["metod"]:
            rows |= set(_method_rows(main_of(body), known))
        elif len(page) == 1:
            rows |= set(_unit_rows(main_of(body), page[0], known))
    return rows


def opened(found: Crawl, known: Published) -> list[tuple[str, str, str]]:
    """Address, kind and content of every results page and file of a wave that was opened, once where several read
    the same.
    """
    places = (f"/resultat/{known.wave_id}/", f"{known.wave_id}/")
    return sorted(
        {
            (path, kind, content(kind, body))
            for (_who, path), (status, kind, body) in found.items()
            if status == 200 and path.startswith(places)
        }
    )


def words_read(found: Crawl, known: Published) -> set[tuple[str, str, str, str]]:
    """Unit, scale, compared with what, and the word, of every comparison that a page of a unit says."""
    said = set()
    for path, kind, body in opened(found, known):
        if kind == "text/html" and path.split("/")[3:][1:] == [] and path.split("/")[3].isdigit():
            for card in main_of(body).select("section[aria-labelledby=means] .card"):
                for line in card.select("li:not(:has(b))"):
                    said.add((path.split("/")[3], SCALES[words(one(card, ".eyebrow"))], *_compared(words(line))))
    return said


def _compared(sentence: str) -> tuple[str, str]:
    first = sentence.split()[0]
    word = {"Högre": "higher", "Lägre": "lower", "Ingen": "no_certain_difference"}[first]
    if "mätningen" in sentence or "förändring" in sentence:
        return "before", word
    return ("county" if "länet" in sentence else "above"), word


def words_that_follow(known: Published, before: Published | None) -> set[tuple[str, str, str, str]]:
    """Every word of comparison that a reader can work out from published rows: means from ten answers on, and the
    spread within units (docs/rules/disclosure.md). One against a unit above that is the county stands as the county's.
    """
    spread = {row[3]: float(str(row[8])) for row in known.rows if row[6] == "s_w"}
    shown, earlier = _means(known), _means(before) if before else {}
    follow = set()
    for (unit, scale), own in shown.items():
        above = next(line["parent"] for line in known.audit_file["units"] if line["unit"] == unit)
        others = {
            "before": earlier.get((unit, scale)),
            "above": shown.get((above, scale)) if above != known.root else None,
            "county": shown.get((known.root, scale)) if unit != known.root else None,
        }
        for against, other in others.items():
            if other is not None:
                far = abs(own[0] - other[0]) > 1.96 * spread[scale] * sqrt(1 / own[1] + 1 / other[1])
                word = "no_certain_difference" if not far else "higher" if own[0] > other[0] else "lower"
                follow.add((unit, str(scale), against, word))
    return follow


def _means(known: Published) -> dict[tuple[str, str], tuple[float, int]]:
    """Each mean from ten answers on, with the least number of answers that it is of."""
    least = {row[0]: int(str(row[8])) for row in known.rows if row[1:3] == ("means", "n")}
    return {
        (str(row[0]), str(row[3])): (float(str(row[8]).lstrip("<>=")), least[row[0]])
        for row in known.rows
        if row[2] == "mean" and least[row[0]] >= 10
    }


def main_of(body: str) -> Tag:
    found = BeautifulSoup(body, "html.parser").main
    assert found is not None
    return found


def _unit_rows(main: Tag, unit: str, known: Published) -> Iterator[Row]:
    for told in main.select("p.lead"):
        same = same_row(unit, "means", words(told), known.units)
        if same is not None:
            yield same
    for line in main.select("section[aria-labelledby=below] tbody tr"):
        yield from _line_rows(line, known.units[words(one(line, "th"))], known.units)
    head = main.select_one(".pagehead .small")
    if head is None:
        return
    n = n_row(unit, "means", words(head).split("·")[0])
    yield n
    for card in main.select("section[aria-labelledby=means] .card"):
        yield from _card_rows(card, unit, n, known)
    for told in main.select("section[aria-labelledby=statements] > p"):
        same = same_row(unit, "distributions", words(told), known.units)
        if same is not None:
            yield same
    yield from _share_rows(main, unit)


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
        half = 1.96 * float(str(s_w)) / sqrt(int(str(n[8])))
        mean = float(str(said[unit][8]).lstrip("<>="))
        for end, edge in (("x1", max(1.0, mean - half)), ("x2", min(5.0, mean + half))):
            if abs(_scale_value(band[end]) - edge) > 0.001:
                yield (*said[unit][:8], f"band {band[end]}")


def _scale_value(percent: object) -> float:
    return 1 + (float(str(percent).rstrip("%")) - 3) / 23.5


def _share_rows(main: Tag, unit: str) -> Iterator[Row]:
    section = one(main, "section[aria-labelledby=statements]")
    intro = re.match(r"(minst [\d\s]+ svar) räknas här\.", words(one(section, "p")), re.IGNORECASE)
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
    """The words of a bar, and its widths: what the words of the ends say, to a hundredth of a per cent."""
    drawing = one(bar, "svg.lik")
    assert shares.said is not None
    said = dict(re.findall(r"([^.:]+\([\d–]+\)): ([^.]+)\.", plain(str(drawing["aria-label"]))))
    numbers = {}
    for name, text in said.items():
        assert shares.said[item, PARTS[name.strip()]] == text
        numbers[PARTS[name.strip()]] = int(re.sub(r"\D", "", text) or -1)
    numbers["middle"] = 100 - numbers["low"] - numbers["high"]
    widths = {
        {"b-low": "low", "b-mid": "middle", "b-high": "high"}[rect["class"][0]]: float(str(rect["width"]).rstrip("%"))
        for rect in drawing.select("rect")
    }
    for part, number in numbers.items():
        if abs(widths.get(part, 0) - number) > 0.01:
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


def _line_rows(line: Tag, unit: str, units: Mapping[str, str]) -> Iterator[Row]:
    cells = {plain(str(cell["data-l"])): cell for cell in line.select("td[data-l]")}
    if "Svar" not in cells:
        same = same_row(unit, "means", words(one(line, "td")), units)
        if same is not None:
            yield same
            return
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
        rows = list(_line_rows(line, units[name], units))
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
        if line["Tal"] and measure == "Medelvärde" and line["Tal"] not in value:
            yield mean_row(unit, SCALES[line["Skala"]], line["Tal"])
        elif line["Tal"]:  # says no more than the words, and is a number to Excel
            assert re.fullmatch(r"\d+(,\d)?", line["Tal"]), line
            assert re.search(rf"(?<![\d–,]){line['Tal']}(?![\d–,])", value), line
            assert not value.startswith(("högst", "minst")), line
        if value == NOT_SHOWN or value.startswith("Inte beslutat"):
            continue
        same = same_row(unit, "distributions" if measure == "Fördelning" else "means", value, known.units)
        if same is not None:
            yield same
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
        else:
            assert measure in ("Anmärkning", "Närmaste enhet som visas", "Jämförelse"), line
    for read in shares.values():
        yield from read.rows()


def _json_rows(body: str, known: Published) -> Iterator[Row]:
    document = json.loads(body)
    unit = known.units[document["name"]]
    for part in (document, document["above"], document["county"], *document["units"]):
        if part and part["n"]:
            place = known.units[part["name"]]
            yield place, "means", "n", None, None, None, None, "at_least", str(part["n"])
            for scale, mean in part["means"].items():
                yield place, "means", "mean", scale, None, None, None, mean["kind"], mean["value"]
    for scale, word in document["agreement"].items():
        yield unit, "distributions", "agreement", scale, None, None, None, "word", word
    spread = document["distribution"]
    if spread and "items" in spread:
        yield unit, "distributions", "n", None, None, None, None, "at_least", str(spread["n"])
        for item, parts in spread["items"].items():
            for name, share in parts.items():
                yield unit, "distributions", "share", SCALE_OF[item], item, name, None, share["kind"], share["value"]
