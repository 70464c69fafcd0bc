"""Numbers in addresses: longer than any id there is, and no page falls over."""

import pytest
from werkzeug.routing import IntegerConverter, Rule

from tbblearn.people.rules import Role
from tbblearn.web.addresses import LARGEST_NUMBER, whole_number
from tbblearn.web.application import Application
from tests.factories import County
from tests.reading import Reader

LONG = "9" * 25
NUMBERS = (LONG, "9" * 5000, str(LARGEST_NUMBER + 1))


def with_a_number(app: Application) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if any(isinstance(converter, IntegerConverter) for converter in rule._converters.values())
    ]


def address(rule: Rule, number: str) -> str:
    """The rule's path with the number in place of each number, and a word in place of each word."""
    path = ""
    for part in rule.rule.split("/")[1:]:
        path += "/" + (number if part.startswith("<int:") else "ord" if part.startswith("<") else part)
    return path


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_too_large_for_an_id_is_not_found_on_any_route(
    app: Application, county: County, reader: Reader, number: str
) -> None:
    rules = with_a_number(app)
    assert {"operations.letter", "reports.unit", "managing.person_history"} <= {rule.endpoint for rule in rules}
    for role in (Role.ADMIN, Role.MANAGER, Role.EDITOR):
        reader.sign_in(county.persons[role.value])
        for rule in rules:
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            answer = reader.client.open(address(rule, number), method=method)
            assert answer.status_code in ({404} if method == "GET" else {404, 405}), rule


def test_the_largest_id_is_asked_for(app: Application, county: County, reader: Reader) -> None:
    reader.sign_in(county.persons["admin"])
    reader.get(f"/utskick/{LARGEST_NUMBER}", 404)
    assert app.url_map.bind("").match(f"/utskick/{LARGEST_NUMBER}", method="GET")[1] == {"message_id": LARGEST_NUMBER}


@pytest.mark.parametrize("number", [*NUMBERS, str(LARGEST_NUMBER), "-1", "²", "٣", "", "abc"])
def test_a_number_in_a_query_is_harmless(county: County, reader: Reader, number: str) -> None:
    unit = county.units["enhet-1"]
    reader.sign_in(county.persons["admin"])
    reader.get(f"/utskick?fore={number}")
    reader.sign_in(county.persons["editor"])
    reader.get(f"/kurser/ladda-upp?ersatter={number}")
    reader.sign_in(county.persons["manager"])
    for path in (
        f"/min-enhet/{unit}?omgang=",
        f"/min-enhet/{unit}/utbildning.csv?omgang=",
        f"/min-enhet/{unit}/kvar?omgang=",
        f"/min-enhet/{unit}/kvar?sida=",
    ):
        assert reader.client.get(path + number).status_code in {200, 404}, path


@pytest.mark.parametrize(
    ("text", "found"), [("7", 7), ("0", 0), (str(LARGEST_NUMBER), LARGEST_NUMBER)] + [(text, None) for text in NUMBERS]
)
def test_a_number_in_a_query_is_read_up_to_the_largest_id(app: Application, text: str, found: int | None) -> None:
    with app.test_request_context(f"/?n={text}"):
        assert whole_number("n") == found
        assert whole_number("other") is None
